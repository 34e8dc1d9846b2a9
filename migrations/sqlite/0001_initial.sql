-- Master data: whole documents, held in memory by the service.
CREATE TABLE institution (
  id TEXT NOT NULL PRIMARY KEY,
  area TEXT NOT NULL,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consortium (
  id TEXT NOT NULL PRIMARY KEY,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pool (
  id TEXT NOT NULL PRIMARY KEY,
  area TEXT NOT NULL,
  institution_id TEXT NOT NULL,
  doc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE client (
  id TEXT NOT NULL PRIMARY KEY,
  key_hash TEXT NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  institution_ids TEXT NOT NULL,
  area TEXT,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX client_by_key ON client (key_hash);

CREATE TABLE revision (
  kind TEXT NOT NULL CHECK (kind IN ('institution', 'consortium', 'pool')),
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  doc TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (kind, id, version)
) STRICT, WITHOUT ROWID;

-- Rows that grow. The prefecture leads every key: it is the shard of a cluster.
CREATE TABLE session (
  area TEXT NOT NULL,
  pool_id TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  institution_id TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity >= 0),
  taken_elsewhere INTEGER NOT NULL CHECK (taken_elsewhere >= 0),
  taken INTEGER NOT NULL CHECK (taken >= 0),
  drawn TEXT NOT NULL,
  closed_reason TEXT,
  reported_at INTEGER,
  source TEXT,
  earliest_expiry INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (area, pool_id, starts_at),
  CHECK (ends_at > starts_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_overcommitted ON session (institution_id, ends_at) WHERE capacity < taken + taken_elsewhere;

CREATE TABLE reservation (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  referral_id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  ttl_seconds INTEGER NOT NULL CHECK (ttl_seconds > 0),
  expires_at INTEGER,
  extended INTEGER NOT NULL CHECK (extended IN (0, 1)),
  PRIMARY KEY (area, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reservation_by_expiry ON reservation (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE place (
  area TEXT NOT NULL,
  reservation_id TEXT NOT NULL,
  item INTEGER NOT NULL CHECK (item >= 1),
  starts_at INTEGER NOT NULL,
  pool_id TEXT NOT NULL,
  institution_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('clinic', 'exam', 'bed')),
  ends_at INTEGER NOT NULL,
  allotment_id TEXT,
  state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'fulfilled', 'no-show', 'released', 'expired')),
  PRIMARY KEY (area, reservation_id, item, starts_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_live_by_session ON place (pool_id, starts_at) WHERE state IN ('held', 'confirmed', 'fulfilled');

CREATE TABLE referral (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  referral_no TEXT NOT NULL,
  status TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  direction TEXT NOT NULL CHECK (direction IN ('up', 'down', 'lateral')),
  category TEXT NOT NULL,
  urgency TEXT NOT NULL,
  source_institution_id TEXT NOT NULL,
  target_institution_id TEXT,
  target_department TEXT,
  consortium_id TEXT,
  patient_id TEXT NOT NULL,
  disease_key TEXT,
  deadline_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  course TEXT NOT NULL,
  content TEXT NOT NULL,
  sealed_patient TEXT NOT NULL,
  PRIMARY KEY (area, id)
) STRICT;
CREATE UNIQUE INDEX referral_by_no ON referral (referral_no);
-- Lists of all statuses merge one walk per status: an index less is a page of the journal less for each referral.
CREATE INDEX referral_by_source ON referral (source_institution_id, status, id);
CREATE INDEX referral_by_target ON referral (target_institution_id, status, id);
CREATE INDEX referral_by_consortium ON referral (consortium_id, id);
CREATE INDEX referral_by_patient ON referral (patient_id, id);
CREATE INDEX referral_by_deadline ON referral (deadline_at) WHERE deadline_at IS NOT NULL;

CREATE TABLE patient (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  id_digest TEXT,
  sealed TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (area, id)
) STRICT;
CREATE UNIQUE INDEX patient_by_digest ON patient (id_digest) WHERE id_digest IS NOT NULL;

CREATE TABLE message (
  area TEXT NOT NULL,
  referral_id TEXT NOT NULL,
  id TEXT NOT NULL,
  institution_id TEXT,
  author TEXT NOT NULL,
  at INTEGER NOT NULL,
  sealed_text TEXT NOT NULL,
  PRIMARY KEY (area, referral_id, id)
) STRICT;

CREATE TABLE document (
  area TEXT NOT NULL,
  referral_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  media_type TEXT NOT NULL,
  author TEXT NOT NULL,
  institution_id TEXT,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  sha256 TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('delivered', 'acknowledged')),
  sealed_content BLOB NOT NULL,
  PRIMARY KEY (area, referral_id, id)
) STRICT;

CREATE TABLE follow_up (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  referral_id TEXT NOT NULL,
  institution_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('due', 'done', 'unreachable')),
  due_on TEXT NOT NULL,
  content TEXT NOT NULL,
  result TEXT,
  guidance TEXT,
  done_at INTEGER,
  done_by TEXT,
  PRIMARY KEY (area, id)
) STRICT;
CREATE INDEX follow_up_by_institution ON follow_up (institution_id, state, id);
CREATE INDEX follow_up_by_referral ON follow_up (referral_id, id);

CREATE TABLE stay (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  institution_id TEXT NOT NULL,
  number TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  referral_id TEXT,
  executed_referral INTEGER NOT NULL CHECK (executed_referral IN (0, 1)),
  level TEXT NOT NULL,
  source_version INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  record TEXT NOT NULL,
  sealed_patient TEXT NOT NULL,
  PRIMARY KEY (area, id)
) STRICT;
CREATE UNIQUE INDEX stay_by_number ON stay (institution_id, number);

-- The log: one order for the whole service, hash-chained.
CREATE TABLE event (
  seq INTEGER NOT NULL PRIMARY KEY CHECK (seq >= 1),
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  referral_id TEXT,
  institution_ids TEXT NOT NULL,
  actor TEXT NOT NULL,
  data TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_referral ON event (referral_id, seq);

CREATE TABLE tip (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  signature TEXT NOT NULL
) STRICT;

CREATE TABLE checkpoint (
  seq INTEGER NOT NULL PRIMARY KEY,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  signature TEXT NOT NULL
) STRICT;

CREATE TABLE transfer (
  area TEXT NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('executed', 'reversed')),
  reverses TEXT,
  referral_id TEXT NOT NULL,
  referral_no TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('up', 'down', 'lateral')),
  category TEXT NOT NULL,
  source_institution_id TEXT NOT NULL,
  source_level TEXT NOT NULL,
  target_institution_id TEXT NOT NULL,
  target_level TEXT NOT NULL,
  consortium_id TEXT,
  rule_version TEXT,
  from_stay_id TEXT,
  submitted_at INTEGER NOT NULL,
  executed_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  because TEXT NOT NULL CHECK (because IN ('arrival', 'stay', 'revoked')),
  month TEXT NOT NULL,
  PRIMARY KEY (area, seq),
  CHECK ((kind = 'reversed') = (reverses IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX transfer_by_seq ON transfer (seq);
CREATE UNIQUE INDEX transfer_by_id ON transfer (area, id);

-- Answers given under an idempotency key, sealed, kept for seven days.
CREATE TABLE answer (
  id TEXT NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX answer_by_age ON answer (created_at);

CREATE TABLE meta (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

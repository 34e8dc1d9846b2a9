-- Master data: whole documents, held in memory by the service. Text is compared by bytes, as on SQLite.
CREATE TABLE institution (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  area text COLLATE "C" NOT NULL,
  doc jsonb NOT NULL
);

CREATE TABLE consortium (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  doc jsonb NOT NULL
);

CREATE TABLE pool (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  area text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  doc jsonb NOT NULL
);

CREATE TABLE client (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  key_hash text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  roles jsonb NOT NULL,
  institution_ids jsonb NOT NULL,
  area text COLLATE "C",
  created_at bigint NOT NULL,
  revoked_at bigint
);
CREATE UNIQUE INDEX client_by_key ON client (key_hash);

CREATE TABLE revision (
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('institution', 'consortium', 'pool')),
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  doc jsonb NOT NULL,
  at bigint NOT NULL,
  actor jsonb NOT NULL,
  PRIMARY KEY (kind, id, version)
);

-- Rows that grow. The prefecture leads every key: it is the shard of a cluster.
CREATE TABLE session (
  area text COLLATE "C" NOT NULL,
  pool_id text COLLATE "C" NOT NULL,
  starts_at bigint NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  ends_at bigint NOT NULL,
  capacity bigint NOT NULL CHECK (capacity >= 0),
  taken_elsewhere bigint NOT NULL CHECK (taken_elsewhere >= 0),
  taken bigint NOT NULL CHECK (taken >= 0),
  drawn jsonb NOT NULL,
  closed_reason text COLLATE "C",
  reported_at bigint,
  source text COLLATE "C",
  earliest_expiry bigint,
  updated_at bigint NOT NULL,
  PRIMARY KEY (area, pool_id, starts_at),
  CHECK (ends_at > starts_at)
);
CREATE INDEX session_overcommitted ON session (institution_id, ends_at) WHERE capacity < taken + taken_elsewhere;

CREATE TABLE reservation (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  created_at bigint NOT NULL,
  ttl_seconds bigint NOT NULL CHECK (ttl_seconds > 0),
  expires_at bigint,
  extended boolean NOT NULL,
  PRIMARY KEY (area, id)
);
CREATE INDEX reservation_by_expiry ON reservation (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE place (
  area text COLLATE "C" NOT NULL,
  reservation_id text COLLATE "C" NOT NULL,
  item bigint NOT NULL CHECK (item >= 1),
  starts_at bigint NOT NULL,
  pool_id text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('clinic', 'exam', 'bed')),
  ends_at bigint NOT NULL,
  allotment_id text COLLATE "C",
  state text COLLATE "C" NOT NULL CHECK (state IN ('held', 'confirmed', 'fulfilled', 'no-show', 'released', 'expired')),
  PRIMARY KEY (area, reservation_id, item, starts_at)
);
CREATE INDEX place_live_by_session ON place (pool_id, starts_at) WHERE state IN ('held', 'confirmed', 'fulfilled');

CREATE TABLE referral (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  referral_no text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  direction text COLLATE "C" NOT NULL CHECK (direction IN ('up', 'down', 'lateral')),
  category text COLLATE "C" NOT NULL,
  urgency text COLLATE "C" NOT NULL,
  source_institution_id text COLLATE "C" NOT NULL,
  target_institution_id text COLLATE "C",
  target_department text COLLATE "C",
  consortium_id text COLLATE "C",
  patient_id text COLLATE "C" NOT NULL,
  disease_key text COLLATE "C",
  deadline_at bigint,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  course jsonb NOT NULL,
  content jsonb NOT NULL,
  sealed_patient text COLLATE "C" NOT NULL,
  PRIMARY KEY (area, id)
);
CREATE UNIQUE INDEX referral_by_no ON referral (referral_no);
-- Lists of all statuses merge one walk per status: an index less is a page of the journal less for each referral.
CREATE INDEX referral_by_source ON referral (source_institution_id, status, id);
CREATE INDEX referral_by_target ON referral (target_institution_id, status, id);
CREATE INDEX referral_by_consortium ON referral (consortium_id, id);
CREATE INDEX referral_by_patient ON referral (patient_id, id);
CREATE INDEX referral_by_deadline ON referral (deadline_at) WHERE deadline_at IS NOT NULL;

CREATE TABLE patient (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  id_digest text COLLATE "C",
  sealed text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (area, id)
);
CREATE UNIQUE INDEX patient_by_digest ON patient (id_digest) WHERE id_digest IS NOT NULL;

CREATE TABLE message (
  area text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C",
  author text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  sealed_text text COLLATE "C" NOT NULL,
  PRIMARY KEY (area, referral_id, id)
);

CREATE TABLE document (
  area text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  title text COLLATE "C" NOT NULL,
  media_type text COLLATE "C" NOT NULL,
  author text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C",
  bytes bigint NOT NULL CHECK (bytes >= 0),
  sha256 text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('delivered', 'acknowledged')),
  sealed_content bytea NOT NULL,
  PRIMARY KEY (area, referral_id, id)
);

CREATE TABLE follow_up (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('due', 'done', 'unreachable')),
  due_on text COLLATE "C" NOT NULL,
  content text COLLATE "C" NOT NULL,
  result text COLLATE "C",
  guidance text COLLATE "C",
  done_at bigint,
  done_by text COLLATE "C",
  PRIMARY KEY (area, id)
);
CREATE INDEX follow_up_by_institution ON follow_up (institution_id, state, id);
CREATE INDEX follow_up_by_referral ON follow_up (referral_id, id);

CREATE TABLE stay (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  number text COLLATE "C" NOT NULL,
  patient_id text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C",
  executed_referral boolean NOT NULL,
  level text COLLATE "C" NOT NULL,
  source_version bigint NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  record jsonb NOT NULL,
  sealed_patient text COLLATE "C" NOT NULL,
  PRIMARY KEY (area, id)
);
CREATE UNIQUE INDEX stay_by_number ON stay (institution_id, number);

-- The log: one order for the whole service, hash-chained.
CREATE TABLE event (
  seq bigint NOT NULL PRIMARY KEY CHECK (seq >= 1),
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C",
  institution_ids text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  prev_hash text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL
);
CREATE INDEX event_by_referral ON event (referral_id, seq);

CREATE TABLE tip (
  id bigint NOT NULL PRIMARY KEY CHECK (id = 1),
  seq bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  signature text COLLATE "C" NOT NULL
);

CREATE TABLE checkpoint (
  seq bigint NOT NULL PRIMARY KEY,
  hash text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  signature text COLLATE "C" NOT NULL
);

CREATE TABLE transfer (
  area text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('executed', 'reversed')),
  reverses text COLLATE "C",
  referral_id text COLLATE "C" NOT NULL,
  referral_no text COLLATE "C" NOT NULL,
  patient_id text COLLATE "C" NOT NULL,
  direction text COLLATE "C" NOT NULL CHECK (direction IN ('up', 'down', 'lateral')),
  category text COLLATE "C" NOT NULL,
  source_institution_id text COLLATE "C" NOT NULL,
  source_level text COLLATE "C" NOT NULL,
  target_institution_id text COLLATE "C" NOT NULL,
  target_level text COLLATE "C" NOT NULL,
  consortium_id text COLLATE "C",
  rule_version text COLLATE "C",
  from_stay_id text COLLATE "C",
  submitted_at bigint NOT NULL,
  executed_at bigint NOT NULL,
  recorded_at bigint NOT NULL,
  because text COLLATE "C" NOT NULL CHECK (because IN ('arrival', 'stay', 'revoked')),
  month text COLLATE "C" NOT NULL,
  PRIMARY KEY (area, seq),
  CHECK ((kind = 'reversed') = (reverses IS NOT NULL))
);
CREATE UNIQUE INDEX transfer_by_seq ON transfer (seq);
CREATE UNIQUE INDEX transfer_by_id ON transfer (area, id);

-- Answers given under an idempotency key, sealed, kept for seven days.
CREATE TABLE answer (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  created_at bigint NOT NULL,
  sealed bytea NOT NULL
);
CREATE INDEX answer_by_age ON answer (created_at);

CREATE TABLE meta (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  value text COLLATE "C" NOT NULL
);

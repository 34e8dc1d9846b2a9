-- Several instances on one database.

-- Which record of the master data was written, in order: what an instance reads to follow the others.
CREATE TABLE directory_change (
  revision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('institution', 'consortium', 'pool', 'policy', 'client')),
  id text COLLATE "C" NOT NULL
);

-- Events that are committed and have no number yet: whoever numbers the log takes them out in the order of
-- their tickets. Nearly always empty, so that it must be swept often and costs nothing to sweep.
CREATE TABLE unnumbered_event (
  ticket bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  subject text COLLATE "C" NOT NULL,
  referral_id text COLLATE "C",
  institution_ids text COLLATE "C" NOT NULL,
  actor text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  transfer boolean NOT NULL,
  entry boolean NOT NULL
) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);

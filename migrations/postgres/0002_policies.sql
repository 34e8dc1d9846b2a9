-- Insurance policies: every version is a row of its own, and none is ever changed.
CREATE TABLE policy (
  id text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  area text COLLATE "C" NOT NULL,
  doc jsonb NOT NULL,
  at bigint NOT NULL,
  actor jsonb NOT NULL,
  PRIMARY KEY (id, version)
);

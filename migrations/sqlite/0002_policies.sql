-- Insurance policies: every version is a row of its own, and none is ever changed.
CREATE TABLE policy (
  id TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  area TEXT NOT NULL,
  doc TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (id, version)
) STRICT, WITHOUT ROWID;

-- What another policy would have made of the recorded stays, and how far its reckoning has come.
CREATE TABLE backtest (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  policy_id TEXT NOT NULL,
  policy_version INTEGER,
  trial TEXT NOT NULL,
  progress TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  claimed_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (area, id)
) STRICT;
CREATE INDEX backtest_unfinished ON backtest (created_at, id) WHERE state IN ('queued', 'running');

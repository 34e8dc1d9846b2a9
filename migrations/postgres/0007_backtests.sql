-- What another policy would have made of the recorded stays, and how far its reckoning has come.
CREATE TABLE backtest (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  policy_id text COLLATE "C" NOT NULL,
  policy_version bigint,
  trial jsonb NOT NULL,
  progress jsonb NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  claimed_until bigint NOT NULL,
  created_at bigint NOT NULL,
  started_at bigint,
  ended_at bigint,
  PRIMARY KEY (area, id)
);
CREATE INDEX backtest_unfinished ON backtest (created_at, id) WHERE state IN ('queued', 'running');

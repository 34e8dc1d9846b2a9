-- Stays with what they were decided on and what they bear; the ledger of it; persons merged.
ALTER TABLE patient ADD COLUMN merged_into TEXT;

ALTER TABLE stay ADD COLUMN admitted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stay ADD COLUMN insured_area TEXT;
ALTER TABLE stay ADD COLUMN scheme TEXT;
ALTER TABLE stay ADD COLUMN person_kind TEXT;
ALTER TABLE stay ADD COLUMN reached TEXT;
ALTER TABLE stay ADD COLUMN policy_id TEXT;
ALTER TABLE stay ADD COLUMN policy_version INTEGER;
ALTER TABLE stay ADD COLUMN figures TEXT;
ALTER TABLE stay ADD COLUMN settled TEXT;
UPDATE stay SET admitted_at = CAST(round(unixepoch(json_extract(record, '$.admittedAt'), 'subsec') * 1000) AS INTEGER);

CREATE INDEX stay_by_patient ON stay (patient_id, admitted_at);
CREATE INDEX stay_by_referral ON stay (referral_id) WHERE referral_id IS NOT NULL;
CREATE INDEX stay_unassessed ON stay (insured_area, scheme, admitted_at, id) WHERE policy_id IS NULL;

-- What the insurer states of stays outside the platform, by the year in which the insurance year begins.
CREATE TABLE accumulator (
  area TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  year INTEGER NOT NULL,
  stays INTEGER NOT NULL CHECK (stays >= 0),
  borne_fen INTEGER NOT NULL CHECK (borne_fen >= 0),
  paid_fen INTEGER NOT NULL CHECK (paid_fen >= 0),
  as_of TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (area, patient_id, year)
) STRICT, WITHOUT ROWID;
CREATE INDEX accumulator_by_patient ON accumulator (patient_id);

-- Only added to. The number is that of the event which told of the entry.
CREATE TABLE deductible_entry (
  area TEXT NOT NULL,
  seq INTEGER NOT NULL,
  stay_id TEXT NOT NULL,
  institution_id TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  insured_area TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('assessment', 'adjustment', 'reversal')),
  delta_fen INTEGER NOT NULL,
  result_fen INTEGER NOT NULL CHECK (result_fen >= 0),
  policy_id TEXT NOT NULL,
  policy_version INTEGER NOT NULL,
  because TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (area, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX deductible_entry_by_insurer ON deductible_entry (insured_area, seq);
CREATE INDEX deductible_entry_by_stay ON deductible_entry (stay_id, seq);

-- Policies that have arrived, and how far the stays that waited for them are assessed.
CREATE TABLE policy_sweep (
  policy_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  after_at INTEGER NOT NULL,
  after_id TEXT NOT NULL,
  PRIMARY KEY (policy_id, version)
) STRICT, WITHOUT ROWID;

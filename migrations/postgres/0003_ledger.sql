-- Stays with what they were decided on and what they bear; the ledger of it; persons merged.
ALTER TABLE patient ADD COLUMN merged_into text COLLATE "C";

ALTER TABLE stay ADD COLUMN admitted_at bigint NOT NULL DEFAULT 0;
ALTER TABLE stay ADD COLUMN insured_area text COLLATE "C";
ALTER TABLE stay ADD COLUMN scheme text COLLATE "C";
ALTER TABLE stay ADD COLUMN person_kind text COLLATE "C";
ALTER TABLE stay ADD COLUMN reached jsonb;
ALTER TABLE stay ADD COLUMN policy_id text COLLATE "C";
ALTER TABLE stay ADD COLUMN policy_version bigint;
ALTER TABLE stay ADD COLUMN figures jsonb;
ALTER TABLE stay ADD COLUMN settled jsonb;
UPDATE stay SET admitted_at = round(extract(epoch FROM (record ->> 'admittedAt')::timestamptz) * 1000)::bigint;

CREATE INDEX stay_by_patient ON stay (patient_id, admitted_at);
CREATE INDEX stay_by_referral ON stay (referral_id) WHERE referral_id IS NOT NULL;
CREATE INDEX stay_unassessed ON stay (insured_area, scheme, admitted_at, id) WHERE policy_id IS NULL;

-- What the insurer states of stays outside the platform, by the year in which the insurance year begins.
CREATE TABLE accumulator (
  area text COLLATE "C" NOT NULL,
  patient_id text COLLATE "C" NOT NULL,
  year bigint NOT NULL,
  stays bigint NOT NULL CHECK (stays >= 0),
  borne_fen bigint NOT NULL CHECK (borne_fen >= 0),
  paid_fen bigint NOT NULL CHECK (paid_fen >= 0),
  as_of text COLLATE "C" NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (area, patient_id, year)
);
CREATE INDEX accumulator_by_patient ON accumulator (patient_id);

-- Only added to. The number is that of the event which told of the entry.
CREATE TABLE deductible_entry (
  area text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  stay_id text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  patient_id text COLLATE "C" NOT NULL,
  insured_area text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('assessment', 'adjustment', 'reversal')),
  delta_fen bigint NOT NULL,
  result_fen bigint NOT NULL CHECK (result_fen >= 0),
  policy_id text COLLATE "C" NOT NULL,
  policy_version bigint NOT NULL,
  because text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (area, seq)
);
CREATE INDEX deductible_entry_by_insurer ON deductible_entry (insured_area, seq);
CREATE INDEX deductible_entry_by_stay ON deductible_entry (stay_id, seq);

-- Policies that have arrived, and how far the stays that waited for them are assessed.
CREATE TABLE policy_sweep (
  policy_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  after_at bigint NOT NULL,
  after_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (policy_id, version)
);

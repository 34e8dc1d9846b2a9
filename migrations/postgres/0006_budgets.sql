-- Family-doctor contracts, budgets, and what a budget is charged with.
CREATE TABLE contract (
  area text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  institution_id text COLLATE "C" NOT NULL,
  patient_id text COLLATE "C" NOT NULL,
  team jsonb NOT NULL,
  "from" text COLLATE "C" NOT NULL,
  until text COLLATE "C",
  tags jsonb NOT NULL,
  sealed_patient text COLLATE "C" NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (area, id),
  CHECK (until >= "from")
);
CREATE INDEX contract_by_patient ON contract (patient_id, "from", area, id, until, institution_id);

-- Every version is a row of its own, and none is ever changed.
CREATE TABLE budget (
  consortium_id text COLLATE "C" NOT NULL,
  year bigint NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  area text COLLATE "C" NOT NULL,
  doc jsonb NOT NULL,
  at bigint NOT NULL,
  actor jsonb NOT NULL,
  PRIMARY KEY (consortium_id, year, version)
);
CREATE INDEX budget_by_year ON budget (year, consortium_id, version);

-- The district stands sealed in what was recorded before: it is known with the next record of the stay.
ALTER TABLE stay ADD COLUMN insured_district text COLLATE "C";
ALTER TABLE stay ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'inpatient';
ALTER TABLE stay ADD COLUMN charged_fen bigint CHECK (charged_fen >= 0);
UPDATE stay SET kind = record ->> 'kind', charged_fen = (settled ->> 'fundFen')::bigint;
CREATE INDEX stay_charged ON stay (insured_area, scheme, admitted_at, institution_id, insured_district, patient_id, kind, charged_fen) WHERE charged_fen IS NOT NULL;

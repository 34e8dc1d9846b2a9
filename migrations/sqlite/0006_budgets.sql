-- Family-doctor contracts, budgets, and what a budget is charged with.
CREATE TABLE contract (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  institution_id TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  team TEXT NOT NULL,
  "from" TEXT NOT NULL,
  until TEXT,
  tags TEXT NOT NULL,
  sealed_patient TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (area, id),
  CHECK (until >= "from")
) STRICT;
CREATE INDEX contract_by_patient ON contract (patient_id, "from", area, id, until, institution_id);

-- Every version is a row of its own, and none is ever changed.
CREATE TABLE budget (
  consortium_id TEXT NOT NULL,
  year INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  area TEXT NOT NULL,
  doc TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  PRIMARY KEY (consortium_id, year, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX budget_by_year ON budget (year, consortium_id, version);

-- The district stands sealed in what was recorded before: it is known with the next record of the stay.
ALTER TABLE stay ADD COLUMN insured_district TEXT;
ALTER TABLE stay ADD COLUMN kind TEXT NOT NULL DEFAULT 'inpatient';
ALTER TABLE stay ADD COLUMN charged_fen INTEGER CHECK (charged_fen >= 0);
UPDATE stay SET kind = json_extract(record, '$.kind'), charged_fen = json_extract(settled, '$.fundFen');
CREATE INDEX stay_charged ON stay (insured_area, scheme, admitted_at, institution_id, insured_district, patient_id, kind, charged_fen) WHERE charged_fen IS NOT NULL;

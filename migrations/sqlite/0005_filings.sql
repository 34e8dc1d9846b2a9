-- Filings with the insurer. Only added to. The number is that of the event which told of the filing.
CREATE TABLE filing (
  area TEXT NOT NULL,
  seq INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('filed', 'withdrawn')),
  withdraws TEXT,
  referral_id TEXT NOT NULL,
  referral_no TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  source_institution_id TEXT NOT NULL,
  target_institution_id TEXT NOT NULL,
  because TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  PRIMARY KEY (area, seq),
  CHECK ((kind = 'withdrawn') = (withdraws IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX filing_by_id ON filing (area, id);

-- A referral knows its filing. What was accepted before is filed with its next change.
UPDATE referral SET course = json_set(course, '$.filingId', NULL);

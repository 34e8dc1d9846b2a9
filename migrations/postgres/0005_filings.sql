-- Filings with the insurer. Only added to. The number is that of the event which told of the filing.
CREATE TABLE filing (
  area text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('filed', 'withdrawn')),
  withdraws text COLLATE "C",
  referral_id text COLLATE "C" NOT NULL,
  referral_no text COLLATE "C" NOT NULL,
  patient_id text COLLATE "C" NOT NULL,
  source_institution_id text COLLATE "C" NOT NULL,
  target_institution_id text COLLATE "C" NOT NULL,
  because text COLLATE "C" NOT NULL,
  recorded_at bigint NOT NULL,
  sealed text COLLATE "C" NOT NULL,
  PRIMARY KEY (area, seq),
  CHECK ((kind = 'withdrawn') = (withdraws IS NOT NULL))
);
CREATE UNIQUE INDEX filing_by_id ON filing (area, id);

-- A referral knows its filing. What was accepted before is filed with its next change.
UPDATE referral SET course = jsonb_set(course, '{filingId}', 'null');

-- The prefecture of the filing that waits with an event for its number.
ALTER TABLE unnumbered_event ADD COLUMN filing text COLLATE "C";

-- When the next night of a bed that somebody lies in is to be looked at.
ALTER TABLE reservation ADD COLUMN next_night_at bigint;
CREATE INDEX reservation_by_night ON reservation (next_night_at) WHERE next_night_at IS NOT NULL;

-- Who lies in a bed already is looked at once, an hour before the night after the last that was used.
UPDATE reservation SET next_night_at = (
  SELECT max(p.starts_at) + 82800000 FROM place p
  WHERE p.area = reservation.area AND p.reservation_id = reservation.id AND p.kind = 'bed' AND p.state = 'fulfilled'
) WHERE referral_id IN (SELECT id FROM referral WHERE status IN ('arrived', 'in-care'));

-- What a place becomes if the arrival that used it is revoked.
ALTER TABLE place ADD COLUMN if_revoked text COLLATE "C" CHECK (if_revoked IN ('confirmed', 'released'));

-- Of who has arrived and may still turn out not to have, all that is used counts as booked before, as it did until now.
UPDATE place SET if_revoked = 'confirmed' WHERE state = 'fulfilled' AND (area, reservation_id) IN (
  SELECT r.area, r.id FROM referral f JOIN reservation r ON r.referral_id = f.id WHERE f.status = 'arrived'
);

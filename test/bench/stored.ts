import Sqlite from 'better-sqlite3';
import { Prng } from '../../src/kernel/prng.js';

/** Ids of so many referrals that an institution sent or received, taken evenly from the whole table, in no order. */
export function idsIn(path: string, institutionId: string, count: number): string[] {
  const db = new Sqlite(path, { readonly: true });
  const all = db.prepare('SELECT id FROM referral WHERE ? IN (source_institution_id, target_institution_id) ORDER BY id').pluck().all(institutionId) as string[];
  db.close();
  if (all.length < count) throw new Error(`${institutionId} has ${all.length} referrals, not ${count}`);
  const step = Math.floor(all.length / count);
  const ids = all.filter((_, i) => i % step === 0).slice(0, count);
  const prng = new Prng(1);
  for (let i = ids.length - 1; i > 0; i -= 1) {
    const j = prng.int(i + 1);
    [ids[i], ids[j]] = [ids[j]!, ids[i]!];
  }
  return ids;
}

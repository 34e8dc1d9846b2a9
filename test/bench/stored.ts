import Sqlite from 'better-sqlite3';
import { Prng } from '../../src/kernel/prng.js';

/** Ids of referrals that p1 sent, taken evenly from the whole table, in no order. */
export function idsIn(path: string, most: number): string[] {
  const db = new Sqlite(path, { readonly: true });
  const all = db.prepare("SELECT id FROM referral WHERE source_institution_id = 'p1' ORDER BY id").pluck().all() as string[];
  db.close();
  const step = Math.max(1, Math.floor(all.length / most));
  const ids = all.filter((_, i) => i % step === 0).slice(0, most);
  const prng = new Prng(1);
  for (let i = ids.length - 1; i > 0; i -= 1) {
    const j = prng.int(i + 1);
    [ids[i], ids[j]] = [ids[j]!, ids[i]!];
  }
  return ids;
}

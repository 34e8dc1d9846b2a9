import type { Instant } from '../kernel/calendar.js';
import type { Referral } from '../domain/referral.js';
import type { Directory } from './directory.js';
import type { Queries } from './queries/catalogue.js';
import { StoreReads } from './reads.js';
import type { RecentReferrals } from './recent.js';
import type { StoreVault } from './vault.js';

/** Reads outside a unit: a single referral need not be decoded twice between two changes. */
export class CachedReads extends StoreReads {
  readonly #since: number;

  constructor(now: Instant, queries: Queries, directory: Directory, vault: StoreVault, private readonly recent: RecentReferrals) {
    super(now, queries, directory, vault);
    this.#since = recent.commits;
  }

  override async referral(id: string): Promise<Referral | undefined> {
    const known = this.recent.get(id);
    if (known !== undefined) return known;
    const referral = await super.referral(id);
    if (referral !== undefined) this.recent.keep(referral, this.#since);
    return referral;
  }
}

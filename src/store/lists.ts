import { must } from '../kernel/assert.js';
import { areaOfId } from '../kernel/ids.js';
import { STATUSES } from '../contract/vocabulary.js';
import { wasSent } from '../domain/party.js';
import type { Referral } from '../domain/referral.js';
import type { Page } from '../usecase/ports.js';
import type { ReferralFilter } from '../usecase/referral/list-filters.js';
import type { Queries } from './queries/catalogue.js';
import type { ListParams, Sieve, Walk } from './queries/lists.js';

/**
 * Lists of referrals, newest first. What a caller may see is a union (as sender, as receiver, as lead of
 * a consortium), each part of which walks an index, those of a sender or a receiver once for each status;
 * the ids that they find are merged, and only those of the page are read. So a page costs a page,
 * however many referrals there are.
 */
interface Scope {
  readonly source?: string;
  readonly target?: string;
  readonly consortium?: string;
}

/** Behind every id that this service makes. */
const NEWEST = '~';

export async function listReferrals(queries: Queries, areas: readonly string[], filter: ReferralFilter): Promise<Page<Referral>> {
  const scopes = scopesOf(filter);
  if (filter.referralNo !== undefined) {
    const found = await queries.referral.byNo({ referralNo: filter.referralNo });
    return { data: found !== undefined && scopes.some((scope) => fits(found, scope, filter)) ? [found] : [], next: null };
  }
  const ids = new Set<string>();
  for (const scope of scopes) {
    const part = partOf(scope, filter, areas);
    if (part === undefined) continue;
    for (const { sieves, params } of part.walks) for (const { id } of await queries.list(part.walk, sieves, params)) ids.add(id);
  }
  const found = [...ids].sort().reverse();
  const page = found.slice(0, filter.limit);
  const data: Referral[] = [];
  for (const id of page) data.push(must(await queries.referral.byId({ area: must(areaOfId(id), 'a stored id carries its prefecture'), id }), 'what an index names is there'));
  return { data, next: found.length > filter.limit ? (page.at(-1) ?? null) : null };
}

function scopesOf(filter: ReferralFilter): readonly Scope[] {
  const leads = filter.leadOf.map((consortium) => ({ consortium }));
  const { institutionId } = filter;
  if (institutionId === null) return leads.length > 0 ? leads : [{}];
  return [{ source: institutionId }, { target: institutionId }, ...leads];
}

/** What was never sent is its sender's alone. */
function seesUnsent(scope: Scope): boolean {
  return scope.source !== undefined;
}

interface Part {
  readonly walk: Walk;
  /** One for each stretch of the index. */
  readonly walks: readonly { readonly sieves: readonly Sieve[]; readonly params: ListParams }[];
}

/** undefined: nothing can be both in this scope and in the filter. */
function partOf(scope: Scope, filter: ReferralFilter, areas: readonly string[]): Part | undefined {
  const source = agreed(scope.source, filter.sourceInstitutionId);
  const target = agreed(scope.target, filter.targetInstitutionId);
  if (source === null || target === null) return undefined;
  if (filter.status === 'draft' && !seesUnsent(scope)) return undefined;

  const walk: Walk =
    filter.patientId !== undefined ? 'patient' : source !== undefined ? 'source' : target !== undefined ? 'target' : scope.consortium !== undefined ? 'consortium' : 'area';
  const values = {
    status: filter.status, direction: filter.direction, source, target, consortium: scope.consortium, changedSince: filter.changedSince,
  };
  const byStatus = walk === 'source' || walk === 'target';
  const sieves = (Object.keys(values) as (keyof typeof values)[]).filter((s) => values[s] !== undefined && s !== walk && !(byStatus && s === 'status'));
  const sent: readonly Sieve[] = seesUnsent(scope) ? sieves : [...sieves, 'submitted'];
  const params = { ...values, before: filter.before ?? NEWEST, limit: filter.limit + 1 };
  if (byStatus) {
    const statuses = filter.status !== undefined ? [filter.status] : STATUSES.filter((status) => status !== 'draft' || seesUnsent(scope));
    const key = must(values[walk], 'what is walked is given');
    return { walk, walks: statuses.map((status) => ({ sieves: status === 'cancelled' ? sent : sieves, params: { ...params, key, status } })) };
  }
  const keys = walk === 'area' ? areas : [must(walk === 'patient' ? filter.patientId : scope.consortium, 'what is walked is given')];
  return { walk, walks: keys.map((key) => ({ sieves: filter.status === undefined || filter.status === 'cancelled' ? sent : sieves, params: { ...params, key } })) };
}

/** null: the two exclude each other. */
function agreed(a: string | undefined, b: string | undefined): string | undefined | null {
  return a === undefined || b === undefined || a === b ? (a ?? b) : null;
}

function fits(r: Referral, scope: Scope, filter: ReferralFilter): boolean {
  const same = (wanted: string | undefined, is: string | null): boolean => wanted === undefined || wanted === is;
  return (
    same(scope.source, r.sourceInstitutionId) &&
    same(scope.target, r.targetInstitutionId) &&
    same(scope.consortium, r.consortiumId) &&
    same(filter.sourceInstitutionId, r.sourceInstitutionId) &&
    same(filter.targetInstitutionId, r.targetInstitutionId) &&
    same(filter.status, r.status) &&
    same(filter.direction, r.direction) &&
    same(filter.patientId, r.patientId) &&
    (wasSent(r) || seesUnsent(scope)) &&
    (filter.changedSince === undefined || r.updatedAt >= filter.changedSince) &&
    (filter.before === null || r.id < filter.before)
  );
}

import type { Referral } from '../domain/referral.js';
import type { Page, ReferralFilter } from '../usecase/ports.js';
import type { Queries } from './queries/catalogue.js';
import type { ListParams, Sieve, Walk } from './queries/lists.js';

/**
 * Lists of referrals, newest first. What a caller may see is a union (as sender, as receiver, as lead of
 * a consortium), each part of which walks an index of its own; the parts are merged by id. So a page
 * costs a page, however many referrals there are.
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
  const merged = new Map<string, Referral>();
  for (const scope of scopes) {
    const part = partOf(scope, filter);
    if (part === undefined) continue;
    for (const key of part.key === undefined ? areas : [part.key]) {
      for (const row of await queries.list(part.walk, part.sieves, { ...part.params, key })) merged.set(row.id, row);
    }
  }
  const rows = [...merged.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
  const data = rows.slice(0, filter.limit);
  return { data, next: rows.length > filter.limit ? (data.at(-1)?.id ?? null) : null };
}

function scopesOf(filter: ReferralFilter): readonly Scope[] {
  const leads = filter.leadOf.map((consortium) => ({ consortium }));
  const { institutionId } = filter;
  if (institutionId === null) return leads.length > 0 ? leads : [{}];
  return [{ source: institutionId }, { target: institutionId }, ...leads];
}

/** A draft is its sender's alone. */
function seesDrafts(scope: Scope): boolean {
  return scope.source !== undefined;
}

interface Part {
  readonly walk: Walk;
  /** undefined: every prefecture. */
  readonly key: string | undefined;
  readonly sieves: readonly Sieve[];
  readonly params: Omit<ListParams, 'key'>;
}

/** undefined: nothing can be both in this scope and in the filter. */
function partOf(scope: Scope, filter: ReferralFilter): Part | undefined {
  const source = agreed(scope.source, filter.sourceInstitutionId);
  const target = agreed(scope.target, filter.targetInstitutionId);
  if (source === null || target === null) return undefined;
  if (filter.status === 'draft' && !seesDrafts(scope)) return undefined;
  const { walk, key } = walkOf({ source, target, consortium: scope.consortium }, filter);
  const values = {
    status: filter.status, direction: filter.direction, source, target, consortium: scope.consortium, changedSince: filter.changedSince,
  };
  const walked: readonly string[] = walk.split('-');
  const sieves = (Object.keys(values) as (keyof typeof values)[]).filter((s) => values[s] !== undefined && !walked.includes(s));
  const drafts: Sieve[] = seesDrafts(scope) || filter.status !== undefined ? [] : ['submitted'];
  return { walk, key, sieves: [...sieves, ...drafts], params: { ...values, before: filter.before ?? NEWEST, limit: filter.limit + 1 } };
}

/** The narrowest index that gives the order. */
function walkOf(scope: Scope, filter: ReferralFilter): { walk: Walk; key: string | undefined } {
  if (filter.patientId !== undefined) return { walk: 'patient', key: filter.patientId };
  const status = filter.status === undefined ? '' : '-status';
  if (scope.source !== undefined) return { walk: `source${status}`, key: scope.source };
  if (scope.target !== undefined) return { walk: `target${status}`, key: scope.target };
  return scope.consortium === undefined ? { walk: 'area', key: undefined } : { walk: 'consortium', key: scope.consortium };
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
    (r.status !== 'draft' || seesDrafts(scope)) &&
    (filter.changedSince === undefined || r.updatedAt >= filter.changedSince) &&
    (filter.before === null || r.id < filter.before)
  );
}

import type { Instant, LocalDate } from '../kernel/calendar.js';
import { equalJson } from '../kernel/equal.js';
import { areaOfDistrict } from '../kernel/ids.js';
import { field, invalid, refuse, type FieldError, type Refusal } from '../kernel/problem.js';
import type { ClientInput, ConsortiumInput, InstitutionInput, MemberPeriod } from '../contract/institution.js';
import type { Level, Role } from '../contract/vocabulary.js';
import { isSocialCreditCode, normaliseDepartment } from './codes.js';
import type { Consortium, Institution, Member } from './network.js';

/**
 * What may be written into the directory, and what it makes of what stood there. Each decision gives
 * back the very record it was given where nothing changes, so that a HIS can write the same again and
 * again without a new version and without an event.
 */

type LevelStep = Institution['levels'][number];

export interface WritingDay {
  readonly now: Instant;
  readonly today: LocalDate;
}

/** @param pools the institution's pools: a department cannot go while one of them is of it. */
export function writeInstitution(
  before: Institution | undefined,
  id: string,
  { levelSince, ...input }: InstitutionInput,
  pools: readonly { readonly id: string; readonly department: string }[],
  { now, today }: WritingDay,
): Institution | Refusal {
  const departments = input.departments.map((d) => ({ ...d, code: normaliseDepartment(d.code), capabilities: d.capabilities ?? [] }));
  const area = areaOfDistrict(input.district);
  const levels = levelsAfter(before?.levels ?? [], input.level, levelSince, today);
  const errors = [
    ...repeatedDepartments(departments),
    ...(input.socialCreditCode !== undefined && !isSocialCreditCode(input.socialCreditCode)
      ? [field('/socialCreditCode', '统一社会信用代码校验不通过（GB 32100）', 'Not a valid unified social credit code (GB 32100)')]
      : []),
    // The prefecture is the shard of the institution's sessions, referrals and stays: they cannot follow.
    ...(before && before.area !== area
      ? [field('/district', `机构不能迁至其他地市（原属 ${before.area}）`, `An institution cannot move to another prefecture (it is in ${before.area})`)]
      : []),
    ...('pointer' in levels ? [levels] : []),
  ];
  if (errors.length > 0 || 'pointer' in levels) return invalid(...errors);

  const orphans = pools.filter((pool) => !departments.some((d) => d.code === pool.department));
  if (orphans.length > 0) {
    return refuse('department_in_use', {
      detail: { zh: '撤销科室前须先停用或改派其资源池', en: 'Move the pools of a department before it is removed' },
      conflicts: orphans.map((pool) => ({ poolId: pool.id, department: pool.department })),
    });
  }
  const written = { ...input, level: levels.at(-1)?.level ?? input.level, id, area, departments, levels };
  if (before && equalJson(written, contentOf(before))) return before;
  return { ...written, version: (before?.version ?? 0) + 1, updatedAt: now };
}

/**
 * The history of levels after a level was stated. Today's level without a date changes nothing, so that a
 * HIS goes on syncing while a change lies ahead; with its own date it takes back what lies ahead. The level
 * of the last step again changes nothing; of a single step the date may be corrected, since the first holds
 * since ever. Another level on the very date of the last step corrects it, on a later date follows it; an
 * earlier date would rewrite what referrals were decided on.
 */
export function levelsAfter(
  levels: readonly LevelStep[],
  level: Level,
  since: LocalDate | undefined,
  today: LocalDate,
): readonly LevelStep[] | FieldError {
  const last = levels.at(-1);
  if (!last) return [{ level, since: since ?? today }];
  const begun = levels.filter((step, i) => i === 0 || step.since <= today);
  const present = begun.at(-1) ?? last;
  if (level === present.level && since === undefined) return levels;
  if (level === present.level && since === present.since) return begun.length === levels.length ? levels : begun;
  if (level === last.level) {
    if (since === undefined || since === last.since) return levels;
    return levels.length === 1 ? [{ level, since }] : settledUntil(last, present);
  }
  const at = since ?? today;
  if (at < last.since) return settledUntil(last, present);
  const kept = at === last.since ? levels.slice(0, -1) : levels;
  return kept.at(-1)?.level === level ? kept : [...kept, { level, since: at }];
}

/** Only what comes after the last step can be written; one that lies ahead can be taken back first. */
function settledUntil(last: LevelStep, present: LevelStep): FieldError {
  if (last === present) {
    return field('/levelSince', `现等级自 ${last.since} 起，只能登记此后的等级变更`, `The present level holds since ${last.since}; only a change after that date can be written`);
  }
  return field(
    '/levelSince',
    `已登记自 ${last.since} 起的等级变更；须先填写现等级及其起始日期 ${present.since} 将其撤回`,
    `A change of level from ${last.since} is written; take it back first by stating the present level with its date, ${present.since}`,
  );
}

function repeatedDepartments(departments: readonly { readonly code: string }[]): FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [i, { code }] of departments.entries()) {
    if (seen.has(code)) errors.push(field(`/departments/${i}/code`, `科室代码 ${code} 重复`, `Department ${code} is listed twice`));
    seen.add(code);
  }
  return errors;
}

/**
 * A consortium as written. A lead that has no period yet becomes its member with role lead from today,
 * so that a consortium is never without the one it is named by, and a HIS needs one call less.
 */
export function writeConsortium(
  before: Consortium | undefined,
  id: string,
  input: ConsortiumInput,
  lead: Institution | undefined,
  { now, today }: WritingDay,
): Consortium | Refusal {
  if (!lead) return invalid(field('/leadInstitutionId', '牵头医院不在机构目录中', 'The lead hospital is not in the directory'));
  const members = before?.members ?? [];
  const led = members.some((m) => m.institutionId === lead.id)
    ? members
    : [...members, { institutionId: lead.id, periods: [{ role: 'lead' as const, from: today, until: null }] }];
  const written = { ...input, id, members: led };
  if (before && equalJson(written, contentOf(before))) return before;
  return { ...written, version: (before?.version ?? 0) + 1, updatedAt: now };
}

/**
 * The consortium with the periods of one member replaced. A change makes a new version of the
 * consortium: whose member one was is part of the rule that a referral is decided by. A member leaves
 * by the end (`until`) of a period; what is under way keeps what it was decided on.
 */
export function writeMember(before: Consortium, institutionId: string, input: readonly MemberPeriod[], now: Instant): Consortium | Refusal {
  const errors = periodErrors(input);
  if (errors.length > 0) return invalid(...errors);
  const member: Member = { institutionId, periods: input.map((p) => ({ ...p, until: p.until ?? null })) };
  const present = before.members.find((m) => m.institutionId === institutionId);
  if (present && equalJson(present.periods, member.periods)) return before;
  const members = present ? before.members.map((m) => (m === present ? member : m)) : [...before.members, member];
  return { ...before, members, version: before.version + 1, updatedAt: now };
}

/** Periods follow one another: each ends no earlier than it begins, and before the next begins. */
function periodErrors(periods: readonly MemberPeriod[]): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, period] of periods.entries()) {
    const before = periods[i - 1];
    if (period.until && period.until < period.from) {
      errors.push(field(`/periods/${i}/until`, '止日不能早于起日', 'A period ends no earlier than it begins'));
    }
    if (before && (!before.until || period.from <= before.until)) {
      errors.push(field(`/periods/${i}/from`, '各期间须依次排列、互不重叠（起止日均计入）', 'Periods come in order and do not overlap (both ends included)'));
    }
  }
  return errors;
}

/** Roles that work on patients, for an institution. */
export const CLINIC_ROLES: readonly Role[] = ['clerk', 'doctor', 'coordinator', 'his'];
const AREA_ROLES: readonly Role[] = ['insurer', 'regulator'];

export interface ClientGrant {
  readonly institutionIds: readonly string[];
  readonly area: string | null;
}

/**
 * For whom a new client acts: institutions for those who work on patients, a prefecture for insurer and
 * regulator, nobody for the administrator, who sees no patient and therefore holds no other role.
 */
export function grantOf(input: ClientInput, exists: (institutionId: string) => boolean): ClientGrant | Refusal {
  if (input.institutionId !== undefined && input.institutionIds !== undefined) {
    return invalid(field('/institutionId', 'institutionId 与 institutionIds 只能填写一项', 'Either institutionId or institutionIds, not both'));
  }
  const clinic = input.roles.some((role) => CLINIC_ROLES.includes(role));
  const areal = input.roles.some((role) => AREA_ROLES.includes(role));
  if ([clinic, areal, input.roles.includes('admin')].filter(Boolean).length > 1) {
    return invalid(field('/roles', '管理员、监管与医保、医疗机构三类角色不能同时授予', 'Administrator, insurer or regulator, and institution roles do not mix'));
  }
  const one = input.institutionId !== undefined;
  const institutionIds = input.institutionIds ?? (one ? [input.institutionId as string] : []);
  const at = one ? '/institutionId' : '/institutionIds';
  const errors = [...boundErrors(clinic, institutionIds, at, exists), ...areaErrors(areal, input.area)];
  return errors.length > 0 ? invalid(...errors) : { institutionIds, area: input.area ?? null };
}

function boundErrors(clinic: boolean, ids: readonly string[], at: string, exists: (id: string) => boolean): FieldError[] {
  if (clinic && ids.length === 0) return [field('/institutionIds', '该角色须指明所代表的机构', 'The role acts for an institution')];
  if (!clinic && ids.length > 0) return [field(at, '该角色不代表医疗机构', 'The role acts for no institution')];
  return ids.flatMap((id, i) =>
    exists(id) ? [] : [field(at === '/institutionId' ? at : `${at}/${i}`, `机构 ${id} 不在机构目录中`, `Institution ${id} is not in the directory`)],
  );
}

function areaErrors(areal: boolean, area: string | undefined): FieldError[] {
  if (areal && area === undefined) return [field('/area', '须填写所辖地市', 'The prefecture of the insurer or regulator is needed')];
  if (!areal && area !== undefined) return [field('/area', '仅医保与监管角色填写所辖地市', 'Only an insurer or a regulator has an area')];
  if (area !== undefined && areaOfDistrict(area) !== area) return [field('/area', '须为地市一级代码，如 440100', 'A code of a prefecture is needed, as 440100')];
  return [];
}

/** What was written, without what the service adds. */
function contentOf<T extends { version: number; updatedAt: Instant }>(record: T): Omit<T, 'version' | 'updatedAt'> {
  const { version: _version, updatedAt: _updatedAt, ...content } = record;
  return content;
}

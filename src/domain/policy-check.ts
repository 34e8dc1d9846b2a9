import type { Instant } from '../kernel/calendar.js';
import { equalJson, repeatsOf } from '../kernel/equal.js';
import { areaOfDistrict } from '../kernel/ids.js';
import { field, invalid, type FieldError, type Refusal } from '../kernel/problem.js';
import type { BudgetRule, PolicyInput } from '../contract/insurance.js';
import type { InsuranceScheme, Level, PersonKind } from '../contract/vocabulary.js';
import { isYearStart } from './insurance-year.js';
import { rulesOf, type Policies, type Policy, type PolicyRules } from './policy.js';

/** What may be written as a policy: one that contradicts neither itself nor another of its area and scheme. */

const PERSONS: Record<InsuranceScheme, readonly PersonKind[]> = { employee: ['active', 'retired'], resident: ['resident', 'student'] };
/** Levels at which every insured person can be admitted; above them a city may have no hospital (省级). */
const EVERYWHERE: readonly Level[] = ['primary', 'secondary', 'tertiary'];

/**
 * A policy as written: the next version, or the very record that stood there where nothing changes.
 *
 * Refused: `invalid_content` with a pointer to each contradiction.
 */
export function writePolicy(before: Policy | undefined, id: string, input: PolicyInput, policies: Policies, now: Instant): Policy | Refusal {
  const rules = rulesOf(input);
  const errors = [
    ...(input.id === undefined || input.id === id ? [] : [field('/id', `与路径中的 ${id} 不一致`, `Not the id of the path, ${id}`)]),
    ...contradictions(rules, ''),
    ...misfits(rules),
    ...overlapping(rules, id, policies),
  ];
  if (errors.length > 0) return invalid(...errors);
  if (before && equalJson(rules, contentOf(before))) return before;
  return { ...rules, id, version: (before?.version ?? 0) + 1, updatedAt: now };
}

/** What makes a policy useless whoever is assessed by it. `at`: where it stands in the request. */
export function contradictions(rules: PolicyRules, at: string): FieldError[] {
  return [
    ...(isYearStart(rules.insuranceYearStart) ? [] : [field(`${at}/insuranceYearStart`, '不是每年都有的日期（MM-DD）', 'Not a date of every year (MM-DD)')]),
    ...(rules.validUntil !== null && rules.validUntil < rules.validFrom ? [field(`${at}/validUntil`, '失效日期早于生效日期', 'The policy ends before it begins')] : []),
    ...repeatsOf(rules.benefits, (row) => `${row.personKind} ${row.level} ${row.visitType}`).map((i) =>
      field(`${at}/benefits/${i}`, '同一人员类别、级别和就诊类型的待遇重复', 'The same person kind, level and visit type is listed twice')),
    ...repeatsOf(rules.fixed, (each) => each.when).map((i) => field(`${at}/fixed/${i}/when`, '同一情形的固定起付标准重复', 'The same kind of stay has two fixed amounts')),
    ...penaltyErrors(rules, at),
    ...repeatErrors(rules, at),
    ...budgetErrors(rules, at),
  ];
}

function penaltyErrors({ unreferredPenalty: { bp, visitTypes, senderLevels } }: PolicyRules, at: string): FieldError[] {
  const here = `${at}/unreferredPenalty`;
  return [
    ...(bp > 0 && visitTypes.length === 0 ? [field(`${here}/visitTypes`, '规定了降低比例，须列明适用的就诊类型', 'A penalty names the visit types that it is for')] : []),
    ...(bp > 0 && senderLevels.length === 0 ? [field(`${here}/senderLevels`, '规定了降低比例，须列明认可的转出级别', 'A penalty names the levels whose referrals spare it')] : []),
    ...repeatsOf(visitTypes, String).map((i) => field(`${here}/visitTypes/${i}`, '重复', 'Listed twice')),
    ...repeatsOf(senderLevels, String).map((i) => field(`${here}/senderLevels/${i}`, '重复', 'Listed twice')),
  ];
}

const NEEDED = { none: [], 'percent-off': ['bp'], 'step-minus': ['stepFen', 'floorFen'] } as const;
const ALLOWED = { none: [], 'percent-off': ['bp', 'from'], 'step-minus': ['stepFen', 'floorFen'] } as const;

function repeatErrors({ repeatStay: rule }: PolicyRules, at: string): FieldError[] {
  return ofKind(rule, rule.kind, NEEDED[rule.kind], ALLOWED[rule.kind], `${at}/repeatStay`);
}

function budgetErrors({ budget }: PolicyRules, at: string): FieldError[] {
  return budget === null ? [] : sharingErrors(budget, `${at}/budget`);
}

/** What a rule on surplus and overrun lacks, or has too much. */
export function sharingErrors({ overspend }: BudgetRule, at: string): FieldError[] {
  const parts = overspend.kind === 'share' ? ['bp', 'capBp'] : [];
  return ofKind(overspend, overspend.kind, parts, parts, `${at}/overspend`);
}

/** A rule has the figures of its kind and no others. */
function ofKind(rule: object, kind: string, needed: readonly string[], allowed: readonly string[], at: string): FieldError[] {
  const given = Object.entries(rule).filter(([name, value]) => name !== 'kind' && value !== undefined).map(([name]) => name);
  return [
    ...needed.filter((name) => !given.includes(name)).map((name) => field(`${at}/${name}`, `${kind} 须填写此项`, `Needed for ${kind}`)),
    ...given.filter((name) => !allowed.includes(name)).map((name) => field(`${at}/${name}`, `${kind} 不应有此项`, `Not for ${kind}`)),
  ];
}

/** What makes a policy unfit to be in force, though a what-if may ask about it. */
function misfits(rules: PolicyRules): FieldError[] {
  return [
    ...(areaOfDistrict(rules.area) === rules.area ? [] : [field('/area', '须为地市一级代码，如 440100', 'A code of a prefecture is needed, as 440100')]),
    ...rules.benefits.flatMap(({ personKind }, i) =>
      PERSONS[rules.scheme].includes(personKind) ? [] : [field(`/benefits/${i}/personKind`, '该险种没有这一人员类别', 'The scheme has no such kind of person')]),
    ...missingLevels(rules),
  ];
}

/** Whoever is insured can be admitted at every level: a level without a row would leave stays unassessed. */
function missingLevels({ benefits }: PolicyRules): FieldError[] {
  const inpatient = benefits.filter((row) => row.visitType === 'inpatient');
  const levels = new Set<Level>([...EVERYWHERE, ...inpatient.map((row) => row.level)]);
  const persons = new Set(benefits.map((row) => row.personKind));
  return [...persons].flatMap((person) =>
    [...levels]
      .filter((level) => !inpatient.some((row) => row.personKind === person && row.level === level))
      .map((level) => field('/benefits', `缺少 ${person} 在 ${level} 级别的住院待遇`, `The inpatient benefit of ${person} at level ${level} is missing`)));
}

/** An admission falls under one policy at most. */
function overlapping(rules: PolicyRules, id: string, policies: Policies): FieldError[] {
  const errors: FieldError[] = [];
  for (const other of policies.policies()) {
    if (other.id === id || other.area !== rules.area || other.scheme !== rules.scheme) continue;
    const apart = (rules.validUntil !== null && rules.validUntil < other.validFrom) || (other.validUntil !== null && other.validUntil < rules.validFrom);
    if (apart) continue;
    const until = other.validUntil ?? '…';
    errors.push(field(rules.validFrom >= other.validFrom ? '/validFrom' : '/validUntil',
      `与政策 ${other.id}（${other.validFrom} 至 ${until}）的有效期重叠`, `The validity overlaps with that of policy ${other.id} (${other.validFrom} to ${until})`));
  }
  return errors;
}

/** What was written, without what the service adds. */
function contentOf({ id: _id, version: _version, updatedAt: _updatedAt, ...rules }: Policy): PolicyRules {
  return rules;
}

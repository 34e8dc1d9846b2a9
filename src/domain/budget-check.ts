import { localDateOf, type Instant } from '../kernel/calendar.js';
import { equalJson, repeatsOf } from '../kernel/equal.js';
import { areaOfDistrict } from '../kernel/ids.js';
import { field, invalid, type FieldError, type Refusal } from '../kernel/problem.js';
import type { AccountInput, BudgetInput } from '../contract/budget.js';
import { budgetYear, type Account, type Budget } from './budget.js';
import type { Consortium, Network } from './network.js';
import type { Policies } from './policy.js';
import { sharingErrors } from './policy-check.js';

/** What a budget is judged against. */
export interface Surroundings {
  readonly consortium: Consortium;
  readonly network: Network;
  readonly policies: Policies;
  /** The budgets of all consortia for the same year. */
  readonly others: readonly Budget[];
  readonly now: Instant;
}

/** The budget one version later, or as it was where nothing changes. Without an area it is that of the lead. */
export function writeBudget(before: Budget | undefined, year: number, input: BudgetInput, around: Surroundings): Budget | Refusal {
  const { consortium, network, now } = around;
  const area = input.area === undefined ? network.institution(consortium.leadInstitutionId)?.area : areaOfDistrict(input.area);
  if (area === undefined) return invalid(field('/area', '须填写参保统筹区', 'The insured prefecture is needed'));
  const accounts = input.accounts.map(accountOf);
  const errors = [
    ...repeatsOf(accounts, (account) => account.scheme).map((i) => field(`/accounts/${i}/scheme`, '险种重复', 'The scheme is listed twice')),
    ...input.accounts.flatMap((account, i) => [...accountErrors(account, `/accounts/${i}`, area), ...dateErrors(account, `/accounts/${i}`, area, year, around)]),
    ...accounts.flatMap((account, i) => coveredTwice(account, `/accounts/${i}/covers`, area, around)),
  ];
  if (errors.length > 0) return invalid(...errors);
  if (before && before.area === area && equalJson(before.accounts, accounts)) return before;
  return { consortiumId: consortium.id, year, area, accounts, version: (before?.version ?? 0) + 1, updatedAt: now };
}

function accountOf({ scheme, covers, prepaidFen, outpatient, elsewhere, rule, provenance }: AccountInput): Account {
  return { scheme, covers, prepaidFen, outpatient: outpatient ?? null, elsewhere: elsewhere ?? null, rule: rule ?? null, provenance };
}

function accountErrors({ covers, outpatient, rule }: AccountInput, at: string, area: string): FieldError[] {
  const { districts } = covers;
  return [
    ...(covers.by === 'districts' && districts === undefined ? [field(`${at}/covers/districts`, '按区划覆盖须列明区划', 'Needed for a coverage by districts')] : []),
    ...(covers.by === 'contracts' && districts !== undefined ? [field(`${at}/covers/districts`, '按签约覆盖不应列区划', 'Not for a coverage by contracts')] : []),
    ...repeatsOf(districts ?? [], String).map((i) => field(`${at}/covers/districts/${i}`, '重复', 'Listed twice')),
    ...(districts ?? []).flatMap((district, i) => (areaOfDistrict(district) === area ? [] : [field(`${at}/covers/districts/${i}`, '不在该统筹区内', 'Not in the insured prefecture')])),
    ...statementErrors(outpatient, `${at}/outpatient`),
    ...(rule ? sharingErrors(rule, `${at}/rule`) : []),
  ];
}

function statementErrors(outpatient: AccountInput['outpatient'], at: string): FieldError[] {
  if (!outpatient) return [];
  const isStated = outpatient.fed === 'statement';
  return (['fundFen', 'asOf'] as const)
    .filter((name) => (outpatient[name] !== undefined) !== isStated)
    .map((name) => field(`${at}/${name}`, isStated ? '汇总申报须填写此项' : '逐次上传不应有此项', isStated ? 'Needed for a statement' : 'Not where visits are sent'));
}

/** A statement is of a day of the year that has come. */
function dateErrors({ scheme, outpatient, elsewhere }: AccountInput, at: string, area: string, year: number, { policies, now }: Surroundings): FieldError[] {
  const { from } = budgetYear(policies, area, scheme, year);
  const today = localDateOf(now);
  return ([['outpatient', outpatient?.asOf], ['elsewhere', elsewhere?.asOf]] as const).flatMap(([part, asOf]) => {
    if (asOf === undefined || (asOf >= from && asOf <= today)) return [];
    return [field(`${at}/${part}/asOf`, '须为该年度内且不晚于今日的日期', 'A date of the year, not after today')];
  });
}

/**
 * Who is insured in one district is covered by one consortium: the same settlement is not charged twice
 * (Guangzhou 2018, line 17: 签订一体化协议的参保人). Nobody has said which comes first where one covers by
 * districts and another by contracts, whose people live in any of them: so only one way holds for an area,
 * a scheme and a year.
 */
function coveredTwice({ scheme, covers }: Account, at: string, area: string, { consortium, others }: Surroundings): FieldError[] {
  const beside = others
    .filter((other) => other.consortiumId !== consortium.id && other.area === area)
    .flatMap((other) => other.accounts.filter((account) => account.scheme === scheme).map((account) => account.covers));
  const otherwise = beside.some((other) => other.by !== covers.by);
  if (otherwise) return [field(`${at}/by`, '另一医联体的同年预算以另一方式覆盖该统筹区同一险种的参保人', 'Another consortium’s budget of this year covers people of this prefecture and scheme in the other way')];
  const taken = beside.flatMap((other) => other.districts ?? []);
  return (covers.districts ?? []).flatMap((district, i) =>
    taken.some((other) => overlap(other, district)) ? [field(`${at}/districts/${i}`, '该区划已由另一医联体的同年预算覆盖', 'Covered by another consortium’s budget of this year')] : [],
  );
}

/** One and the same, or one the prefecture of the other. */
function overlap(a: string, b: string): boolean {
  return a === b || areaOfDistrict(a) === b || areaOfDistrict(b) === a;
}

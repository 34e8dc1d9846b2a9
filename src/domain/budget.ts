import { addDays, daysBetween, localDateOf, type Instant, type LocalDate } from '../kernel/calendar.js';
import { areaOfDistrict } from '../kernel/ids.js';
import { WHOLE_BP } from '../kernel/money.js';
import { must } from '../kernel/assert.js';
import type { AccountInput, Statement } from '../contract/budget.js';
import type { BudgetRule, Provenance } from '../contract/insurance.js';
import type { BudgetGap, ChargePlace, InsuranceScheme, Projection, VisitType } from '../contract/vocabulary.js';
import { startOfInsuranceYear } from './insurance-year.js';
import { isMemberOn, type Consortium } from './network.js';
import { policyOn, provenanceOf, type Policies, type Policy } from './policy.js';

/**
 * 总额预付: what a consortium was paid in advance for the people it covers, what was settled for them
 * wherever they went, and what becomes of the difference (Guangzhou 2018, line 17: 其当年度发生的全部门诊和
 * 住院医疗总费用). Nothing is booked: it is reckoned from the settled stays whenever somebody asks, so a
 * correction or a void needs no entry of its own.
 */
export interface Budget {
  readonly consortiumId: string;
  /** The calendar year in which the insurance year begins. */
  readonly year: number;
  /** The prefecture that insures the people it covers. */
  readonly area: string;
  readonly accounts: readonly Account[];
  readonly version: number;
  readonly updatedAt: Instant;
}

export interface Account {
  readonly scheme: InsuranceScheme;
  readonly covers: AccountInput['covers'];
  readonly prepaidFen: number;
  readonly outpatient: NonNullable<AccountInput['outpatient']> | null;
  /** Settled outside the platform, as the insurer states it. */
  readonly elsewhere: Statement | null;
  /** null: the policy's. */
  readonly rule: BudgetRule | null;
  readonly provenance: Provenance;
}

/** Local dates of admission, both included. */
export interface BudgetYear {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly days: number;
}

/**
 * The insurance year that begins in a calendar year, up to the day before the next one begins: where a
 * policy has moved the start, a year is longer or shorter, but every day belongs to one of them.
 */
export function budgetYear(policies: Policies, area: string, scheme: InsuranceScheme, year: number): BudgetYear {
  const from = yearStart(policies, area, scheme, year);
  const to = addDays(yearStart(policies, area, scheme, year + 1), -1);
  return { from, to, days: daysBetween(from, to) + 1 };
}

/** By the policy in force on the first of January; where none is yet, by the first to come. */
function yearStart(policies: Policies, area: string, scheme: InsuranceScheme, year: number): LocalDate {
  const first = `${year}-01-01`;
  const policy = policyOn(policies, area, scheme, first) ?? firstAfter(policies, area, scheme, first);
  return localDateOf(startOfInsuranceYear(year, policy?.insuranceYearStart ?? '01-01'));
}

function firstAfter(policies: Policies, area: string, scheme: InsuranceScheme, date: LocalDate): Policy | undefined {
  let first: Policy | undefined;
  for (const policy of policies.policies()) {
    if (policy.area !== area || policy.scheme !== scheme || policy.validFrom < date) continue;
    if (first === undefined || policy.validFrom < first.validFrom) first = policy;
  }
  return first;
}

/** Settled stays of one day, one institution and one coverage. */
export interface ChargedSum {
  readonly institutionId: string;
  /** As the patient stated it; null: by no district. */
  readonly insuredDistrict: string | null;
  /** With whose team the patient had a contract on the day; null: with none, or not asked. */
  readonly contractedWith: string | null;
  readonly visitType: VisitType;
  readonly settlements: number;
  readonly fundFen: number;
}

export interface Charge {
  readonly where: ChargePlace;
  readonly visitType: VisitType;
  /** null: a statement does not say how many. */
  readonly settlements: number | null;
  readonly fundFen: number;
  /** The last local date that it holds. */
  readonly through: LocalDate;
}

/** What an account is charged with, day by day. */
export class Charges {
  readonly #sums = new Map<string, { readonly where: ChargePlace; readonly visitType: VisitType; settlements: number; fundFen: number }>();

  constructor(
    private readonly account: Account,
    private readonly consortium: Consortium,
  ) {}

  add(date: LocalDate, sum: ChargedSum): void {
    if (!this.#covers(date, sum)) return;
    const { visitType } = sum;
    // The statement holds them all: a visit that is sent beside it would be charged twice.
    if (visitType === 'outpatient' && this.account.outpatient?.fed === 'statement') return;
    const where = isMemberOn(this.consortium, sum.institutionId, date) ? 'inside' : 'outside';
    const key = `${where} ${visitType}`;
    const so = this.#sums.get(key) ?? { where, visitType, settlements: 0, fundFen: 0 };
    so.settlements += sum.settlements;
    so.fundFen += sum.fundFen;
    this.#sums.set(key, so);
  }

  #covers(date: LocalDate, { insuredDistrict, contractedWith }: ChargedSum): boolean {
    const { covers } = this.account;
    if (covers.by === 'contracts') return contractedWith !== null && isMemberOn(this.consortium, contractedWith, date);
    if (insuredDistrict === null) return false;
    const districts = must(covers.districts, 'who covers by districts names them');
    return districts.includes(insuredDistrict) || districts.includes(areaOfDistrict(insuredDistrict));
  }

  /** Inside first, inpatient first; statements last. */
  all(today: LocalDate): readonly Charge[] {
    const { outpatient, elsewhere } = this.account;
    const settled = [...this.#sums.values()].sort((a, b) => ORDER.indexOf(`${a.where} ${a.visitType}`) - ORDER.indexOf(`${b.where} ${b.visitType}`));
    const stated: Charge[] = [];
    if (outpatient?.fed === 'statement') stated.push({ where: 'anywhere', visitType: 'outpatient', settlements: null, ...statedIn(outpatient) });
    if (elsewhere) stated.push({ where: 'elsewhere', visitType: 'inpatient', settlements: null, fundFen: elsewhere.fundFen, through: elsewhere.asOf });
    return [...settled.map((sum) => ({ ...sum, through: today })), ...stated];
  }
}

const ORDER: readonly string[] = ['inside inpatient', 'inside outpatient', 'outside inpatient', 'outside outpatient'];

function statedIn({ fundFen, asOf }: NonNullable<Account['outpatient']>): { fundFen: number; through: LocalDate } {
  return { fundFen: must(fundFen, 'a statement has a sum'), through: must(asOf, 'a statement has a date') };
}

/** What the account does not hold: it is complete once outpatient charges are fed. */
export function gapsOf({ outpatient, elsewhere }: Account): readonly BudgetGap[] {
  return [...(outpatient ? [] : ['outpatient' as const]), ...(elsewhere ? [] : ['elsewhere' as const])];
}

export interface AppliedRule {
  readonly rule: BudgetRule;
  /** null: the rule of the account itself. */
  readonly policyId: string | null;
  readonly policyVersion: number | null;
  readonly provenance: Provenance;
}

/** The rule on surplus and overrun: the account's own, else that of the policy in force when the year begins, or first in it; null: nobody has said. */
export function ruleFor(account: Account, policies: Policies, area: string, { from, to }: BudgetYear): AppliedRule | null {
  if (account.rule) return { rule: account.rule, policyId: null, policyVersion: null, provenance: account.provenance };
  const policy = policyOn(policies, area, account.scheme, from) ?? policyOn(policies, area, account.scheme, to);
  if (!policy?.budget) return null;
  return { rule: policy.budget, policyId: policy.id, policyVersion: policy.version, provenance: provenanceOf(policy, 'budget') };
}

export interface Sharing {
  readonly surplusFen: number;
  readonly keptFen: number;
  readonly returnedFen: number;
  readonly overrunFen: number;
  readonly fundBearsFen: number;
  readonly consortiumBearsFen: number;
  readonly beyondCapFen: number;
}

/**
 * What becomes of the difference: a surplus is kept (结余留用), an overrun is shared up to a cap (合理超支分担,
 * Guangzhou 2018, line 67; Yueyang 2022, line 49) or borne by the consortium alone (超支不补, Yueyang 2022,
 * line 51). The two sides always add up to the difference.
 */
export function shared(prepaidFen: number, spentFen: number, { surplusKeptBp, overspend }: BudgetRule): Sharing {
  const surplusFen = Math.max(0, prepaidFen - spentFen);
  const overrunFen = Math.max(0, spentFen - prepaidFen);
  const keptFen = shareOf(surplusFen, surplusKeptBp);
  const isShared = overspend.kind === 'share';
  const sharedFen = isShared ? Math.min(overrunFen, shareOf(prepaidFen, must(overspend.capBp, 'a shared overrun has a cap'))) : 0;
  const fundBearsFen = isShared ? shareOf(sharedFen, must(overspend.bp, 'a shared overrun has a share')) : 0;
  return {
    surplusFen,
    keptFen,
    returnedFen: surplusFen - keptFen,
    overrunFen,
    fundBearsFen,
    consortiumBearsFen: overrunFen - fundBearsFen,
    beyondCapFen: isShared ? overrunFen - sharedFen : 0,
  };
}

/** `fen` × `bp` / 10 000, rounded half up. Exact for every safe sum: the whole ten thousands are set apart. */
export function shareOf(fen: number, bp: number): number {
  const rest = fen % WHOLE_BP;
  return ((fen - rest) / WHOLE_BP) * bp + Math.floor((rest * bp + WHOLE_BP / 2) / WHOLE_BP);
}

export interface Outlook {
  readonly method: Projection;
  /** Of the year, up to today. */
  readonly days: number;
  readonly spentFen: number;
}

/** How the year will end at the pace so far, each charge by its own date; null: the year has not begun. */
export function outlook(charges: readonly Charge[], year: BudgetYear, today: LocalDate): Outlook | null {
  const days = daysUpTo(year, today);
  if (days === 0) return null;
  if (today > year.to) return { method: 'year-over', days, spentFen: sumOf(charges) };
  const spentFen = charges.reduce((sum, { fundFen, through }) => sum + atPace(fundFen, daysUpTo(year, through), year.days), 0);
  return { method: 'linear', days, spentFen };
}

function daysUpTo({ from, days }: BudgetYear, date: LocalDate): number {
  return Math.min(days, Math.max(0, daysBetween(from, date) + 1));
}

/** `fen` × `ofDays` / `days`, rounded half up, exact. */
export function atPace(fen: number, days: number, ofDays: number): number {
  if (days === 0) return fen;
  const rest = fen % days;
  return ((fen - rest) / days) * ofDays + Math.floor((2 * rest * ofDays + days) / (2 * days));
}

export function sumOf(charges: readonly Charge[]): number {
  return charges.reduce((sum, { fundFen }) => sum + fundFen, 0);
}

import type { Instant, LocalDate } from '../kernel/calendar.js';
import type { Benefit, BudgetRule, FixedAmount, PolicyInput, Provenance, ReferralRule, RepeatStay, UnreferredPenalty } from '../contract/insurance.js';
import type { InsuranceScheme, PolicyPart, VisitType } from '../contract/vocabulary.js';

/** 医保政策: the rules of one insured area and scheme between two dates, complete: nothing is left to a default. */
export interface PolicyRules {
  readonly area: string;
  readonly scheme: InsuranceScheme;
  readonly validFrom: LocalDate;
  /** The last local date of admission; null: open. */
  readonly validUntil: LocalDate | null;
  readonly provenance: Provenance;
  /** The clause of one part, where it has another than the whole. */
  readonly clauses: Readonly<Partial<Record<PolicyPart, Provenance>>>;
  /** MM-DD in Asia/Shanghai. */
  readonly insuranceYearStart: string;
  readonly benefits: readonly (Benefit & { readonly visitType: VisitType })[];
  /** Fen that the fund pays in an insurance year at most; null: no limit. */
  readonly annualCapFen: number | null;
  readonly referral: ReferralRule;
  readonly unreferredPenalty: UnreferredPenalty;
  readonly repeatStay: RepeatStay;
  readonly stacking: 'min' | 'referral-only';
  readonly fixed: readonly FixedAmount[];
  readonly budget: BudgetRule | null;
}

/** A policy as it was written: every version is kept, and a stay keeps the one of its first assessment. */
export interface Policy extends PolicyRules {
  readonly id: string;
  /** 1 and up; 0: shipped as an example and applied to nobody. */
  readonly version: number;
  /** null: shipped. */
  readonly updatedAt: Instant | null;
}

/** The policies as one unit of work sees them. */
export interface Policies {
  /** The latest version. */
  policy(id: string): Policy | undefined;
  policyVersion(id: string, version: number): Policy | undefined;
  /** The latest version of each. */
  policies(): Iterable<Policy>;
}

/** The rules of a document, with what it leaves out. */
export function rulesOf(input: PolicyInput): PolicyRules {
  return {
    area: input.area,
    scheme: input.scheme,
    validFrom: input.validFrom,
    validUntil: input.validUntil ?? null,
    provenance: input.provenance,
    clauses: input.clauses ?? {},
    insuranceYearStart: input.insuranceYearStart ?? '01-01',
    benefits: input.benefits.map((row) => ({ ...row, visitType: row.visitType ?? 'inpatient' })),
    annualCapFen: input.annualCapFen ?? null,
    referral: input.referral,
    unreferredPenalty: input.unreferredPenalty ?? { bp: 0, visitTypes: [], senderLevels: [] },
    repeatStay: input.repeatStay ?? { kind: 'none' },
    stacking: input.stacking ?? 'min',
    fixed: input.fixed ?? [],
    budget: input.budget ?? null,
  };
}

/** Whether an admission on this local date falls under the policy. */
export function isValidOn(policy: Pick<PolicyRules, 'validFrom' | 'validUntil'>, date: LocalDate): boolean {
  return policy.validFrom <= date && (policy.validUntil === null || date <= policy.validUntil);
}

/** The policy of an insured area and scheme for an admission on a local date; undefined: none matches. Written policies of one area and scheme never overlap. */
export function policyOn(policies: Policies, area: string, scheme: InsuranceScheme, date: LocalDate): Policy | undefined {
  for (const policy of policies.policies()) {
    if (policy.area === area && policy.scheme === scheme && isValidOn(policy, date)) return policy;
  }
  return undefined;
}

/** Where a part of the policy comes from. */
export function provenanceOf(rules: PolicyRules, part: PolicyPart): Provenance {
  return rules.clauses[part] ?? rules.provenance;
}

import { localDateOf, type Instant, type LocalDate } from '../kernel/calendar.js';
import { equalJson, repeatsOf } from '../kernel/equal.js';
import { field, type FieldError } from '../kernel/problem.js';
import type { ContractInput } from '../contract/contract.js';
import type { KeyPopulation } from '../contract/vocabulary.js';

/**
 * 家庭医生签约 (Xinhui 2017, line 21: 推进居民或家庭自愿与签约医生团队签订服务协议). Of contracts of one person that
 * hold on one day the one that began last counts: the team before is told late that somebody has left.
 */
export interface Contract {
  readonly id: string;
  readonly area: string;
  readonly institutionId: string;
  readonly patientId: string;
  readonly team: ContractInput['team'];
  readonly from: LocalDate;
  /** Included; null: open. */
  readonly until: LocalDate | null;
  readonly tags: readonly KeyPopulation[];
  readonly sealedPatient: string;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What contradicts itself in a contract, whoever it is with. */
export function checkContract({ from, until, tags = [] }: Pick<ContractInput, 'from' | 'until' | 'tags'>): FieldError[] {
  return [
    ...(until && until < from ? [field('/until', '止日不能早于起日', 'It ends before it begins')] : []),
    ...repeatsOf(tags, String).map((i) => field(`/tags/${i}`, '重复', 'Listed twice')),
  ];
}

export function holdsOn({ from, until }: Pick<Contract, 'from' | 'until'>, date: LocalDate): boolean {
  return from <= date && (until === null || date <= until);
}

export function holdsAt(contract: Pick<Contract, 'from' | 'until'>, at: Instant): boolean {
  return holdsOn(contract, localDateOf(at));
}

type Terms = Pick<Contract, 'patientId' | 'institutionId' | 'team' | 'from' | 'until' | 'tags'>;

export function sameTerms(a: Terms, b: Terms): boolean {
  const terms = ({ patientId, institutionId, team, from, until, tags }: Terms) => ({ patientId, institutionId, team, from, until, tags });
  return equalJson(terms(a), terms(b));
}

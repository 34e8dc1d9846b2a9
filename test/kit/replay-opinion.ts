import { localDateOf } from '../../src/kernel/calendar.js';
import { must } from '../../src/kernel/assert.js';
import type { Stay } from '../../src/domain/stay.js';
import { replayPolicies } from '../../src/demo/replay/insurance.js';
import type { Reads } from '../../src/usecase/ports.js';
import { assess, type OpinionPolicy, type OpinionStay } from './deductible-opinion.js';

/** The naive reckoning of a person of the replay, out of what the hospitals have stated. */
export interface PersonOpinion {
  readonly key: string;
  readonly number: string;
  readonly deductibleFen: number;
  readonly personalFen: number;
  /** If no referral relieved anybody. */
  readonly everyStay: { readonly deductibleFen: number; readonly personalFen: number };
  readonly policyId: string;
}

const POLICIES = replayPolicies();

export async function personOpinion(reads: Reads, patientId: string): Promise<PersonOpinion[]> {
  const stays = await reads.staysOf(patientId);
  const { personKind } = must(stays[0], 'a person of the ledger has a stay');
  const policies = stays.map((stay) => must(POLICIES.find(({ body }) => fits(body, stay)), `stay ${stay.number} has a policy`));
  const request = (change: (policy: OpinionPolicy) => OpinionPolicy): Parameters<typeof assess>[0] => ({
    policy: policies[0]!.body as OpinionPolicy,
    personKind: must(personKind, 'everybody is insured'),
    stays: stays.map((stay, i) => stayOf(stay, change(policies[i]!.body as OpinionPolicy))),
  });
  const opinions = assess(request((policy) => policy));
  const inFull = assess(request((policy) => ({ ...policy, referral: { ...policy.referral, onUp: 'full', onDown: 'full', onLateral: 'full' } })));
  return stays.map((stay, i) => ({ key: stay.id, number: stay.number, ...figures(opinions[i]!), everyStay: figures(inFull[i]!), policyId: policies[i]!.id }));
}

function fits({ scheme, validFrom, validUntil }: (typeof POLICIES)[number]['body'], stay: Stay): boolean {
  const date = localDateOf(stay.admittedAt);
  return scheme === stay.scheme && validFrom <= date && (!validUntil || date <= validUntil);
}

function figures({ deductibleFen, personalFen }: { deductibleFen: number; personalFen: number | null }): { deductibleFen: number; personalFen: number } {
  return { deductibleFen, personalFen: must(personalFen, 'every stay is settled in the end') };
}

function stayOf({ id, institutionId, level, record, reached }: Stay, policy: OpinionPolicy): OpinionStay {
  return {
    key: id,
    institution: institutionId,
    level,
    admittedAt: record.admittedAt,
    dischargedAt: record.dischargedAt ?? null,
    mainDiagnosis: record.mainDiagnosis.code,
    kind: record.kind,
    ...(record.settlement ?? {}),
    arrival: reached === null
      ? { via: record.arrival.via }
      : {
          via: 'referral', direction: reached.direction, senderLevel: reached.senderLevel, referredAt: new Date(reached.submittedAt).toISOString(),
          fromStay: reached.fromStayId, fromInstitution: reached.fromInstitutionId, sameConsortium: reached.sameConsortium,
        },
    policy,
  };
}

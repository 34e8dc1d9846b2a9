import { localDateOf, type Instant } from '../../kernel/calendar.js';
import { field, invalid, isRefusal, type Refusal } from '../../kernel/problem.js';
import type { QuoteInput } from '../../contract/insurance.js';
import type { Insurance } from '../../contract/referral.js';
import type { Direction } from '../../contract/vocabulary.js';
import type { StayArrival } from '../../domain/assessment.js';
import { arrivalUnder } from '../../domain/ledger.js';
import { levelOn, levelStep, sharedConsortia, type Institution } from '../../domain/network.js';
import { wasSent } from '../../domain/party.js';
import { reachedBy, refuseAdmission } from '../../domain/reached.js';
import { seenAt } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Actor, PatientRecord, Reads } from '../ports.js';
import { seeing } from '../referral/access.js';
import { openPersons } from '../referral/persons.js';

/** How the patient would come, for a quote. */
export interface Coming {
  readonly arrival: StayArrival;
  /** As the referral states it. */
  readonly insurance: Insurance | undefined;
  readonly diagnosisCode: string | null;
  /** null: none is named. */
  readonly referralId: string | null;
}

const UNSTATED = { insurance: undefined, diagnosisCode: null, referralId: null };

export interface Question {
  readonly record: PatientRecord;
  readonly institution: Institution;
  readonly admittedAt: Instant;
  readonly arrival: QuoteInput['arrival'];
}

export async function arrivalOf(reads: Reads, actor: Actor, question: Question): Promise<Coming | Refusal> {
  const { via, referralId, referralNo } = question.arrival;
  const named = referralId !== undefined || referralNo !== undefined;
  if (via !== 'referral') {
    return named ? invalid(field('/arrival/via', '注明转诊时到院方式须为 referral', 'A named referral means via referral')) : { ...UNSTATED, arrival: { via } };
  }
  return named ? underReferral(reads, actor, question) : sentNow(reads, actor, question.institution);
}

/** Under a referral that the caller knows of, as if this stay executed it. */
async function underReferral(reads: Reads, actor: Actor, { record, institution, admittedAt, arrival: { referralId, referralNo } }: Question): Promise<Coming | Refusal> {
  const pointer = referralId === undefined ? '/arrival/referralNo' : '/arrival/referralId';
  const found = referralId === undefined ? await reads.referralByNo(referralNo ?? '') : await reads.referral(referralId);
  const known = actor.institutionId === null ? found : visibleTo(reads, actor, found);
  if (known?.patientId !== record.id || known.targetInstitutionId !== institution.id || !wasSent(known)) {
    return invalid(field(pointer, '没有转给该机构的该患者的这一转诊', 'No such referral of this patient to this institution'));
  }
  const contradiction = refuseAdmission(seenAt(known, reads.now), admittedAt, pointer);
  if (contradiction) return invalid(contradiction);
  return {
    arrival: arrivalUnder(reachedBy(known)),
    insurance: openPersons(reads.vault, known).patient.insurance,
    diagnosisCode: known.content.diagnosis?.[0]?.code ?? null,
    referralId: known.id,
  };
}

function visibleTo(reads: Reads, actor: Actor, referral: Referral | undefined): Referral | undefined {
  const found = seeing(reads, actor, referral);
  return isRefusal(found) ? undefined : found.referral;
}

/** As if the caller's institution sent the patient now: what a referral would be worth, before one is written. */
function sentNow(reads: Reads, actor: Actor, target: Institution): Coming | Refusal {
  const source = reads.network.institution(actor.institutionId ?? '');
  if (!source) return invalid(field('/arrival/referralId', '经转诊到院须注明转诊', 'An arrival by referral names it'));
  if (source.id === target.id) return invalid(field('/institutionId', '不能转诊到本机构', 'The target is the sender itself'));
  const today = localDateOf(reads.now);
  const senderLevel = levelOn(source, today);
  const step = levelStep(senderLevel, levelOn(target, today));
  const direction: Direction = step > 0 ? 'up' : step < 0 ? 'down' : 'lateral';
  const sameConsortium = sharedConsortia(reads.network, source.id, target.id, today).length > 0;
  return {
    arrival: arrivalUnder({ direction, senderLevel, submittedAt: reads.now, sameConsortium, fromStayId: null, fromInstitutionId: source.id, emergency: false }),
    ...UNSTATED,
  };
}

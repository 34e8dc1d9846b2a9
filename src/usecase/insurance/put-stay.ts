import { localDateOf } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import { field, invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { StayInput } from '../../contract/stay.js';
import { levelOn } from '../../domain/network.js';
import { legalActions } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import { checkStay, type Stay } from '../../domain/stay.js';
import type { Query, Unit, UseCase } from '../ports.js';
import { commit } from '../referral/act.js';
import { executeTransfer, reverseTransfer } from '../referral/actions/arrive.js';
import { knowPatient, type KnownPatient } from '../referral/draft.js';
import { lapse } from '../referral/lapse.js';

export interface StayWritten {
  readonly stay: Stay;
  readonly created: boolean;
  /** False: an older source version than the one kept; nothing changed. */
  readonly applied: boolean;
}

/**
 * The record of a stay as the hospital's HIS states it now: created or replaced whole, late and twice as
 * it may come. A stay that names an open referral to this institution executes it at the admission; one
 * that is voided takes back the transfer it executed. No policy is asked yet: the stay is unassessed.
 */
export const putStay: UseCase<{ institutionId: string; number: string; body: StayInput }, StayWritten> = async (unit, { institutionId, number, body }) => {
  const institution = unit.network.institution(institutionId);
  if (!institution || unit.actor.institutionId !== institutionId) return refuse('not_found');
  const before = await unit.stayByNumber(institutionId, number);
  if (before && body.sourceVersion < before.sourceVersion) return { stay: before, created: false, applied: false };
  const errors = checkStay(body, unit.now);
  if (errors.length > 0) return invalid(...errors);
  const named = await namedReferral(unit, body, institutionId);
  const present = before?.patientId ?? named?.patientId ?? null;
  const known = await knowPatient(unit, body.patient, body.arrival.via === 'emergency', institution.area, { present });
  if (isRefusal(known)) return known;

  const linked = await link(unit, body, { known, named, before });
  if (isRefusal(linked)) return linked;
  const { patient: _patient, ...record } = body;
  const id = before?.id ?? unit.ids.next(institution.area);
  const stay: Stay = {
    id,
    area: institution.area,
    institutionId,
    number,
    patientId: known.patientId,
    ...linked,
    level: before?.level ?? levelOn(institution, localDateOf(Date.parse(body.admittedAt))),
    record,
    sealedPatient: unit.vault.seal(`stay:${id}`, known.patient),
    sourceVersion: body.sourceVersion,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? unit.now,
    updatedAt: unit.now,
  };
  await (before ? unit.saveStay(stay) : unit.insertStay(stay));
  unit.append({
    type: 'stay.recorded',
    area: stay.area,
    subject: `stay:${id}`,
    referralId: stay.referralId,
    institutionIds: [institutionId],
    data: { number, version: stay.version, sourceVersion: stay.sourceVersion, kind: body.kind, voided: body.voided ?? false },
  });
  return { stay, created: !before, applied: true };
};

type Link = Pick<Stay, 'referralId' | 'executedReferral'>;
const UNLINKED: Link = { referralId: null, executedReferral: false };

/** The referral to this institution that the record names, locked; undefined where it names none, or none that was sent here. */
async function namedReferral(unit: Unit, { arrival }: StayInput, institutionId: string): Promise<Referral | undefined> {
  const { referralId, referralNo } = arrival;
  const id = referralId ?? (referralNo === undefined ? undefined : (await unit.referralByNo(referralNo))?.id);
  const referral = id === undefined ? undefined : await unit.lockReferral(id);
  return referral?.targetInstitutionId === institutionId && referral.status !== 'draft' ? referral : undefined;
}

interface Linking {
  readonly known: KnownPatient;
  readonly named: Referral | undefined;
  readonly before: Stay | undefined;
}

/** Links the stay to the referral that it names, executing or taking back the transfer where that is due. */
async function link(unit: Unit, body: StayInput, { known, named, before }: Linking): Promise<Link | Refusal> {
  if (body.voided) {
    if (before?.referralId && before.executedReferral) await takeBack(unit, before.referralId);
    return { referralId: before?.referralId ?? null, executedReferral: false };
  }
  const { referralId, referralNo } = body.arrival;
  if (referralId === undefined && referralNo === undefined) return UNLINKED;
  const pointer = referralId === undefined ? '/arrival/referralNo' : '/arrival/referralId';
  if (named?.patientId !== known.patientId) {
    return invalid(field(pointer, '没有转给本机构的该患者的这一转诊', 'No such referral of this patient to this institution'));
  }
  const referral = await lapse(unit, named);
  if (legalActions(referral.status).includes('arrive')) {
    const changed = await executeTransfer(unit, referral, { at: Date.parse(body.admittedAt), reservationId: null, because: 'stay' });
    if (isRefusal(changed)) return changed;
    await commit(unit, changed, 'arrived');
    return { referralId: referral.id, executedReferral: true };
  }
  if (referral.course.transferId === null) return invalid(field(pointer, `该转诊已结束（${referral.status}）`, `That referral has ended (${referral.status})`));
  return { referralId: referral.id, executedReferral: before?.referralId === referral.id && before.executedReferral };
}

async function takeBack(unit: Unit, referralId: string): Promise<void> {
  const referral: Referral = must(await unit.lockReferral(referralId), 'a linked referral is kept');
  // After the hand-over the patient was there, whatever became of the record of the stay.
  if (referral.status !== 'arrived') return;
  await commit(unit, await reverseTransfer(unit, referral, 'stay-voided'), 'arrival-revoked');
}

/** A stay, for the institution whose it is. */
export const getStay: Query<{ id: string }, Stay> = async (reads, actor, { id }) => {
  const stay = await reads.stay(id);
  return stay && stay.institutionId === actor.institutionId ? stay : refuse('not_found');
};

import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { Patient, ReferralInput } from '../../src/contract/referral.js';
import type { StayInput } from '../../src/contract/stay.js';
import { putAccumulator } from '../../src/usecase/insurance/put-accumulator.js';
import { mergePatients } from '../../src/usecase/network/merge-patients.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import type { City } from './city.js';
import { INSURER, tryPut } from './ledger.js';
import { downReferral, person, upReferral } from './network.js';
import { admission, directionOf, discharge, diseaseOf, INSURED_AREA, instant, numberOf, referredAt, type Content, type Leg, type Life, type Paper } from './person-life.js';

/** A life told to the service, message by message, by whoever has to tell it. What cannot be taken yet is sent again. */

/** 'later': the message was refused, or could not be written yet. */
type Delivery = () => Promise<'done' | 'later'>;

export class Teller {
  readonly #referrals = new Map<number, string>();
  /** How many were merged, of whatever records there were. */
  merged = 0;
  /** Refused at first, and sent again. */
  repeated = 0;

  /** @param n the number of the person, who has nothing to do with any other. */
  constructor(
    private readonly city: City,
    private readonly life: Life,
    private readonly n: number,
  ) {}

  /** Every message of the life, in the order of the telling; each of the first two kinds is sent twice. */
  messages(): Delivery[] {
    const { legs, outside } = this.life;
    return [
      ...legs.flatMap((leg, i) => (leg.referral?.of !== i ? [] : [() => this.#refer(leg, i)])),
      ...legs.flatMap((leg, i) => leg.versions.flatMap((version, v) => Array.from({ length: v === 0 ? 2 : 1 }, () => () => this.#put(leg, i, version, v + 1)))),
      ...outside.map((statement) => () => this.#state(statement)),
      ...legs.flatMap((leg, i) => (leg.paper === 'card' ? [] : [() => this.#merge(leg, i)])),
    ];
  }

  /** Delivers in the order given, and what was refused again after the others, until nothing more is taken. */
  async deliver(order: readonly number[]): Promise<void> {
    const all = this.messages();
    let waiting = order.map((i) => all[i]!);
    for (;;) {
      const refused: Delivery[] = [];
      for (const message of waiting) if ((await message()) === 'later') refused.push(message);
      this.repeated += refused.length;
      if (refused.length === 0 || refused.length === waiting.length) return;
      waiting = refused;
    }
  }

  patient(paper: Paper, n = this.n): Patient {
    const insurance = { area: INSURED_AREA[this.life.insurer], scheme: 'employee', personKind: 'active' } as const;
    const { idNumber: _number, idType: _type, ...nobody } = person(n);
    if (paper === 'card') return { ...person(n), insurance };
    return paper === 'none' ? { ...nobody, name: '无名氏', insurance } : { ...nobody, idType: '03', idNumber: `P${String(n).padStart(8, '0')}`, insurance };
  }

  async #refer(leg: Leg, i: number): Promise<'done' | 'later'> {
    const { from, names } = leg.referral!;
    const before = this.life.legs[from]!;
    const named = names ? await this.city.store.read((reads) => reads.stayByNumber(before.house, numberOf(this.n, from))) : undefined;
    if (names && !named) return 'later';
    const direction = directionOf(before.house, leg.house);
    const more: Partial<ReferralInput> = {
      direction,
      category: 'inpatient',
      sourceInstitutionId: before.house,
      sourceDepartment: undefined,
      targetInstitutionId: leg.house,
      targetDepartment: undefined,
      patient: this.patient(leg.paper),
      diagnosis: [{ code: diseaseOf(i), system: 'ICD-10', name: '心脏病' }],
      occurredAt: instant(referredAt(leg)),
      retroReason: '补录',
      ...(named && { fromStayId: named.id }),
    };
    const body = direction === 'down' ? downReferral(this.n, more) : upReferral(this.n, more);
    const made = await this.city.do(before.house, createReferral, { body });
    if (isRefusal(made)) return 'later';
    this.#referrals.set(i, made.id);
    return 'done';
  }

  async #put(leg: Leg, i: number, version: Content, sourceVersion: number): Promise<'done' | 'later'> {
    const arrival = this.#arrival(leg, version);
    if (arrival === null) return 'later';
    const discharged = discharge(version);
    const body: StayInput = {
      patient: version.mistaken ? this.patient('card', 900_000 + this.n) : this.patient(leg.paper),
      arrival,
      admittedAt: instant(admission(version)),
      ...(discharged !== null && { dischargedAt: instant(discharged) }),
      mainDiagnosis: { code: diseaseOf(i), system: 'ICD-10', name: '心脏病' },
      kind: version.kind,
      ...(version.yuan !== null && { settlement: { totalFen: version.yuan * 100 + 5_000, eligibleFen: version.yuan * 100 } }),
      ...(version.voided && { voided: true }),
      sourceVersion,
    };
    return outcomeOf(await tryPut(this.city, leg.house, numberOf(this.n, i), body));
  }

  /** null: the referral is not known yet. */
  #arrival(leg: Leg, version: Content): StayInput['arrival'] | null {
    if (leg.emergency) return { via: 'emergency' };
    if (leg.referral === null || !version.referred || version.mistaken) return { via: 'none' };
    const referralId = this.#referrals.get(leg.referral.of);
    return referralId === undefined ? null : { via: 'referral', referralId };
  }

  async #state({ year, ...body }: Life['outside'][number]): Promise<'done' | 'later'> {
    const patientId = await this.#idOf(this.patient('card'));
    if (patientId === undefined) return 'later';
    const actor = { ...INSURER, area: INSURED_AREA[this.life.insurer] };
    return outcomeOf(await this.city.do(actor, putAccumulator, { patientId, year, body }));
  }

  /** The house of the leg finds out who it was. */
  async #merge(leg: Leg, i: number): Promise<'done' | 'later'> {
    const stay = await this.city.store.read((reads) => reads.stayByNumber(leg.house, numberOf(this.n, i)));
    // Before its last version the record may be about somebody else.
    if (stay?.sourceVersion !== leg.versions.length) return 'later';
    const merged = await this.city.do(leg.house, mergePatients, { id: stay.patientId, body: { idType: '01', idNumber: person(this.n).idNumber as string } });
    if (isRefusal(merged)) return 'later';
    if (merged.applied) this.merged += 1;
    return 'done';
  }

  #idOf(patient: Patient): Promise<string | undefined> {
    return this.city.store.read(async (reads) => (await reads.patientByDigest(reads.vault.digest(patient.idType ?? '01', patient.idNumber ?? '')))?.id);
  }
}

function outcomeOf(outcome: object | Refusal): 'done' | 'later' {
  return isRefusal(outcome) ? 'later' : 'done';
}

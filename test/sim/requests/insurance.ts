import { DAY, formatInstant, HOUR, localDateOf } from '../../../src/kernel/calendar.js';
import type { PolicyInput } from '../../../src/contract/insurance.js';
import type { Patient } from '../../../src/contract/referral.js';
import type { StayInput } from '../../../src/contract/stay.js';
import { putAccumulator } from '../../../src/usecase/insurance/put-accumulator.js';
import { putPolicy } from '../../../src/usecase/insurance/put-policy.js';
import { putStay, type StayWritten } from '../../../src/usecase/insurance/put-stay.js';
import { reassessStay } from '../../../src/usecase/insurance/reassess-stay.js';
import { mergePatients } from '../../../src/usecase/network/merge-patients.js';
import { policyInput } from '../../kit/insurance.js';
import { INSURER, insured } from '../../kit/ledger.js';
import type { Told } from '../auditor/claim.js';
import type { KnownStay } from '../desk.js';
import type { Request } from '../request.js';
import type { Asks } from './asks.js';

/** Stays as hospitals state them, and what the insurer does: policies, statements, reassessments; two records made one. */

/** Statuses in which somebody without papers may be identified. */
const THERE = ['accepted', 'scheduled', 'arrived', 'in-care'];

/** Somebody who came without papers as an emergency. */
export function unknownPerson(n: number): Patient {
  const { idNumber: _number, idType: _type, ...rest } = insured(n);
  return { ...rest, name: '无名氏' };
}

/** The record of a stay: new, again, in another version, or taken back. */
export function stayRecord(asks: Asks): Request {
  const { chance, desk } = asks;
  const again = chance.oneIn(2) ? chance.recent(desk.stays, 8) : undefined;
  const stay = again ?? newStay(asks);
  if (again && chance.weighted({ newer: 5, as: 2 }) === 'newer') again.sourceVersion += 1;
  const sourceVersion = Math.max(0, stay.sourceVersion - (again && chance.oneIn(6) ? 1 : 0));
  const { institutionId, number } = stay;
  return asks.by(institutionId, 'stay', putStay, { institutionId, number, body: recordOf(asks, stay, sourceVersion) }, tellStay);
}

function newStay({ chance, desk }: Asks): KnownStay {
  const arrived = desk.referrals.filter(({ status, unknown }) => status === 'arrived' || (unknown && THERE.includes(status)));
  const referral = chance.oneIn(4) ? undefined : chance.recent(chance.oneIn(2) && arrived.length > 0 ? arrived : desk.referrals, 12);
  const institutionId = referral?.target ?? chance.pick(['p1', 's1', 't1']);
  const stay = { number: `ZY${desk.stays.length + 1}`, institutionId, patient: referral?.patient ?? chance.between(1, 6), sourceVersion: 1 };
  desk.stays.push(stay);
  return stay;
}

function recordOf({ chance, desk, now }: Asks, { patient, institutionId }: KnownStay, sourceVersion: number): StayInput {
  const named = chance.recent(desk.referrals.filter((r) => r.patient === patient && r.target === institutionId), 3);
  const arrival = named && !chance.oneIn(5) ? { via: 'referral' as const, referralId: named.id } : { via: chance.pick(['none', 'emergency'] as const) };
  const admitted = now - chance.between(0, 20) * HOUR - (chance.oneIn(4) ? chance.between(1, 20) * DAY : 0);
  const totalFen = 100 * chance.between(100, 40_000);
  return {
    patient: ('referralId' in arrival ? named?.unknown : arrival.via === 'emergency' && chance.oneIn(4)) ? unknownPerson(patient) : insured(patient),
    arrival,
    admittedAt: formatInstant(admitted),
    ...(chance.oneIn(2) ? { dischargedAt: formatInstant(Math.min(now, admitted + chance.between(1, 9) * DAY)) } : {}),
    mainDiagnosis: { code: 'I20.9', system: 'ICD-10', name: '心绞痛' },
    kind: chance.pick(['inpatient', 'inpatient', 'inpatient', 'day-surgery', 'outpatient'] as const),
    ...(chance.oneIn(2) ? { settlement: { totalFen, eligibleFen: totalFen - chance.between(0, 10_000) } } : {}),
    sourceVersion,
    ...(chance.oneIn(6) ? { voided: true } : {}),
  };
}

export function tellStay({ stay: { id, version, sourceVersion } }: StayWritten): Told {
  return { changed: false, stay: { id, version, sourceVersion } };
}

const BENEFITS: PolicyInput['benefits'] = (['primary', 'secondary', 'tertiary', 'provincial'] as const).flatMap((level, i) => [
  { personKind: 'active' as const, level, deductibleFen: 20_000 * (i + 1), ratioBp: 9_000 - 500 * i },
  { personKind: 'active' as const, level, visitType: 'outpatient' as const, deductibleFen: 0, ratioBp: 5_000 },
]);

const RULES: readonly Parameters<typeof policyInput>[0][] = [
  {},
  { referral: { credit: 'standard', onLateral: 'full', linkWindowHours: 96 } },
  { referral: { onUp: 'zero', window: 'insurance-year', sameConsortium: false }, insuranceYearStart: '04-01' },
  { repeatStay: { kind: 'percent-off', bp: 5_000, from: 2 }, fixed: [{ when: 'day-surgery', deductibleFen: 30_000 }], annualCapFen: 2_000_000 },
];

export function insurerMove(asks: Asks): Request | undefined {
  const { chance, desk, now } = asks;
  switch (chance.weighted({ policy: 4, statement: 4, reassessment: 3, merger: 9 })) {
    case 'policy': {
      const body = policyInput({ validFrom: '2016-01-01', benefits: BENEFITS, ...chance.pick(RULES) });
      return asks.byAdmin('policy', putPolicy, { id: 'employee', body }, ({ policy: { version } }) => ({ changed: false, document: { kind: 'policy', id: `employee ${version}`, version } }));
    }
    case 'statement': {
      const patientId = chance.recent(desk.referrals, 30)?.patientId;
      if (patientId === undefined) return undefined;
      const stays = chance.between(1, 3);
      const body = { stays, borneFen: 100 * chance.between(0, 900), paidFen: 100 * chance.between(0, 9_000), asOf: localDateOf(now - chance.between(0, 4) * DAY) };
      return asks.by(INSURER, 'statement', putAccumulator, { patientId, year: chance.pick([2017, 2018]), body }, () => ({ changed: false }));
    }
    case 'reassessment': {
      const id = chance.recent([...desk.stayIds], 10);
      return id === undefined ? undefined : asks.by(INSURER, 'reassess', reassessStay, { id, reasonCode: 'appeal' }, ({ stay: { version, sourceVersion } }) => ({ changed: true, stay: { id, version, sourceVersion } }));
    }
    case 'merger': {
      const referral = chance.recent(desk.referrals.filter((r) => r.unknown && THERE.includes(r.status)), 4);
      if (!referral) return undefined;
      const body = { idType: '01' as const, idNumber: insured(referral.patient).idNumber! };
      return asks.by(asks.oneOf(referral.source, referral.target), 'merge', mergePatients, { id: referral.patientId, body }, () => ({ changed: false }));
    }
  }
}

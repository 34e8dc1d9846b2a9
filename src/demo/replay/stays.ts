import { DAY, formatInstant, HOUR, startOfDay, type Instant } from '../../kernel/calendar.js';
import { isRefusal, type Refusal } from '../../kernel/problem.js';
import { Prng } from '../../kernel/prng.js';
import type { StayInput } from '../../contract/stay.js';
import type { Level } from '../../contract/vocabulary.js';
import type { Stay } from '../../domain/stay.js';
import { putStay } from '../../usecase/insurance/put-stay.js';
import type { Unit } from '../../usecase/ports.js';
import { dateOf, diagnosisOf, patientFor } from './forms.js';
import type { Side } from './network.js';
import type { Planned } from './plan.js';
import { closingsAt, submissionsAt } from './timeline.js';

/**
 * The two stays of each inpatient who is transferred, as the two hospitals' systems send them: the one that
 * the patient leaves, and the one that the referral leads to. A function of the plan like everything else,
 * so that whatever is sent a second time is the same. The letter gives no cost: all amounts are examples.
 */

/** Yuan of a day in a bed, from and below. */
const DAY_YUAN: Record<Level, readonly [number, number]> = { primary: [300, 800], secondary: [700, 1_500], tertiary: [1_500, 4_000], provincial: [2_000, 5_000] };
const LONGEST_BEFORE = 8;
/** One sender in so many refers on the day of the admission, at the cost of a part of a day: mostly less than the deductible. */
const PASSED_ON = 12;
/** The insurance recognises four fifths of the cost or more. */
const UNRECOGNISED_BP = 2_000;

/** When the sender's system tells of discharge and settlement, counted in a hundred. */
const TOLD_WITH_THE_REFERRAL = 25;
const TOLD_ON_THE_DAY = 75;

/** Everything about the sender's stay. */
interface Sent {
  readonly admittedAt: Instant;
  readonly dischargedAt: Instant;
  /** The day on which discharge and settlement are told of; below the day of arrival: with the referral. */
  readonly toldOn: number;
  readonly emergency: boolean;
  /** The referral names the stay; otherwise it is the latest one at the sender. */
  readonly named: boolean;
  readonly settlement: NonNullable<StayInput['settlement']>;
}

function sentFrom({ seed, day, nights, source }: Planned): Sent {
  const prng = new Prng(seed ^ 0x2b2b);
  const told = prng.int(100);
  const toldOn = told < TOLD_WITH_THE_REFERRAL ? day - 1 : told < TOLD_ON_THE_DAY ? day : day + nights;
  // Who was told of with the referral had left before it was sent; the others leave on the morning of the transfer.
  const dischargedAt = startOfDay(dateOf(toldOn < day ? day - 1 : day)) + (8 + prng.int(3)) * HOUR;
  const passedOn = prng.int(PASSED_ON) === 0;
  const days = passedOn ? 0 : 1 + prng.int(LONGEST_BEFORE);
  const admittedAt = passedOn ? Math.min(dischargedAt, startOfDay(dateOf(day - 1)) + 9 * HOUR) - (1 + prng.int(3)) * HOUR : dischargedAt - days * DAY - prng.int(12) * HOUR;
  return { admittedAt, dischargedAt, toldOn, emergency: prng.int(5) === 0, named: prng.int(2) === 0, settlement: settlementOf(prng, source.level, passedOn ? 0.2 : days) };
}

function settlementOf(prng: Prng, level: Level, days: number): NonNullable<StayInput['settlement']> {
  const [from, below] = DAY_YUAN[level];
  const totalFen = Math.round(days * (from + prng.next() * (below - from)) * 100);
  return { totalFen, eligibleFen: totalFen - Math.floor((totalFen * prng.int(UNRECOGNISED_BP)) / 10_000) };
}

/** The day on which the sender tells of discharge and settlement, where it has not done so with the referral; otherwise null. */
export function toldLater(planned: Planned): number | null {
  if (planned.nights === 0) return null;
  const { toldOn } = sentFrom(planned);
  return toldOn < planned.day ? null : toldOn;
}

/** Whether the referral names the stay before it. */
export function namesStay(planned: Planned): boolean {
  return sentFrom(planned).named;
}

interface Telling {
  readonly institutionId: string;
  readonly number: string;
  readonly body: StayInput;
}

/** What the sender knows when it refers: mostly a patient still in bed. */
export function sendersStay(planned: Planned): Telling {
  return fromSender(planned, toldLater(planned) === null);
}

/** The same with discharge and settlement. */
export function sendersSettlement(planned: Planned): Telling {
  return fromSender(planned, true);
}

function fromSender(planned: Planned, complete: boolean): Telling {
  const { admittedAt, dischargedAt, emergency, settlement } = sentFrom(planned);
  return telling(planned, planned.source, {
    arrival: { via: emergency ? 'emergency' : 'none' },
    admittedAt: formatInstant(admittedAt),
    ...(complete && { dischargedAt: formatInstant(dischargedAt), settlement }),
    sourceVersion: complete ? 2 : 1,
  });
}

/** The stay that the referral has led to, as it begins. */
export function receiversStay(planned: Planned, referralId: string): Telling {
  return telling(planned, planned.target, { arrival: { via: 'referral', referralId }, admittedAt: formatInstant(submissionsAt(planned.day)), sourceVersion: 1 });
}

/** The same at its end. */
export function receiversSettlement(planned: Planned, referralId: string): Telling {
  const { body, ...named } = receiversStay(planned, referralId);
  const settlement = settlementOf(new Prng(planned.seed ^ 0x4d4d), planned.target.level, planned.nights);
  return { ...named, body: { ...body, dischargedAt: formatInstant(closingsAt(planned.day + planned.stay)), settlement, sourceVersion: 2 } };
}

function telling(planned: Planned, { id }: Side, more: Pick<StayInput, 'arrival' | 'admittedAt' | 'dischargedAt' | 'settlement' | 'sourceVersion'>): Telling {
  return {
    institutionId: id,
    number: `ZY${more.admittedAt.slice(0, 4)}-${planned.number}`,
    body: { patient: patientFor(planned), mainDiagnosis: diagnosisOf(planned), kind: 'inpatient', ...more },
  };
}

/** Writes it through the use case that HTTP would call. */
export async function tell(unit: Unit, told: Telling): Promise<Stay | Refusal> {
  const written = await putStay(unit, told);
  return isRefusal(written) ? written : written.stay;
}

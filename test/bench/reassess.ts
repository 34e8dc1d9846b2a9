import { DAY, formatInstant, localDateOf, startOfDay } from '../../src/kernel/calendar.js';
import type { StayInput } from '../../src/contract/stay.js';
import { putPolicy } from '../../src/usecase/insurance/put-policy.js';
import { putStay } from '../../src/usecase/insurance/put-stay.js';
import { reassess } from '../../src/usecase/insurance/reassess.js';
import type { WholeStore } from '../../src/store/open.js';
import { policyInput } from '../kit/insurance.js';
import { insured, stayOf } from '../kit/ledger.js';
import { accepted, actorOf, ADMIN, putNetwork } from '../kit/network.js';
import { scratch } from './children.js';
import { wallClock } from './machine.js';
import { openAt } from './seed.js';
import { median, type Figure, type Finding } from './table.js';

/**
 * What a new fact about a person with many stays costs the writing thread: all stays loaded, reckoned anew,
 * and those that changed saved and entered, each under an event of its own. The events are written and the
 * disk is waited for after it: what the whole unit takes is told beside. Once with nothing that changes, once
 * where the first stay takes all others with it.
 */
const STAYS = 50;
const ROUNDS = 200;
const MILLISECONDS = 5;
const HOUSE = 't1';

export async function reassessment(): Promise<Finding> {
  const store = await openAt(scratch('reassess.db'), wallClock);
  try {
    await putNetwork(store);
    // Under every rule at once: each stay looks at all of its year before it, and bears another part of its standard.
    const rules = policyInput({
      validFrom: '2000-01-01', annualCapFen: 500_000_000, repeatStay: { kind: 'step-minus', stepFen: 1_000, floorFen: 10_000 }, referral: { window: 'insurance-year', sameConsortium: false },
    });
    await accepted(store.write(ADMIN, (unit) => putPolicy(unit, { id: 'bench', body: rules })));
    const patientId = await live(store);
    const still = await timed(store, patientId, () => false);
    const moved = await timed(store, patientId, (round) => round % 2 === 0);
    return {
      figures: [
        figureOf('reassessment, 50 stays', still.reckoned),
        figureOf('reassessment, all change', moved.reckoned),
      ],
      notes: [
        `reassessment: the middle one of ${ROUNDS} rounds; "all change" saves ${STAYS - 1} stays or more and appends as many events and entries; ` +
          `the whole unit with its events and its commit ${still.whole.toFixed(2)} ms, where all change ${moved.whole.toFixed(2)} ms`,
      ],
    };
  } finally {
    await store.close();
  }
}

function figureOf(measure: string, milliseconds: number): Figure {
  return { measure, measured: `${milliseconds.toFixed(2)} ms`, limit: `${MILLISECONDS} ms`, ratio: milliseconds / MILLISECONDS, target: { atMost: 1 } };
}

/** The first stay may be voided and come back: then every other is one place earlier in its year. */
function record(n: number, more: Partial<StayInput>): StayInput {
  const first = startOfDay(`${localDateOf(wallClock.now()).slice(0, 4)}-01-01`) - 100 * DAY;
  return stayOf(insured(1), 1, 2_000, { admittedAt: formatInstant(first + n * DAY), dischargedAt: formatInstant(first + n * DAY + DAY / 2), ...more });
}

async function live(store: WholeStore): Promise<string> {
  let patientId = '';
  for (let n = 0; n < STAYS; n += 1) {
    const written = await accepted(store.write(actorOf(HOUSE), (unit) => putStay(unit, { institutionId: HOUSE, number: `B${n}`, body: record(n, {}) })));
    patientId = written.stay.patientId;
  }
  return patientId;
}

interface Spent {
  readonly reckoned: number;
  readonly whole: number;
}

/** @param isVoid whether the first stay is void in this round */
async function timed(store: WholeStore, patientId: string, isVoid: (round: number) => boolean): Promise<Spent> {
  const reckoned: number[] = [];
  const whole: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const voided = isVoid(round);
    const asked = performance.now();
    await accepted(store.write(actorOf(HOUSE), async (unit) => {
      const first = await unit.stayByNumber(HOUSE, 'B0');
      if (!first) throw new Error('the first stay is there');
      await unit.saveStay({ ...first, version: first.version + 1, record: { ...first.record, voided } });
      unit.append({ type: 'stay.recorded', area: first.area, subject: `stay:${first.id}`, referralId: null, institutionIds: [HOUSE], data: {} });
      const started = performance.now();
      await reassess(unit, patientId, voided ? 'stay-voided' : 'stay-recorded');
      reckoned.push(performance.now() - started);
      return null;
    }));
    whole.push(performance.now() - asked);
  }
  const middle = (spent: readonly number[]): number => median(spent, (milliseconds) => milliseconds);
  return { reckoned: middle(reckoned), whole: middle(whole) };
}

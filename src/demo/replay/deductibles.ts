import { DAY, type Instant } from '../../kernel/calendar.js';
import type { Direction } from '../../contract/vocabulary.js';
import type { ChainStay, StayOutcome } from '../../domain/assessment.js';
import { assess } from '../../domain/deductible.js';
import { Arrivals } from '../../domain/arrivals.js';
import { chainStay, inOrder, policyFor, type RecordedEntry } from '../../domain/ledger.js';
import { factsOf } from '../../usecase/insurance/person.js';
import type { Reads, Slices } from '../../usecase/ports.js';
import { CITY_AREA } from '../city/districts.js';
import type { Stream } from './figures.js';
import { LONGEST_STAY } from './plan.js';

/**
 * A second opinion on the ledger of deductibles: the insurer's feed is added up stay by stay, and each sum
 * held against what the rules make of the recorded facts alone. The same stays are reckoned once more as if
 * every stay paid in full, which says what the continuous rule was worth. Only persons of the last few days
 * of the feed are kept in memory.
 */
export interface DeductibleAudit {
  readonly entries: number;
  /** Stays that were held against their entries, and how many the plan asked for. */
  readonly stays: number;
  readonly planned: number;
  readonly savings: readonly Saving[];
  readonly faults: readonly string[];
}

/** What the transfers of one direction bore, and what they would have borne if every stay paid in full; both stays of each. */
export interface Saving {
  readonly direction: Stream['direction'];
  readonly transfers: number;
  readonly deductibleFen: number;
  readonly everyStayDeductibleFen: number;
  readonly personalFen: number;
  readonly everyStayPersonalFen: number;
}

const MAX_FAULTS = 20;
const ENTRIES_PER_SLICE = 1_000;
const PERSONS_PER_SLICE = 100;
/** Whatever is told of a patient of the replay is told within so many days, and the rest is sure to be a fault. */
const TOLD_WITHIN = (LONGEST_STAY + 2) * DAY;

/** A person of whom the feed has told. */
interface Heard {
  readonly since: Instant;
  /** What the entries of each stay add up to so far. */
  readonly sums: Map<string, number>;
}

export async function auditDeductibles(slices: Slices, streams: readonly Stream[]): Promise<DeductibleAudit> {
  const audit = new Audit();
  const heard = new Map<string, Heard>();
  let entries = 0;
  for (let after = 0; ; ) {
    const found = await slices((reads) => reads.entriesAfter(after, ENTRIES_PER_SLICE, CITY_AREA));
    for (const entry of found) hear(heard, entry);
    entries += found.length;
    const last = found.at(-1);
    const ended = last === undefined || found.length < ENTRIES_PER_SLICE;
    await reckonThose(slices, heard, audit, ended ? Number.POSITIVE_INFINITY : last.at - TOLD_WITHIN);
    if (ended) break;
    after = last.seq;
  }
  const planned = 2 * streams.reduce((sum, { category, count }) => sum + (category === 'inpatient' ? count : 0), 0);
  const faults = audit.stays === planned ? audit.faults : [`${audit.stays} stays have entries, the plan asked for ${planned}`, ...audit.faults];
  return { entries, stays: audit.stays, planned, savings: streams.flatMap(({ direction, category }) => (category === 'inpatient' ? (audit.savings.get(direction) ?? []) : [])), faults: faults.slice(0, MAX_FAULTS) };
}

function hear(heard: Map<string, Heard>, { patientId, stayId, deltaFen, at }: RecordedEntry): void {
  let person = heard.get(patientId);
  if (!person) heard.set(patientId, (person = { since: at, sums: new Map() }));
  person.sums.set(stayId, (person.sums.get(stayId) ?? 0) + deltaFen);
}

/** Those of whom the feed began to tell before an instant: they stand first. */
async function reckonThose(slices: Slices, heard: Map<string, Heard>, audit: Audit, before: Instant): Promise<void> {
  const ripe: (readonly [string, Heard])[] = [];
  for (const person of heard) {
    if (person[1].since >= before) break;
    ripe.push(person);
  }
  for (let first = 0; first < ripe.length; first += PERSONS_PER_SLICE) {
    await slices(async (reads) => {
      for (const [patientId, { sums }] of ripe.slice(first, first + PERSONS_PER_SLICE)) await audit.reckon(reads, patientId, sums);
    });
  }
  for (const [patientId] of ripe) heard.delete(patientId);
}

class Audit {
  stays = 0;
  readonly faults: string[] = [];
  readonly savings = new Map<Direction, Saving>();

  /** Nothing but the facts is believed: neither the figures that are kept on a stay nor the policy of its first assessment. */
  async reckon(reads: Reads, patientId: string, sums: ReadonlyMap<string, number>): Promise<void> {
    const facts = await factsOf(reads, patientId);
    const stays = inOrder(facts.stays);
    const arrivals = new Arrivals();
    const chain = stays.map((stay) => chainStay(stay, policyFor(stay, reads.policies, false) ?? null, arrivals));
    const outcomes = assess(chain, facts.outside);
    const everyStay = assess(chain.map(payingInFull), facts.outside);
    this.stays += sums.size;
    for (const [i, { id, number }] of stays.entries()) this.#compare(number, sums.get(id), outcomes[i]);
    for (const id of sums.keys()) if (!stays.some((stay) => stay.id === id)) this.#fault(`stay ${id} has entries and is not the patient's`);
    this.#save(chain, totalsOf(outcomes), totalsOf(everyStay));
  }

  #compare(number: string, sum: number | undefined, outcome: StayOutcome | undefined): void {
    if (!outcome?.assessed) this.#fault(`stay ${number} is not assessed`);
    else if (outcome.provisional) this.#fault(`stay ${number} is not settled`);
    else if (sum !== outcome.deductibleFen) this.#fault(`stay ${number}: the entries add up to ${sum ?? 'nothing'}, it bears ${outcome.deductibleFen}`);
  }

  #save(chain: readonly ChainStay[], continuous: Totals, everyStay: Totals): void {
    const direction = chain.flatMap(({ arrival }) => (arrival.via === 'referral' && arrival.direction !== 'lateral' ? [arrival.direction] : []))[0];
    if (direction === undefined) return this.#fault(`stay ${chain[0]?.key ?? '?'}: the patient was not transferred`);
    const { transfers = 0, deductibleFen = 0, everyStayDeductibleFen = 0, personalFen = 0, everyStayPersonalFen = 0 } = this.savings.get(direction) ?? {};
    this.savings.set(direction, {
      direction,
      transfers: transfers + 1,
      deductibleFen: deductibleFen + continuous.deductibleFen,
      everyStayDeductibleFen: everyStayDeductibleFen + everyStay.deductibleFen,
      personalFen: personalFen + continuous.personalFen,
      everyStayPersonalFen: everyStayPersonalFen + everyStay.personalFen,
    });
  }

  #fault(sentence: string): void {
    if (this.faults.length < MAX_FAULTS) this.faults.push(sentence);
  }
}

/** 每次住院都付: the same stay under the same policy, in which no referral relieves anybody. */
function payingInFull(stay: ChainStay): ChainStay {
  const { policy } = stay;
  return policy === null ? stay : { ...stay, policy: { ...policy, referral: { ...policy.referral, onUp: 'full', onDown: 'full', onLateral: 'full' } } };
}

interface Totals {
  readonly deductibleFen: number;
  readonly personalFen: number;
}

function totalsOf(outcomes: readonly StayOutcome[]): Totals {
  let deductibleFen = 0;
  let personalFen = 0;
  for (const outcome of outcomes) {
    if (!outcome.assessed) continue;
    deductibleFen += outcome.deductibleFen;
    personalFen += outcome.personalFen ?? 0;
  }
  return { deductibleFen, personalFen };
}

import { DAY, formatInstant, HOUR, MINUTE } from '../../src/kernel/calendar.js';
import type { TestClock } from '../kit/store.js';
import type { Claim, Sighting } from './auditor/claim.js';
import type { Chance } from './chance.js';
import { Desk, type Sent } from './desk.js';
import { underTrouble } from './trouble.js';
import { isDirectory, readingAfter, readingFor } from './reads.js';
import { Receivers } from './receivers.js';
import { withOtherBody, type Request } from './request.js';
import { Asks } from './requests/asks.js';
import { daysToOpen, poolReport, publications, sessionReport } from './requests/capacity.js';
import { atTheCounter, correspondence } from './requests/care.js';
import { directoryChange } from './requests/directory.js';
import { insurerMove, stayRecord } from './requests/insurance.js';
import { action, changedDraft, newReferral } from './requests/referrals.js';
import { newReservation, reservationStep } from './requests/reservations.js';
import { arrivesThere, sentToTheWard, toldOnTheWard } from './requests/ward.js';
import type { Service } from './service.js';

/** What happened in one step, for the auditor and for whoever reads the run. */
export interface Moved {
  readonly move: string;
  /** What was put in its way, if anything: `no crash` where the move was over before it could strike. */
  readonly trouble: string | undefined;
  readonly claims: readonly Claim[];
  readonly sightings: readonly Sighting[];
  /** One request at most, so that the auditor knows what stood before it. */
  readonly alone: boolean;
}

/** How long a client goes on asking: a day less than keys are kept. */
const PATIENCE = 6 * DAY;

/** An hour before a bed-night begins, at +08:00. */
const ELEVEN = 3 * HOUR;

const MOVES = {
  request: 44, burst: 18, twice: 3, 'ask again': 14, 'answered again': 5, 'another click': 9, 'other body': 2,
  wait: 8, 'to the end of a hold': 4, 'to a session': 3, 'hours pass': 1, 'days pass': 1, 'clock back': 1.5,
  tick: 5, read: 5, follow: 4, restart: 0.6,
} as const;

/** Requests that several clients send at the same time; reports of capacity come alone, so that the auditor knows their order. */
const KINDS = { create: 14, patch: 1.5, action: 12, reserve: 12, reservation: 16, counter: 4, stay: 5, correspondence: 2.5, insurer: 3.5 } as const;
const ALONE = { sessions: 5, pool: 2, directory: 2 } as const;

/** Everybody who uses the service, and time. */
export class Moves {
  readonly desk = new Desk();
  readonly #receivers: Receivers;
  #latest = 0;

  constructor(
    private readonly chance: Chance,
    private readonly clock: TestClock,
    private readonly service: Service,
    /** Mostly about a ward: beds that are lain in, and the hour before noon. */
    private readonly ward: boolean,
  ) {
    this.#receivers = new Receivers(chance);
  }

  /** The first sessions, before anything can go wrong. */
  async open(): Promise<Claim[]> {
    const at = this.clock.now();
    return Promise.all(publications(new Asks(this.chance, this.desk, at)).map((request) => this.#send({ request, at })));
  }

  async next(): Promise<Moved> {
    const { chance } = this;
    this.#latest = Math.max(this.#latest, this.clock.now());
    this.desk.giveUp(this.#latest - PATIENCE);
    const asks = new Asks(chance, this.desk, this.clock.now());
    if (daysToOpen(asks).length > 1) return this.#ask('publish', publications(asks), false);
    if (this.ward && chance.oneIn(3)) return this.#onTheWard();
    const move = chance.weighted(MOVES);
    switch (move) {
      case 'request':
        return this.#ask(move, [chance.oneIn(5) ? this.#think(ALONE) : this.#think(KINDS)], true);
      case 'burst':
        return this.#ask(move, Array.from({ length: chance.oneIn(6) ? 14 : chance.between(2, 5) }, () => this.#think(KINDS)), false);
      case 'twice': {
        const request = this.#think(KINDS);
        return this.#ask(move, [request, request], false);
      }
      case 'ask again':
        return this.#again(move, this.desk.unanswered);
      case 'answered again':
        return this.#again(move, this.desk.answered);
      case 'another click': {
        const sent = chance.recent(this.desk.answered, 3);
        return this.#ask(move, [sent?.request.anew(this.desk.nextTag())], true);
      }
      case 'other body': {
        const sent = chance.recent(this.desk.answered, 20);
        return this.#ask(move, sent ? [withOtherBody(sent.request)] : [], false);
      }
      case 'tick':
        return this.#under(async () => {
          await this.service.tick(chance.oneIn(2));
          return [];
        }, move);
      case 'read':
        return this.#read(move);
      case 'follow': {
        const { result, trouble } = await underTrouble(this.service, chance, () => this.#receivers.ask(this.service));
        return { ...quiet(move), trouble, sightings: result };
      }
      case 'restart':
        await this.service.restart();
        return quiet(move);
      default:
        this.#moveClock(move);
        return quiet(`${move} ${formatInstant(this.clock.now())}`);
    }
  }

  async #onTheWard(): Promise<Moved> {
    const { chance, clock, service } = this;
    const about = chance.weighted({ coming: 5, leaving: 4, nights: 5 });
    if (about !== 'nights') {
      return this.#under(async () => {
        const claims: Claim[] = [];
        for (const think of about === 'coming' ? [sentToTheWard, arrivesThere] : [toldOnTheWard]) {
          const request = think(new Asks(chance, this.desk, clock.now()));
          if (request) claims.push(await this.#send({ request, at: clock.now() }));
        }
        return claims;
      }, about === 'coming' ? 'to the ward' : 'told on the ward');
    }
    const eleven = Math.floor((clock.now() - ELEVEN) / DAY) * DAY + DAY + ELEVEN;
    clock.set(eleven + chance.pick([-1, 0, 0, HOUR - 1, HOUR]));
    return this.#under(async () => {
      await service.tick(true);
      return [];
    }, 'a night on the ward');
  }

  #think(kinds: Partial<Record<keyof typeof KINDS | keyof typeof ALONE, number>>): Request | undefined {
    const asks = new Asks(this.chance, this.desk, this.clock.now());
    switch (this.chance.weighted(kinds as Record<keyof typeof KINDS | keyof typeof ALONE, number>)) {
      case 'create':
        return newReferral(asks);
      case 'patch':
        return changedDraft(asks);
      case 'action':
        return action(asks);
      case 'reserve':
        return newReservation(asks);
      case 'reservation':
        return reservationStep(asks);
      case 'counter':
        return atTheCounter(asks);
      case 'stay':
        return stayRecord(asks);
      case 'insurer':
        return insurerMove(asks);
      case 'correspondence':
        return correspondence(asks);
      case 'sessions':
        return sessionReport(asks);
      case 'pool':
        return poolReport(asks);
      case 'directory':
        return directoryChange(asks);
    }
  }

  #again(move: string, from: readonly Sent[]): Promise<Moved> {
    const sent = from.length === 0 ? undefined : this.chance.pick(from);
    return this.#ask(move, [sent?.request], false, sent?.at);
  }

  /** Sends requests at the same time, something perhaps lying in their way. */
  async #ask(move: string, thought: readonly (Request | undefined)[], alone: boolean, at = this.clock.now()): Promise<Moved> {
    const requests = thought.filter((request) => request !== undefined);
    const moved = await this.#under(() => Promise.all(requests.map((request) => this.#send({ request, at }))), move);
    const looked = moved.claims.filter(({ kind }) => isDirectory(kind) || this.chance.oneIn(3)).slice(0, 1);
    const sightings: Sighting[] = [];
    for (const claim of looked) sightings.push(...((await this.service.read(readingAfter(claim, this.desk))) ?? []));
    return { ...moved, sightings, alone: alone && requests.length === 1 };
  }

  /** What came of a request; now and then the answer is lost on its way. */
  async #send(sent: Sent): Promise<Claim> {
    const lost = this.chance.oneIn(12);
    const claim = await this.service.ask(sent.request);
    if (claim.outcome === 'answered' && !lost) this.desk.heard(sent, claim);
    else if (claim.outcome !== 'turned-away') this.desk.heardNothing(sent);
    return claim;
  }

  async #under(work: () => Promise<Claim[]>, move: string): Promise<Moved> {
    const { result, trouble } = await underTrouble(this.service, this.chance, work);
    return { move, trouble, claims: result, sightings: [], alone: false };
  }

  async #read(move: string): Promise<Moved> {
    const sightings = (await this.service.read(readingFor(this.chance, this.desk))) ?? [];
    for (const seen of sightings) if (seen.what === 'referral') this.desk.saw(seen);
    return { ...quiet(move), sightings };
  }

  #moveClock(move: 'wait' | 'to the end of a hold' | 'to a session' | 'hours pass' | 'days pass' | 'clock back'): void {
    const { chance, clock } = this;
    switch (move) {
      case 'wait':
        return clock.advance(chance.between(1, 15) * MINUTE + chance.int(1_000));
      case 'hours pass':
        return clock.advance(chance.between(1, 9) * HOUR);
      case 'days pass':
        return clock.advance(chance.pick([1, 1, 1, 2, 5, 8, 15, 31]) * DAY);
      case 'clock back':
        return clock.advance(-chance.pick([1, 5, 30, 120, 600]) * MINUTE);
      case 'to the end of a hold':
        return this.#toTheEndOfAHold();
      case 'to a session':
        return this.#to(this.desk.slots.map(({ startsAt }) => startsAt));
    }
  }

  /** What happens then is about that hold, as often as not. */
  #toTheEndOfAHold(): void {
    const held = this.desk.reservations.filter(({ expiresAt }) => expiresAt !== null && expiresAt > this.clock.now());
    const chosen = this.chance.recent(held, 6);
    if (!chosen?.expiresAt) return;
    this.#to([chosen.expiresAt]);
    this.desk.turnTo(chosen);
  }

  /** To one of the next of these instants, or the millisecond before or after it. */
  #to(instants: readonly number[]): void {
    const { chance, clock } = this;
    const coming = [...new Set(instants)].filter((at) => at > clock.now()).sort((a, b) => a - b);
    if (coming.length > 0) clock.set(coming[chance.int(Math.min(3, coming.length))]! + chance.between(-1, 1));
  }
}

function quiet(move: string): Moved {
  return { move, trouble: undefined, claims: [], sightings: [], alone: false };
}

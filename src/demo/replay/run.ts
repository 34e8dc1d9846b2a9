import { assert, must } from '../../kernel/assert.js';
import { localDateOf, type Instant } from '../../kernel/calendar.js';
import { isRefusal, type Refusal } from '../../kernel/problem.js';
import type { Actor, Unit } from '../../usecase/ports.js';
import type { Store } from '../../usecase/store.js';
import type { MovableClock } from '../clock.js';
import { writeDirectory, writeTimetables } from './directory.js';
import { inFlight } from './in-flight.js';
import type { Plan, Planned } from './plan.js';
import type { Progress } from './progress.js';
import { sendersSettlement, tell, toldLater } from './stays.js';
import { admit, arrive, closingSteps, deskOf, receive, standingOf, submit, takeSteps, type Handle, type Step } from './steps.js';
import { timeline, type Moment } from './timeline.js';
import type { Writer } from './writer.js';

/** Units of work under way at a time: as many as one group commit takes. */
const WIDTH = 256;

/** The replay, from wherever the store shows that it stands, to its end. */
export class Replay {
  readonly #desks = new Map<string, Actor>();
  /** Those under way, by number; after a restart they are found again one by one. */
  readonly #handles = new Map<number, Handle>();
  /** True for the one moment that an interrupted run may have left half done. */
  #careful = false;

  constructor(
    private readonly store: Store,
    private readonly plan: Plan,
    private readonly clock: MovableClock,
    private readonly progress: Progress,
  ) {}

  async run(): Promise<void> {
    const position = await this.#position();
    for (const moment of timeline()) {
      if (moment.at < position) {
        if (moment.kind === 'closings') this.progress.skip(this.plan.closingsOn(moment.day).length);
        continue;
      }
      this.#careful = moment.at === position;
      this.clock.moveTo(moment.at);
      await this.#live(moment);
      this.progress.show(localDateOf(moment.at).slice(0, 7));
    }
    assert(this.#handles.size === 0, 'every referral came to its end');
    this.progress.end();
  }

  /** The instant of the last event; −∞ while there is none. */
  async #position(): Promise<Instant> {
    return this.store.read(async (reads) => {
      const [last] = await reads.eventsAfter((await reads.lastSeq()) - 1, 1);
      return last?.at ?? Number.NEGATIVE_INFINITY;
    });
  }

  async #live(moment: Moment): Promise<void> {
    switch (moment.kind) {
      case 'directory':
        return writeDirectory(this.#writer, this.plan, WIDTH);
      case 'timetables':
        return writeTimetables(this.#writer, this.plan, moment, WIDTH);
      case 'visits': {
        const visitors = this.plan.arrivalsOn(moment.day).filter((p) => p.nights === 0);
        return this.#each(visitors, (p) => this.#take(p, [arrive]));
      }
      case 'closings':
        return this.#close(moment.day);
      case 'submissions': {
        const admitted = this.plan.arrivalsOn(moment.day).filter((p) => p.nights > 0);
        const sent = this.plan.arrivalsOn(moment.day + 1);
        return this.#each([...admitted, ...sent], (p) => (p.day === moment.day ? this.#take(p, [arrive, receive, admit]) : this.#submit(p)));
      }
    }
  }

  /** Noon: today's visitors have been received, some of them, and others, are done, and the senders tell what their stays came to. */
  async #close(day: number): Promise<void> {
    const ending = this.plan.closingsOn(day);
    const endsToday = new Set(ending.map((p) => p.number));
    const steps = new Map<number, { planned: Planned; steps: Step[] }>();
    for (const planned of this.plan.arrivalsOn(day)) steps.set(planned.number, { planned, steps: planned.nights === 0 ? [receive] : [] });
    for (const planned of ending) steps.set(planned.number, { planned, steps: [...(steps.get(planned.number)?.steps ?? []), ...closingSteps(planned)] });
    await this.#each(steps.values(), async ({ planned, steps: list }) => {
      await this.#take(planned, list);
      // Sent once more by a run that goes on: the service knows it already.
      if (toldLater(planned) === day) await this.#write(this.#desk(planned.source.id), (unit) => tell(unit, sendersSettlement(planned)), `settle the stay before ${planned.number}`);
      if (!endsToday.has(planned.number)) return;
      this.#handles.delete(planned.number);
      this.progress.advance(1);
    });
  }

  async #submit(planned: Planned): Promise<void> {
    if (this.#careful) {
      const standing = await this.store.read((reads) => standingOf(reads, planned));
      if (standing) {
        this.#handles.set(planned.number, standing);
        return;
      }
    }
    this.#handles.set(planned.number, await this.#write(this.#desk(planned.source.id), (unit) => submit(unit, planned), `submit ${planned.number}`));
  }

  async #take(planned: Planned, steps: readonly Step[]): Promise<void> {
    const standing = this.#careful || !this.#handles.has(planned.number) ? await this.store.read((reads) => standingOf(reads, planned)) : undefined;
    const handle = must(standing ?? this.#handles.get(planned.number), `referral ${planned.number} was submitted`);
    this.#handles.set(planned.number, handle);
    const open = steps.filter((step) => !(this.#careful && standing && step.done(standing)));
    if (open.length === 0) return;
    const what = `${open.map((step) => step.name).join(', ')} ${planned.number}`;
    await this.#write(this.#desk(planned.target.id), (unit) => takeSteps(unit, open, planned, handle), what);
  }

  #each<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    return inFlight(items, WIDTH, work);
  }

  #desk(institutionId: string): Actor {
    let desk = this.#desks.get(institutionId);
    if (!desk) this.#desks.set(institutionId, (desk = deskOf(institutionId)));
    return desk;
  }

  readonly #writer: Writer = (actor, run, what) => this.#write(actor, run, what);

  /** The plan suffices for itself: whatever is refused is a fault of the plan or of the service. */
  async #write<T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>, what: string): Promise<T> {
    const outcome = await this.store.write(actor, run);
    if (isRefusal(outcome)) throw new Error(`${what}: refused with ${outcome.code} ${JSON.stringify(outcome.extra)}`);
    return outcome;
  }
}

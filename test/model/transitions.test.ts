import t from 'tap';
import fc from 'fast-check';
import { addDays, DAY, HOUR, localDateOf, type Instant } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { ReferralAction } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Actor } from '../../src/usecase/ports.js';
import { recordFollowUp } from '../../src/usecase/referral/follow-ups.js';
import { actionsOf } from '../../src/usecase/referral/get-referral.js';
import { expireReferrals } from '../../src/usecase/referral/lapse.js';
import { release } from '../../src/usecase/reservation/release.js';
import { City, on } from '../kit/city.js';
import { send, successorOf, tryAct } from '../kit/life.js';
import { ADMIN, actorOf, at, bedNights, codeOf, downReferral, fill, sessionOn, upReferral } from '../kit/network.js';
import { EVERY_ACTION, isTheirs, legalIn, type Side } from '../kit/status-table.js';

/**
 * Any sequence of actions by anybody, on the real store, held against a model of a referral's life that
 * was written from the contract's text: the status table of test/kit/status-table.ts, and what is said
 * there of terms, bookings and arrivals. It shares no code with the program.
 */

type Onlooker = Side | 'earlier-receiver';
const ONLOOKERS: readonly Onlooker[] = ['sender', 'receiver', 'coordinator', 'stranger', 'earlier-receiver'];

class Model {
  status = 'submitted';
  /** Since when it is in this status; an appointment ends at `bookedUntil`. */
  since: Instant;
  bookedUntil: Instant | null = null;
  accepted = false;
  acceptedByArrival = false;
  before = '';
  expiredAt: Instant = 0;
  acknowledged = false;
  followedUp = false;
  handedOn = false;
  received = false;
  inLedger = false;

  constructor(
    readonly direction: 'up' | 'down',
    public emergency: boolean,
    now: Instant,
  ) {
    this.since = now;
    if (emergency) this.become('accepted', now), (this.accepted = true);
  }

  private become(status: string, now: Instant): void {
    this.status = status;
    this.since = now;
  }

  /** The passing of time alone. */
  tick(now: Instant): void {
    const terms: Record<string, Instant> = {
      submitted: this.since + 14 * DAY,
      'info-requested': this.since + 14 * DAY,
      accepted: this.since + 30 * DAY,
      scheduled: Math.max(this.bookedUntil ?? 0, this.since) + 7 * DAY,
    };
    const end = terms[this.status];
    if (end === undefined || now < end) return;
    this.before = this.status === 'scheduled' ? 'accepted' : this.status;
    this.expiredAt = end;
    this.bookedUntil = null;
    this.become('expired', end);
  }

  exists(who: Onlooker): boolean {
    if (who === 'stranger') return false;
    return who !== 'earlier-receiver' || (this.handedOn && !this.received);
  }

  /** What somebody may do now. */
  open(who: Onlooker, now: Instant): string[] {
    if (who === 'earlier-receiver') return [];
    return EVERY_ACTION.filter((action) => this.answer(action, who, now) === 'done');
  }

  /** What the contract answers. */
  answer(action: string, who: Onlooker, now: Instant): string {
    if (!this.exists(who)) return 'not_found';
    if (who === 'earlier-receiver' || !isTheirs(action, who as Side, this.status)) return 'wrong_party';
    if (action === 'acknowledge') {
      const open = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived'].includes(this.status);
      return this.emergency && open && !this.acknowledged ? 'done' : 'invalid_transition';
    }
    if (!legalIn(this.status).includes(action)) return 'invalid_transition';
    return action === 'reinstate' && now >= this.expiredAt + 30 * DAY ? 'invalid_transition' : 'done';
  }

  /** The content of a legal action may still be refused. */
  objection(action: string): string | undefined {
    return action === 'complete' && this.direction === 'down' && !this.followedUp ? 'follow_up_missing' : undefined;
  }

  do(action: string, now: Instant): void {
    switch (action) {
      case 'request-info': return this.become('info-requested', now);
      case 'provide-info': return this.become('submitted', now);
      case 'accept': this.accepted = true; return this.become('accepted', now);
      case 'retriage': this.emergency = false; return;
      case 'acknowledge': this.acknowledged = true; return;
      case 'arrive':
        this.before = this.status;
        this.acceptedByArrival = !this.accepted;
        this.accepted = true;
        this.inLedger = true;
        return this.become('arrived', now);
      case 'revoke-arrival':
        this.inLedger = false;
        if (this.bookedUntil !== null) return this.become('scheduled', now);
        if (!this.acceptedByArrival) return this.become('accepted', now);
        this.accepted = false;
        return this.become(this.before, now);
      case 'receive': this.received = true; return this.become('in-care', now);
      case 'reinstate': return this.become(this.before, now);
      case 'redirect':
        this.bookedUntil = null;
        this.handedOn = true;
        this.acknowledged = false;
        this.accepted = this.emergency;
        return this.become(this.emergency ? 'accepted' : 'submitted', now);
      default:
        this.bookedUntil = null;
        return this.become({ complete: 'completed', reject: 'rejected', cancel: 'cancelled', close: 'closed' }[action]!, now);
    }
  }

  mayBook(): boolean {
    return ['submitted', 'accepted', 'scheduled'].includes(this.status);
  }

  book(until: Instant, now: Instant): void {
    this.accepted = true;
    this.bookedUntil = Math.max(this.bookedUntil ?? 0, until);
    this.become('scheduled', now);
  }

  unbook(now: Instant): void {
    this.bookedUntil = null;
    if (this.status === 'scheduled') this.become('accepted', now);
  }
}

type Step =
  | { readonly kind: 'legal'; readonly pick: number }
  | { readonly kind: 'any'; readonly action: ReferralAction; readonly who: Onlooker }
  | { readonly kind: 'wait'; readonly days: number; readonly swept: boolean }
  | { readonly kind: 'book' | 'unbook' | 'follow-up' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('legal' as const), pick: fc.nat(1_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('any' as const), action: fc.constantFrom(...(EVERY_ACTION as ReferralAction[])), who: fc.constantFrom(...ONLOOKERS) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.constantFrom(1, 6, 13, 14, 29, 30), swept: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constantFrom({ kind: 'book' as const }, { kind: 'book' as const }, { kind: 'unbook' as const }, { kind: 'follow-up' as const }) },
);

/** Who is what: p1 sends up to s1 or r1, s1 sends down to p1 or p2; t1 leads their group, p3 is of another. */
const ACTORS: Record<'up' | 'down', { receivers: readonly [string, string]; pools: Readonly<Record<string, string>> }> = {
  up: { receivers: ['s1', 'r1'], pools: { s1: 's1-ct', r1: 'r1-bed' } },
  down: { receivers: ['p1', 'p2'], pools: { p1: 'p1-clinic' } },
};

/** One referral on the store, beside its model. */
class Pair {
  private reservations: string[] = [];
  private earlier: string | undefined;

  private constructor(
    private readonly city: City,
    private referral: Referral,
    readonly model: Model,
  ) {}

  static async begin(city: City, n: number, direction: 'up' | 'down', emergency: boolean): Promise<Pair> {
    const more = { targetDepartment: undefined, urgency: emergency ? ('emergency' as const) : ('routine' as const) };
    const referral = await send(city, direction === 'up' ? upReferral(n, { ...more, targetInstitutionId: 's1' }) : downReferral(n, { ...more, sourceInstitutionId: 's1' }));
    return new Pair(city, referral, new Model(direction, emergency, city.clock.now()));
  }

  private actor(who: Onlooker): Actor {
    const { sourceInstitutionId, targetInstitutionId } = this.referral;
    const ids: Record<Onlooker, string> = { sender: sourceInstitutionId, receiver: targetInstitutionId!, coordinator: 't1', stranger: 'p3', 'earlier-receiver': this.earlier ?? 'p3' };
    return actorOf(ids[who]);
  }

  private other(): string {
    const { receivers } = ACTORS[this.model.direction];
    return receivers[0] === this.referral.targetInstitutionId ? receivers[1] : receivers[0];
  }

  async step(step: Step): Promise<string> {
    const { city, model } = this;
    if (step.kind === 'wait') {
      city.clock.advance(step.days * DAY);
      if (step.swept) await city.must(ADMIN, expireReferrals, { limit: 100 });
    }
    const now = city.clock.now();
    model.tick(now);
    switch (step.kind) {
      case 'wait': return `wait ${step.days}`;
      case 'legal': {
        const open = (['sender', 'receiver', 'coordinator'] as const).flatMap((who) => model.open(who, now).map((action) => ({ action: action as ReferralAction, who })));
        // Mostly what keeps the referral going: a life that ends at once shows little.
        const lively = open.filter(({ action }) => !['reject', 'cancel', 'close'].includes(action));
        const among = lively.length > 0 && step.pick % 8 !== 0 ? lively : open;
        const chosen = among[step.pick % Math.max(1, among.length)];
        return chosen ? this.act(chosen.action, chosen.who) : 'nothing is legal';
      }
      case 'any': return this.act(step.action, step.who);
      case 'book': return this.book();
      case 'unbook': return this.unbook();
      case 'follow-up': return this.followUp();
    }
  }

  private async act(action: ReferralAction, who: Onlooker): Promise<string> {
    const { city, model } = this;
    const now = city.clock.now();
    const answer = model.answer(action, who, now);
    const expected = answer === 'done' ? (model.objection(action) ?? 'done') : answer;
    const body = action === 'redirect' ? { targetInstitutionId: this.other() } : action === 'retriage' ? { urgency: 'routine' } : action === 'reject' && model.direction === 'down' ? { reasonCode: 'bed-full' } : {};
    const [seq, before] = [await city.lastSeq(), await city.referral(this.referral.id)];
    const outcome = await tryAct(city, this.referral, action, { by: this.actor(who), body });
    const what = `${action} by ${who}`;
    if ((codeOf(outcome) ?? 'done') !== expected) throw new Error(`${what} in ${model.status}: ${codeOf(outcome) ?? 'done'} instead of ${expected}`);
    if (isRefusal(outcome)) {
      const after = await city.referral(this.referral.id);
      if (after.version !== before.version || (await city.lastSeq()) !== seq) throw new Error(`${what} was refused and left something behind`);
      return what;
    }
    model.do(action, now);
    // An arrival revoked long after its appointment: what it goes back to has lapsed by then.
    model.tick(now);
    if (action === 'redirect') {
      if (outcome.status !== 'redirected') throw new Error(`${what}: the first is ${outcome.status}`);
      this.earlier = this.referral.targetInstitutionId!;
      this.referral = await successorOf(city, outcome);
      this.reservations = [];
      model.followedUp = false;
    }
    return what;
  }

  private async book(): Promise<string> {
    const { city, model } = this;
    const poolId = ACTORS[model.direction].pools[this.referral.targetInstitutionId!];
    if (poolId === undefined) return 'no pool to book';
    const now = city.clock.now();
    const hour = poolId === 'r1-bed' ? 12 : 8;
    let date = addDays(localDateOf(now), 5);
    // Another date for every booking: a referral has one place in a session.
    while (await city.store.read((reads) => reads.session({ poolId, startsAt: at(date, hour) }))) date = addDays(date, 1);
    await fill(city.store, poolId, ...(poolId === 'r1-bed' ? bedNights(date, 1, 9) : [sessionOn(date, 9)]));
    const made = await city.tryReserve(this.referral, [on(poolId, date, hour)], { confirm: true });
    const expected = model.mayBook() ? undefined : 'invalid_transition';
    if (codeOf(made) !== expected) throw new Error(`book in ${model.status}: ${codeOf(made) ?? 'done'}`);
    if (isRefusal(made)) return 'book, refused';
    this.reservations.push(made.id);
    model.book(made.places[0]!.endsAt, now);
    return 'book';
  }

  private async unbook(): Promise<string> {
    const { city, model } = this;
    if (model.bookedUntil === null) return 'nothing to release';
    for (const id of this.reservations) await city.do(this.actor('receiver'), release, { id, ifMatch: null });
    model.unbook(city.clock.now());
    return 'release';
  }

  private async followUp(): Promise<string> {
    const { city, model } = this;
    const outcome = await city.do(this.actor('receiver'), recordFollowUp, { body: { referralId: this.referral.id, state: 'done', content: '平稳' } });
    const expected = model.received ? undefined : 'invalid_transition';
    if (codeOf(outcome) !== expected) throw new Error(`follow-up in ${model.status}: ${codeOf(outcome) ?? 'done'}`);
    if (!isRefusal(outcome)) model.followedUp = true;
    return 'follow-up';
  }

  /** Store and model say the same, to everybody. */
  async compare(): Promise<void> {
    const { city, model } = this;
    for (const who of ONLOOKERS) {
      const view = await city.ask(this.actor(who), actionsOf, { id: this.referral.id });
      const seen = isRefusal(view) ? view.code : `${view.status}: ${[...view.actions].sort().join()}`;
      const expected = model.exists(who) ? `${model.status}: ${model.open(who, city.clock.now()).sort().join()}` : 'not_found';
      if (seen !== expected) throw new Error(`${who} sees “${seen}” instead of “${expected}”`);
    }
    const lines = (await city.store.read((reads) => reads.transfersAfter(0, 100_000, null))).filter((line) => line.referralId === this.referral.id);
    const balance = lines.reduce((sum, line) => sum + (line.kind === 'executed' ? 1 : -1), 0);
    if (balance !== (model.inLedger ? 1 : 0)) throw new Error(`the ledger says ${balance} in ${model.status}`);
  }
}

const by = (who: Onlooker, ...actions: ReferralAction[]): Step[] => actions.map((action) => ({ kind: 'any', action, who }));

/** Lives that are tried in every run, so that every status is reached. */
const ALWAYS: ['up' | 'down', boolean, Step[]][] = [
  ['up', false, [...by('receiver', 'request-info'), ...by('sender', 'provide-info', 'cancel')]],
  ['up', false, by('receiver', 'accept', 'arrive', 'revoke-arrival', 'arrive', 'receive', 'complete')],
  ['down', false, [...by('receiver', 'arrive', 'receive', 'complete'), { kind: 'follow-up' }, ...by('receiver', 'complete')]],
  ['up', false, [...by('receiver', 'request-info', 'arrive', 'revoke-arrival', 'reject')]],
  ['up', true, [{ kind: 'book' }, ...by('receiver', 'acknowledge', 'retriage'), { kind: 'unbook' }, ...by('sender', 'close')]],
  ['up', false, [{ kind: 'wait', days: 14, swept: false }, ...by('receiver', 'reinstate'), ...by('coordinator', 'redirect'), { kind: 'wait', days: 14, swept: true }, { kind: 'wait', days: 30, swept: true }, ...by('receiver', 'reinstate')]],
];

t.test('a referral lives as the contract’s table says, whatever anybody tries', async (t) => {
  const city = await City.found(t);
  let n = 0;
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('up' as const, 'down' as const), fc.boolean(), fc.array(anyStep, { minLength: 8, maxLength: 30 }), async (direction, emergency, steps) => {
      const pair = await Pair.begin(city, n++, direction, emergency);
      const story: string[] = [];
      try {
        for (const step of steps) {
          story.push(await pair.step(step));
          await pair.compare();
          seen.set(pair.model.status, (seen.get(pair.model.status) ?? 0) + 1);
        }
      } catch (error) {
        throw new Error(`${direction}${emergency ? ' emergency' : ''}: ${story.join(' → ')} → ?`, { cause: error });
      }
      city.clock.advance(HOUR);
    }),
    { numRuns: 100, examples: ALWAYS },
  );
  const REACHED = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived', 'in-care', 'expired', 'completed', 'rejected', 'cancelled', 'closed'];
  t.same(REACHED.filter((status) => !seen.has(status)), [], 'every status was reached');
});

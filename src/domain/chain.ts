import type { EventActor, LoggedEvent, SignedHead } from './event.js';

/**
 * The chain of the log. Each event's hash covers the hash before it and all that the event says, so an
 * edit, a gap or an exchange breaks every hash that follows; signed heads show a tail that was cut off
 * or written anew. Hashing and signatures come from outside: this file imports no package.
 *
 * What is hashed (SHA-256, hex) are four lines, so that an auditor can do the same in any language:
 * the hash before; `[seq,id,type,at,area,subject,referralId]`; the institutions and the actor; the data:
 * each as JSON without spaces.
 */
export type Sha256 = (text: string) => string;

/** What stands before the first event. */
export const GENESIS = '0'.repeat(64);

/** How often a signed head is kept, in events. */
export const CHECKPOINT_EVERY = 1_024;

/** The texts of an event that are stored as they were hashed. */
export interface EventTexts {
  readonly institutionIds: string;
  readonly actor: string;
  readonly data: string;
}

interface Facts {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly area: string;
  readonly subject: string;
  readonly referralId: string | null;
}

export function textsOf(event: { institutionIds: readonly string[]; actor: EventActor; data: object }): EventTexts {
  return { institutionIds: JSON.stringify(event.institutionIds), actor: JSON.stringify(event.actor), data: JSON.stringify(event.data) };
}

/** The text under an event's hash. */
export function chained(prevHash: string, seq: number, event: Facts, texts: EventTexts): string {
  const facts = JSON.stringify([seq, event.id, event.type, event.at, event.area, event.subject, event.referralId]);
  return `${prevHash}\n${facts}\n[${texts.institutionIds},${texts.actor}]\n${texts.data}`;
}

/** The text under the signature of a head. */
export function headText(head: { seq: number; hash: string; at: number }): string {
  return `referral-router head\n${head.seq}\n${head.hash}\n${head.at}`;
}

export type FaultKind = 'edited' | 'missing' | 'swapped' | 'cut-off' | 'bad-signature';

export interface ChainFault {
  readonly seq: number;
  readonly fault: FaultKind;
}

/** Faults beyond this many are not told one by one: the log is not a log any more. */
const MAX_FAULTS = 1_000;

/** Each is compared with each other for an exchange, by hashing; where more are broken, it was no exchange. */
const MAX_COMPARED = 50;

/**
 * A check in the making, so that a log of millions of events is looked through in slices. Feed it the
 * kept heads, then the events in order of number, then ask for the verdict.
 */
export class ChainCheck {
  #checked = 0;
  #seq: number;
  #hash: string;
  #headAhead: number;
  readonly #heads = new Map<number, SignedHead>();
  readonly #faults = new Map<number, FaultKind>();
  /** Events whose hash is not that of their content: two of them may have changed places. */
  readonly #broken: LoggedEvent[] = [];

  /** @param anchor the event before the first one that is looked at; absent: the log is looked at from its beginning. */
  constructor(
    private readonly sha256: Sha256,
    anchor: { readonly seq: number; readonly hash: string } = { seq: 0, hash: GENESIS },
  ) {
    this.#seq = anchor.seq;
    this.#hash = anchor.hash;
    this.#headAhead = anchor.seq;
  }

  /** Kept heads, in order of number; `verify` tells whether a signature is the service's. */
  heads(heads: readonly SignedHead[], verify: (text: string, signature: string) => boolean): void {
    for (const head of heads) {
      if (!verify(headText(head), head.signature)) this.#fault(head.seq, 'bad-signature');
      else this.#heads.set(head.seq, head);
      this.#headAhead = Math.max(this.#headAhead, head.seq);
    }
  }

  /** The next slice of the log, in order of number. */
  events(events: readonly LoggedEvent[]): void {
    for (const event of events) this.#next(event);
  }

  /**
   * How many events were looked at, and every fault, in order.
   * @param whole the last event looked at is the end of the log; of a part of the log its end is not asked.
   */
  verdict(whole = true): { readonly checked: number; readonly lastSeq: number; readonly faults: readonly ChainFault[] } {
    this.#findSwapped();
    if (whole && this.#headAhead > this.#seq) this.#fault(this.#seq + 1, 'cut-off');
    // Every commit signs its last event: what stands beyond the last head came from elsewhere.
    if (whole && this.#headAhead < this.#seq) this.#fault(this.#headAhead + 1, 'bad-signature');
    const faults = [...this.#faults].map(([seq, fault]) => ({ seq, fault })).sort((a, b) => a.seq - b.seq);
    return { checked: this.#checked, lastSeq: this.#seq, faults };
  }

  #next(event: LoggedEvent): void {
    this.#checked += 1;
    if (event.seq !== this.#seq + 1) this.#fault(this.#seq + 1, 'missing');
    if (this.#hashOf(event.prevHash, event.seq, event) !== event.hash) {
      this.#fault(event.seq, 'edited');
      if (this.#broken.length <= MAX_COMPARED) this.#broken.push(event);
    } else if (event.prevHash !== this.#hash && event.seq === this.#seq + 1) {
      // Sound in itself, but not the continuation of the one before: that one was rewritten with its hash.
      this.#fault(Math.max(1, event.seq - 1), 'edited');
    }
    const head = this.#heads.get(event.seq);
    if (head !== undefined && head.hash !== event.hash) this.#fault(event.seq, 'edited');
    this.#seq = event.seq;
    this.#hash = event.hash;
  }

  #findSwapped(): void {
    if (this.#broken.length > MAX_COMPARED) return;
    for (const a of this.#broken) {
      const swapped = this.#broken.some((b) => a !== b && (this.#standsFor(a, b) || this.#standsFor(b, a)));
      if (swapped) this.#faults.set(a.seq, 'swapped');
    }
  }

  /** Whether the content of `a` belongs under the number of `b`: the row moved whole, or its content alone. */
  #standsFor(a: LoggedEvent, b: LoggedEvent): boolean {
    return this.#hashOf(a.prevHash, b.seq, a) === a.hash || this.#hashOf(b.prevHash, b.seq, a) === b.hash;
  }

  #hashOf(prevHash: string, seq: number, event: LoggedEvent): string {
    return this.sha256(chained(prevHash, seq, event, textsOf(event)));
  }

  #fault(seq: number, fault: FaultKind): void {
    if (this.#faults.size < MAX_FAULTS && !this.#faults.has(seq)) this.#faults.set(seq, fault);
  }
}

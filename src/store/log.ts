import { assert } from '../kernel/assert.js';
import { localDateOf, type Instant } from '../kernel/calendar.js';
import { areaOfId } from '../kernel/ids.js';
import { chained, CHECKPOINT_EVERY, GENESIS, headText, textsOf } from '../domain/chain.js';
import { TIME, type EventActor, type EventDraft } from '../domain/event.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { Filing } from '../domain/filing.js';
import type { Transfer } from '../domain/transfer.js';
import type { Queries } from './queries/catalogue.js';
import type { StoreVault } from './vault.js';

export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** A record, and which of the events of its unit tells of it. */
interface Under<T> {
  readonly record: T;
  readonly event: number;
}

/** What one unit wants to have logged, in order. */
export class Drafts {
  readonly events: EventDraft[] = [];
  readonly transfers: Under<Transfer>[] = [];
  readonly entries: Under<LedgerEntry>[] = [];
  readonly filings: Under<Filing>[] = [];

  append(event: EventDraft): void {
    this.events.push(event);
  }

  appendTransfer(transfer: Transfer): void {
    this.#under(this.transfers, transfer, 'one transfer');
  }

  appendEntry(entry: LedgerEntry): void {
    this.#under(this.entries, entry, 'one entry');
  }

  appendFiling(filing: Filing): void {
    this.#under(this.filings, filing, 'one filing');
  }

  /** Recorded under the event appended last, whose number becomes the cursor of the list. */
  #under<T>(list: Under<T>[], record: T, one: string): void {
    const event = this.events.length - 1;
    assert(event >= 0, 'what is recorded is recorded under an event that was appended before it');
    assert(list.at(-1)?.event !== event, `an event records ${one}: its number is the cursor of the list`);
    list.push({ record, event });
  }
}

/**
 * The writer of the log. There is one, so it numbers and chains as it goes, its end in memory: restored
 * when a unit or a batch is taken back.
 */
export class LogWriter {
  #end: ChainEnd;
  #signed: ChainEnd;

  private constructor(
    end: ChainEnd,
    private readonly queries: Queries,
    private readonly vault: StoreVault,
    /** What is wrong with the end of the log as it was found, for the operator; undefined: nothing. */
    readonly doubt: string | undefined,
  ) {
    this.#end = end;
    this.#signed = end;
  }

  /**
   * Each commit signs the end of the log. Where the signed end is not the end any more, the log was cut or
   * rewritten while the service was down: the next signature must not cover that up, so the old head is
   * kept as a checkpoint, which every later check will miss in the log. The service starts all the same, since
   * patients wait, and says so.
   */
  static async open(queries: Queries, vault: StoreVault): Promise<LogWriter> {
    const end = (await queries.log.last({})) ?? { seq: 0, hash: GENESIS };
    const [last] = await queries.log.after({ after: end.seq - 1, limit: 1 });
    const tip = await queries.log.tip({});
    if (tip !== undefined && (tip.seq !== end.seq || tip.hash !== end.hash)) await queries.log.keepHead(tip);
    const sound =
      (tip?.seq ?? 0) === end.seq && (tip?.hash ?? GENESIS) === end.hash && (tip === undefined || vault.verify(headText(tip), tip.signature)) &&
      (last === undefined || vault.sha256(chained(last.prevHash, last.seq, last, last)) === end.hash);
    const doubt = sound ? undefined : `the log ends at ${end.seq} otherwise than it was signed: GET /v1/events/verify says where, and whether a backup is needed`;
    return new LogWriter(end, queries, vault, doubt);
  }

  get end(): ChainEnd {
    return this.#end;
  }

  /** The end as it is on the disk. */
  get committedEnd(): ChainEnd {
    return this.#signed;
  }

  restore(end: ChainEnd): void {
    this.#end = end;
  }

  async write(drafts: Drafts, at: Instant, actor: EventActor, nextId: (area: string) => string): Promise<void> {
    const first = this.#end.seq + 1;
    for (const draft of drafts.events) {
      const seq = this.#end.seq + 1;
      const { type, area, subject, referralId, institutionIds, data, byTime } = draft;
      const texts = textsOf({ institutionIds, actor: byTime ? TIME : actor, data });
      const facts = { id: nextId(area), type, at, area, subject, referralId };
      const prevHash = this.#end.hash;
      const hash = this.vault.sha256(chained(prevHash, seq, facts, texts));
      await this.queries.log.insert({ seq, prevHash, hash, ...facts, ...texts });
      this.#end = { seq, hash };
    }
    for (const { record: transfer, event } of drafts.transfers) {
      assert(areaOfId(transfer.id) === transfer.area, 'the id of a transfer carries its prefecture');
      await this.queries.transfer.insert({ seq: first + event, month: localDateOf(transfer.executedAt).slice(0, 7), ...transfer });
    }
    for (const { record: entry, event } of drafts.entries) await this.queries.entry.insert({ seq: first + event, ...entry });
    for (const { record: filing, event } of drafts.filings) {
      assert(areaOfId(filing.id) === filing.area, 'the id of a filing carries its prefecture');
      await this.queries.filing.insert({ seq: first + event, ...filing });
    }
  }

  /** Before the commit: signs the end of the log, and keeps the signature now and then. */
  async sign(at: Instant): Promise<void> {
    const { seq, hash } = this.#end;
    if (seq === this.#signed.seq) return;
    const head = { seq, hash, at, signature: this.vault.sign(headText({ seq, hash, at })) };
    await this.queries.log.setTip(head);
    if (Math.floor(seq / CHECKPOINT_EVERY) > Math.floor(this.#signed.seq / CHECKPOINT_EVERY)) {
      await this.queries.log.keepHead(head);
    }
  }

  /** After the commit. */
  committed(): void {
    this.#signed = this.#end;
  }
}

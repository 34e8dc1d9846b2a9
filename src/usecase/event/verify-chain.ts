import { ChainCheck, GENESIS, headText, type ChainFault } from '../../domain/chain.js';
import type { SignedHead } from '../../domain/event.js';
import { field, invalid, type Refusal } from '../../kernel/problem.js';
import type { Actor, Reads, Slices } from '../ports.js';

export interface ChainQuestion {
  /** The first and the last number to look at; absent: the whole log. */
  readonly from?: number;
  readonly to?: number;
  /** A head that somebody outside has kept: what a service that rewrites its own log cannot take back. */
  readonly head?: SignedHead;
}

export interface ChainVerdict {
  readonly intact: boolean;
  readonly checked: number;
  /** The signed end of the log when the check began; null while it is empty. */
  readonly head: SignedHead | null;
  readonly publicKey: string;
  readonly faults: readonly ChainFault[];
}

/** Events that one read looks at: some ten milliseconds, which a writer may have to wait. */
const SLICE = 1_000;
const HEADS = 1_000;

/**
 * Looks through the log: numbers without a gap, every hash over its content and the hash before, every
 * kept head signed and met, and the end where the last head says. Of a part of the log neither its end
 * nor what stands before it is asked. Anybody may ask: the answer tells nothing of what happened.
 *
 * Refused: `invalid_content` where `to` lies before `from`.
 */
export async function verifyChain(slices: Slices, _actor: Actor, { from = 1, to, head }: ChainQuestion = {}): Promise<ChainVerdict | Refusal> {
  if (to !== undefined && to < from) return invalid(field('?to', '终止序号不能小于起始序号', 'The range ends before it begins'));
  const begun = await slices((reads) => begin(reads, from));
  const last = Math.min(to ?? begun.end, begun.end);
  const whole = last === begun.end;
  const asked = (kept: SignedHead): boolean => kept.seq >= from && (whole || kept.seq <= last);

  const check = new ChainCheck(begun.sha256, begun.anchor);
  await checkHeads(slices, check, from, (kept) => asked(kept) && kept.seq <= begun.signed);
  // The end is signed anew with every commit: that of the beginning may be no longer among the kept.
  if (begun.head && asked(begun.head)) check.heads([begun.head], begun.verify);
  const forged = head !== undefined && !begun.verify(headText(head), head.signature);
  if (head && asked(head) && !forged) check.heads([head], begun.verify);
  await checkEvents(slices, check, from, last);

  const { checked, lastSeq, faults } = check.verdict(whole);
  const others: ChainFault[] = [];
  if (forged) others.push({ seq: head.seq, fault: 'bad-signature' });
  if (!whole && lastSeq < last) others.push({ seq: lastSeq + 1, fault: 'missing' });
  const all = [...faults, ...others];
  return { intact: all.length === 0, checked, head: begun.head, publicKey: begun.publicKey, faults: all };
}

/** What stands fixed for the whole check: where the log ends now, what signs it, and the hash before the first event. */
async function begin(reads: Reads, from: number) {
  const { vault } = reads;
  const end = await reads.lastSeq();
  const head = (await reads.headsAfter(Math.max(0, end - 1), HEADS)).at(-1) ?? null;
  const [near] = from > 1 ? await reads.eventsAfter(from - 2, 1) : [];
  const before = near?.seq === from - 1 ? near.hash : (near?.prevHash ?? GENESIS);
  return {
    end,
    head,
    signed: Math.max(end, head?.seq ?? 0),
    anchor: { seq: from - 1, hash: before },
    sha256: (text: string) => vault.sha256(text),
    verify: (text: string, signature: string) => vault.verify(text, signature),
    publicKey: vault.publicKey,
  };
}

async function checkHeads(slices: Slices, check: ChainCheck, from: number, asked: (head: SignedHead) => boolean): Promise<void> {
  let after: number | undefined = from - 1;
  while (after !== undefined) {
    const since: number = after;
    after = await slices(async (reads) => {
      const heads = await reads.headsAfter(since, HEADS);
      check.heads(heads.filter(asked), (text, signature) => reads.vault.verify(text, signature));
      return heads.length < HEADS ? undefined : heads.at(-1)?.seq;
    });
  }
}

async function checkEvents(slices: Slices, check: ChainCheck, from: number, last: number): Promise<void> {
  let after = from - 1;
  while (after < last) {
    const since = after;
    after = await slices(async (reads) => {
      const events = (await reads.eventsAfter(since, SLICE)).filter((event) => event.seq <= last);
      check.events(events);
      return events.at(-1)?.seq ?? last;
    });
  }
}

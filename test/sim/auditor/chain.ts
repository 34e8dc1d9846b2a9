import { createHash } from 'node:crypto';
import type { EventRow, TipRow } from './book.js';

/**
 * The chain of events, hashed anew from what the contract says of it: SHA-256 over four lines, which are
 * the hash before, `[seq,id,type,at,area,subject,referralId]`, institutions and actor, and the data.
 */
export class Chain {
  /** As far as it was followed. */
  end = { seq: 0, hash: '0'.repeat(64) };
  /** What the last look has found to be new. */
  gained: readonly EventRow[] = [];

  /** @param events from the end that was seen last, itself included, so that a log that was rewritten shows. */
  follow(events: readonly EventRow[], tip: TipRow | undefined): string[] {
    const [known] = events;
    const fresh = this.end.seq > 0 ? events.slice(1) : events;
    if (this.end.seq > 0 && (known?.seq !== this.end.seq || known.hash !== this.end.hash)) {
      return [`the log has lost or changed event ${this.end.seq}, which it had`];
    }
    for (const event of fresh) {
      const seq = this.end.seq + 1;
      if (event.seq !== seq) return [`the log goes from ${this.end.seq} to ${event.seq}`];
      if (event.prevHash !== this.end.hash || event.hash !== hashOf(event)) return [`event ${seq} does not continue the chain`];
      this.end = { seq, hash: event.hash };
    }
    this.gained = fresh;
    if (this.end.seq > 0 && (tip?.seq !== this.end.seq || tip.hash !== this.end.hash)) return [`the signed end is ${tip?.seq}, the log ends with ${this.end.seq}`];
    return [];
  }
}

function hashOf({ prevHash, seq, id, type, at, area, subject, referralId, institutionIds, actor, data }: EventRow): string {
  const lines = [prevHash, JSON.stringify([seq, id, type, at, area, subject, referralId]), `[${institutionIds},${actor}]`, data];
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

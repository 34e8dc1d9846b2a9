import { assert } from '../../kernel/assert.js';
import { localDateOf, type Instant } from '../../kernel/calendar.js';
import { areaOfId } from '../../kernel/ids.js';
import { textsOf } from '../../domain/chain.js';
import { TIME, type EventActor } from '../../domain/event.js';
import type { Bound } from '../bind.js';
import type { Drafts } from '../log.js';
import type { InstanceQueries } from '../queries/instances.js';

/** The log as a unit writes it: its events wait for their number, and with them the transfers, entries and filings that they record. */
export class WaitingLog {
  constructor(private readonly queries: Bound<InstanceQueries>) {}

  async write(drafts: Drafts, at: Instant, actor: EventActor, nextId: (area: string) => string): Promise<void> {
    const transfers = new Map(drafts.transfers.map(({ record: transfer, event }) => [event, transfer]));
    const entries = new Map(drafts.entries.map(({ record: entry, event }) => [event, entry]));
    const filings = new Map(drafts.filings.map(({ record: filing, event }) => [event, filing]));
    for (const [i, draft] of drafts.events.entries()) {
      const { type, area, subject, referralId } = draft;
      const transfer = transfers.get(i);
      const entry = entries.get(i);
      const filing = filings.get(i);
      const texts = textsOf({ ...draft, actor: draft.byTime ? TIME : actor });
      const waits = { transfer: transfer !== undefined, entry: entry !== undefined, filing: filing?.area ?? null };
      await this.queries.await({ id: nextId(area), type, at, area, subject, referralId, ...texts, ...waits });
      if (transfer !== undefined) {
        assert(areaOfId(transfer.id) === transfer.area, 'the id of a transfer carries its prefecture');
        await this.queries.insertTransfer({ ...transfer, month: localDateOf(transfer.executedAt).slice(0, 7) });
      }
      if (entry !== undefined) {
        assert(entry.area === area, 'an entry lies in the prefecture of its event');
        await this.queries.insertEntry(entry);
      }
      if (filing !== undefined) {
        assert(areaOfId(filing.id) === filing.area, 'the id of a filing carries its prefecture');
        await this.queries.insertFiling(filing);
      }
    }
  }
}

import type { Instant } from '../kernel/calendar.js';
import { areaOfId } from '../kernel/ids.js';
import type { Backtest } from '../domain/backtest.js';
import type { Budget, ChargedSum } from '../domain/budget.js';
import type { Pool, Session } from '../domain/capacity.js';
import type { Contract } from '../domain/contract.js';
import type { LoggedEvent, SignedHead } from '../domain/event.js';
import type { RecordedEntry } from '../domain/ledger.js';
import type { RecordedFiling } from '../domain/filing.js';
import type { Network } from '../domain/network.js';
import type { Policies } from '../domain/policy.js';
import type { Referral } from '../domain/referral.js';
import type { Reservation } from '../domain/reservation.js';
import type { Stay } from '../domain/stay.js';
import type { RecordedTransfer } from '../domain/transfer.js';
import { FOLLOW_UP_STATES } from '../contract/vocabulary.js';
import type { ChargedFilter } from '../usecase/insurance/charged-filter.js';
import type {
  Accumulator, Client, DocumentRecord, ExpiredHolds, FollowUp, Message, Page, PatientRecord, PersonStays, Reads, SessionFilter, SessionKey, StoredPlace, TransferCount,
} from '../usecase/ports.js';
import type { FollowUpFilter, ReferralFilter } from '../usecase/referral/list-filters.js';
import type { Directory } from './directory.js';
import { listReferrals } from './lists.js';
import { personsAfter } from './persons.js';
import type { Queries } from './queries/catalogue.js';
import type { StoreVault } from './vault.js';

type CountSlice = Parameters<Reads['countTransfers']>[0];

/** Behind every id that this service makes. */
const LAST = '~';

/** The reading half of the ports, on one connection. Rows are found by (prefecture, id), read off the id. */
export class StoreReads implements Reads {
  constructor(
    readonly now: Instant,
    protected readonly queries: Queries,
    protected readonly directory: Directory,
    readonly vault: StoreVault,
  ) {}

  get network(): Network {
    return this.directory;
  }

  get policies(): Policies {
    return this.directory;
  }

  /** What the queries run on. A unit closes it when it has ended. */
  protected get q(): Queries {
    return this.queries;
  }

  pool(id: string): Pool | undefined {
    return this.directory.pool(id);
  }

  pools(): Iterable<Pool> {
    return this.directory.pools();
  }

  poolsOf(institutionId: string): readonly Pool[] {
    return this.directory.poolsOf(institutionId);
  }

  async client(id: string): Promise<Client | undefined> {
    return this.directory.client(id);
  }

  async clients(after: string | null, limit: number): Promise<Page<Client>> {
    const all = [...this.directory.clients()].filter((client) => after === null || client.id > after);
    return pageOf(all.sort(byId), limit);
  }

  async referral(id: string): Promise<Referral | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.referral.byId({ area, id });
  }

  async referralByNo(referralNo: string): Promise<Referral | undefined> {
    return this.q.referral.byNo({ referralNo });
  }

  async referrals(filter: ReferralFilter): Promise<Page<Referral>> {
    return listReferrals(this.q, this.directory.areas(), filter);
  }

  async openReferralsOf(patientId: string): Promise<readonly Referral[]> {
    return this.q.referral.ofPatient({ patientId });
  }

  async reservation(id: string): Promise<Reservation | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.withPlaces(await this.q.reservation.byId({ area, id }));
  }

  protected async withPlaces(head: Omit<Reservation, 'places'> | undefined): Promise<Reservation | undefined> {
    if (head === undefined) return undefined;
    return { places: await this.q.place.ofReservation({ area: head.area, reservationId: head.id }), ...head };
  }

  async session(key: SessionKey): Promise<Session | undefined> {
    const area = this.directory.pool(key.poolId)?.area;
    return area === undefined ? undefined : this.q.session.byStart({ area, poolId: key.poolId, startsAt: key.startsAt });
  }

  async sessions(filter: SessionFilter): Promise<readonly Session[]> {
    const found: Session[] = [];
    for (const poolId of [...new Set(filter.poolIds)].sort()) {
      const area = this.directory.pool(poolId)?.area;
      if (area === undefined) continue;
      for (const session of await this.q.session.ofPool({ area, poolId, from: filter.from, until: filter.until })) found.push(session);
    }
    return found;
  }

  async expiredHolds(key: SessionKey): Promise<ExpiredHolds> {
    const counts = new Map<string, number>();
    for (const place of await this.q.place.overdue({ poolId: key.poolId, startsAt: key.startsAt, now: this.now })) {
      const allotment = place.allotmentId ?? '';
      counts.set(allotment, (counts.get(allotment) ?? 0) + 1);
    }
    return counts;
  }

  async livePlacesOf(key: SessionKey): Promise<readonly StoredPlace[]> {
    return this.q.place.live({ poolId: key.poolId, startsAt: key.startsAt });
  }

  async overcommitted(institutionId: string): Promise<readonly Session[]> {
    return this.q.session.overcommitted({ institutionId, now: this.now });
  }

  async patient(id: string): Promise<PatientRecord | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.#standingFor(await this.q.patient.byId({ area, id }));
  }

  async patientByDigest(digest: string): Promise<PatientRecord | undefined> {
    return this.#standingFor(await this.q.patient.byDigest({ idDigest: digest }));
  }

  /** Follows a record that was merged; only one that stands for itself is merged into, so there is an end. */
  async #standingFor(record: PatientRecord | undefined): Promise<PatientRecord | undefined> {
    return record === undefined || record.mergedInto === null ? record : this.patient(record.mergedInto);
  }

  async referralIdsOf(patientId: string): Promise<readonly string[]> {
    return (await this.q.referral.idsOfPatient({ patientId })).map((row) => row.id);
  }

  async accumulatorsOf(patientId: string): Promise<readonly Accumulator[]> {
    return this.q.accumulator.ofPatient({ patientId });
  }

  async messages(referralId: string, after: string | null, limit: number): Promise<Page<Message>> {
    const area = areaOfId(referralId);
    const rows = area === undefined ? [] : await this.q.care.messages({ area, referralId, after: after ?? '', limit: limit + 1 });
    const { data, next } = pageOf(rows, limit);
    return { data: data.map(({ sealedText, area: _area, ...message }) => ({ ...message, text: this.vault.open<string>(`message:${message.id}`, sealedText) })), next };
  }

  async documents(referralId: string): Promise<readonly DocumentRecord[]> {
    const area = areaOfId(referralId);
    return area === undefined ? [] : this.q.care.documents({ area, referralId });
  }

  async documentsAfter(referralId: string, after: string | null, limit: number): Promise<Page<DocumentRecord>> {
    const area = areaOfId(referralId);
    return pageOf(area === undefined ? [] : await this.q.care.documentsAfter({ area, referralId, after: after ?? '', limit: limit + 1 }), limit);
  }

  async document(referralId: string, id: string): Promise<(DocumentRecord & { readonly content: Uint8Array }) | undefined> {
    const area = areaOfId(referralId);
    const row = area === undefined ? undefined : await this.q.care.document({ area, referralId, id });
    if (row === undefined) return undefined;
    const { sealedContent, ...document } = row;
    return { ...document, content: this.vault.openBytes(`document:${id}`, sealedContent) };
  }

  async followUps(filter: FollowUpFilter): Promise<Page<FollowUp>> {
    const { state, limit } = filter;
    const bounds = { dueBefore: filter.dueBefore ?? LAST, after: filter.after ?? '', limit: limit + 1 };
    const found: FollowUp[] = [];
    for (const one of state === undefined ? FOLLOW_UP_STATES : [state]) {
      const part = 'referralId' in filter
        ? await this.q.care.followUpsOfInState({ ...bounds, state: one, referralId: filter.referralId })
        : await this.q.care.followUpsInState({ ...bounds, state: one, institutionId: filter.institutionId });
      found.push(...part);
    }
    return pageOf(found.sort(byId), limit);
  }

  async followUp(id: string): Promise<FollowUp | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.care.followUp({ area, id });
  }

  async followUpsOf(referralId: string): Promise<readonly FollowUp[]> {
    return this.q.care.followUpsOf({ referralId });
  }

  async transfer(id: string): Promise<RecordedTransfer | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.transfer.byId({ area, id });
  }

  async stay(id: string): Promise<Stay | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.stay.byId({ area, id });
  }

  async stayByNumber(institutionId: string, number: string): Promise<Stay | undefined> {
    return this.q.stay.byNumber({ institutionId, number });
  }

  async staysOf(patientId: string): Promise<readonly Stay[]> {
    return this.q.stay.ofPatient({ patientId });
  }

  async staysUnder(referralId: string): Promise<readonly Stay[]> {
    return this.q.stay.underReferral({ referralId });
  }

  async personsAfter(after: string, limit: number): Promise<readonly PersonStays[]> {
    return personsAfter(this.q, after, limit);
  }

  async countStays(): Promise<number> {
    return (await this.q.person.count({}))?.count ?? 0;
  }

  async backtest(id: string): Promise<Backtest | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.backtest.byId({ area, id });
  }

  async unfinishedBacktests(limit: number): Promise<readonly Backtest[]> {
    return this.q.backtest.unfinished({ limit });
  }

  async contract(area: string, id: string): Promise<Contract | undefined> {
    return this.q.contract.byId({ area, id });
  }

  async contractsOf(patientId: string): Promise<readonly Contract[]> {
    return this.q.contract.ofPatient({ patientId });
  }

  async budget(consortiumId: string, year: number): Promise<Budget | undefined> {
    return (await this.q.budget.latest({ consortiumId, year }))?.doc;
  }

  async budgetsOf(year: number): Promise<readonly Budget[]> {
    const latest = new Map((await this.q.budget.ofYear({ year })).map(({ doc }) => [doc.consortiumId, doc]));
    return [...latest.values()];
  }

  async charged({ by, ...day }: ChargedFilter): Promise<readonly ChargedSum[]> {
    if (by === 'contracts') return (await this.q.charge.byContract(day)).map((sum) => ({ ...sum, insuredDistrict: null }));
    return (await this.q.charge.byDistrict(day)).map((sum) => ({ ...sum, contractedWith: null }));
  }

  async lastSeq(): Promise<number> {
    return (await this.q.log.last({}))?.seq ?? 0;
  }

  async eventsAfter(after: number, limit: number): Promise<readonly LoggedEvent[]> {
    return (await this.q.log.after({ after, limit })).map(eventOf);
  }

  async eventsOfReferral(referralId: string, after: number, limit: number): Promise<readonly LoggedEvent[]> {
    return (await this.q.log.ofReferral({ referralId, after, limit })).map(eventOf);
  }

  async headsAfter(after: number, limit: number): Promise<readonly SignedHead[]> {
    const kept = await this.q.log.checkpoints({ after, limit });
    if (kept.length === limit) return kept;
    const tip = await this.q.log.tip({});
    const last = kept.at(-1)?.seq ?? after;
    return tip !== undefined && tip.seq > last ? [...kept, tip] : kept;
  }

  async transfersAfter(after: number, limit: number, area: string | null): Promise<readonly RecordedTransfer[]> {
    return area === null ? this.q.transfer.after({ after, limit }) : this.q.transfer.afterInArea({ area, after, limit });
  }

  async entriesAfter(after: number, limit: number, insuredArea: string): Promise<readonly RecordedEntry[]> {
    return this.q.entry.after({ insuredArea, after, limit });
  }

  async entriesOf(stayId: string): Promise<readonly RecordedEntry[]> {
    return this.q.entry.ofStay({ stayId });
  }

  async filing(id: string): Promise<RecordedFiling | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.filing.byId({ area, id });
  }

  async filingsAfter(after: number, limit: number, area: string): Promise<readonly RecordedFiling[]> {
    return this.q.filing.after({ area, after, limit });
  }

  async countTransfers(slice: CountSlice): Promise<readonly TransferCount[]> {
    const { area, ...bounds } = slice;
    return area === null ? this.q.transfer.count(bounds) : this.q.transfer.countInArea({ ...bounds, area });
  }
}

type EventRow = Awaited<ReturnType<Queries['log']['after']>>[number];

export function eventOf(row: EventRow): LoggedEvent {
  return {
    ...row,
    institutionIds: parsed(row.institutionIds) as LoggedEvent['institutionIds'],
    actor: parsed(row.actor) as LoggedEvent['actor'],
    data: parsed(row.data) as LoggedEvent['data'],
  };
}

/** What is no JSON any more was damaged or edited: as a text it can never have the hash of what was logged, and the check of the log says so. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** `rows` in order, one more than the limit where more follow. */
function pageOf<T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> {
  const data = rows.slice(0, limit);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

import { assert } from '../kernel/assert.js';
import type { Instant } from '../kernel/calendar.js';
import { areaOfId, type IdMaker } from '../kernel/ids.js';
import type { Pool, Session } from '../domain/capacity.js';
import type { Backtest } from '../domain/backtest.js';
import type { Budget } from '../domain/budget.js';
import type { Contract } from '../domain/contract.js';
import type { EventActor, EventDraft } from '../domain/event.js';
import type { LedgerEntry } from '../domain/ledger.js';
import type { Filing } from '../domain/filing.js';
import type { Consortium, Institution } from '../domain/network.js';
import type { Policy } from '../domain/policy.js';
import type { Referral } from '../domain/referral.js';
import type { Place, Reservation } from '../domain/reservation.js';
import { isVoided, type Stay } from '../domain/stay.js';
import type { Transfer } from '../domain/transfer.js';
import type {
  Accumulator, Actor, Client, DocumentRecord, FollowUp, Message, PatientRecord, PolicySweep, SessionKey, StoredPlace, Unit, WaitingFilter,
} from '../usecase/ports.js';
import { KEPT_FOR } from './answers.js';
import type { Directory } from './directory.js';
import { Drafts, type LogWriter } from './log.js';
import type { Queries } from './queries/catalogue.js';
import type { StayRow } from './queries/insurance.js';
import { updateFor } from './queries/referral.js';
import { StoreReads } from './reads.js';
import type { RecentReferrals } from './recent.js';
import type { StoreVault } from './vault.js';

/** What a unit works on. */
export interface UnitWorld {
  readonly queries: Queries;
  readonly directory: Directory;
  readonly vault: StoreVault;
  readonly log: Pick<LogWriter, 'write'>;
  readonly ids: IdMaker;
  readonly recent: Pick<RecentReferrals, 'changed'>;
}

/** What all units of an embedded store share. */
export interface World extends UnitWorld {
  readonly log: LogWriter;
  readonly recent: RecentReferrals;
}

/** The writing half of the ports: one unit of work, inside the savepoint that its batch has opened. */
export class StoreUnit extends StoreReads implements Unit {
  readonly ids: Unit['ids'];
  readonly #log: UnitWorld['log'];
  readonly #recent: UnitWorld['recent'];
  readonly #drafts = new Drafts();
  /** Referrals as they were loaded or last saved: an update rewrites only what has changed. */
  readonly #loaded = new Map<string, Referral>();
  #ended = false;

  constructor(
    world: UnitWorld,
    readonly actor: Actor,
    now: Instant,
  ) {
    super(now, world.queries, world.directory, world.vault);
    this.#log = world.log;
    this.#recent = world.recent;
    this.ids = { next: (area) => world.ids.next(now, area), code: (length) => world.ids.code(length) };
  }

  protected override get q(): Queries {
    assert(!this.#ended, 'a unit of work has ended and cannot be used again');
    return this.queries;
  }

  /** Nothing can be done through this unit any more. */
  end(): void {
    this.#ended = true;
  }

  /** Whether it has something to tell. */
  get isLogged(): boolean {
    return this.#drafts.events.length > 0;
  }

  /** The last act of a unit that ends well: its events enter the log. */
  async writeLog(): Promise<void> {
    if (this.#drafts.events.length > 0) await this.#log.write(this.#drafts, this.now, this.eventActor(), this.ids.next);
  }

  async saveInstitution(institution: Institution): Promise<void> {
    await this.q.directory.putInstitution({ id: institution.id, area: institution.area, doc: institution });
    this.directory.putInstitution(institution);
    await this.revise('institution', institution);
  }

  async saveConsortium(consortium: Consortium): Promise<void> {
    await this.q.directory.putConsortium({ id: consortium.id, doc: consortium });
    this.directory.putConsortium(consortium);
    await this.revise('consortium', consortium);
  }

  async savePool(pool: Pool): Promise<void> {
    await this.q.directory.putPool({ id: pool.id, area: pool.area, institutionId: pool.institutionId, doc: pool });
    this.directory.putPool(pool);
    await this.revise('pool', pool);
  }

  async savePolicy(policy: Policy): Promise<void> {
    await this.q.directory.insertPolicy({ id: policy.id, version: policy.version, area: policy.area, doc: policy, at: this.now, actor: this.eventActor() });
    this.directory.putPolicy(policy);
  }

  async insertClient(client: Client): Promise<void> {
    await this.q.directory.insertClient(client);
    this.directory.putClient(client);
  }

  async revokeClient(id: string): Promise<void> {
    const client = this.directory.client(id);
    assert(client !== undefined, 'only a known client is revoked');
    await this.q.directory.revokeClient({ id, revokedAt: this.now });
    this.directory.putClient({ ...client, revokedAt: this.now });
  }

  async lockReferral(id: string): Promise<Referral | undefined> {
    const area = areaOfId(id);
    const referral = area === undefined ? undefined : await this.q.referral.lock({ area, id });
    if (referral !== undefined) this.#loaded.set(id, referral);
    return referral;
  }

  async insertReferral(referral: Referral): Promise<void> {
    assertArea(referral);
    await this.q.referral.insert(referral);
    this.#loaded.set(referral.id, referral);
  }

  async saveReferral(referral: Referral): Promise<void> {
    const loaded = this.#loaded.get(referral.id);
    assert(loaded !== undefined, 'a referral is locked before it is saved');
    assertOne(await this.q.referral[updateFor(loaded, referral)](referral), 'the saved version of a referral is the one after the locked');
    this.#loaded.set(referral.id, referral);
    this.#recent.changed(referral.id);
  }

  async lockReservation(id: string): Promise<Reservation | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.withPlaces(await this.q.reservation.lock({ area, id }));
  }

  async insertReservation(reservation: Reservation): Promise<void> {
    assertArea(reservation);
    await this.q.reservation.insert(reservation);
    for (const place of reservation.places) await this.q.place.insert(rowOf(reservation, place));
  }

  async saveReservation(before: Reservation, after: Reservation): Promise<void> {
    const waitsForAnother = after.nextNightAt !== before.nextNightAt;
    if (after.version !== before.version || !waitsForAnother) {
      assertOne(await this.q.reservation.update(after), 'the saved version of a reservation is the one after the loaded');
    }
    if (waitsForAnother) assertOne(await this.q.reservation.wait(after), 'a reservation that waits for a night is in the store');
    const known = new Map(before.places.map((place) => [placeKey(place), place]));
    for (const place of after.places) {
      const was = known.get(placeKey(place));
      if (was === undefined) await this.q.place.insert(rowOf(after, place));
      else if (!samePlace(was, place)) assertOne(await this.q.place.update(rowOf(after, place)), 'a known place is in the store');
    }
  }

  async lockSession(key: SessionKey): Promise<Session | undefined> {
    const area = this.directory.pool(key.poolId)?.area;
    return area === undefined ? undefined : this.q.session.lock({ area, poolId: key.poolId, startsAt: key.startsAt });
  }

  async insertSession(session: Session): Promise<void> {
    assert(this.directory.pool(session.poolId)?.area === session.area, 'a session lies in the prefecture of its pool');
    await this.q.session.insert(session);
  }

  async saveSession(session: Session): Promise<void> {
    assertOne(await this.q.session.update(session), 'a saved session is in the store');
  }

  async overdueHoldsOf(key: SessionKey): Promise<readonly StoredPlace[]> {
    return this.q.place.overdue({ poolId: key.poolId, startsAt: key.startsAt, now: this.now });
  }

  async lockPatient(id: string): Promise<PatientRecord | undefined> {
    const area = areaOfId(id);
    const record = area === undefined ? undefined : await this.q.patient.lock({ area, id });
    return record?.mergedInto === null ? record : undefined;
  }

  async insertPatient(patient: PatientRecord): Promise<void> {
    await this.q.patient.insert({ area: areaIn(patient.id), ...patient });
  }

  async savePatient(patient: PatientRecord): Promise<void> {
    assertOne(await this.q.patient.update({ area: areaIn(patient.id), ...patient }), 'a saved patient is in the store');
  }

  async insertMessage(message: Message): Promise<void> {
    const { text, ...facts } = message;
    const sealedText = this.vault.seal(`message:${message.id}`, text);
    await this.q.care.insertMessage({ area: areaIn(message.referralId), sealedText, ...facts });
  }

  async insertDocument(document: DocumentRecord, content: Uint8Array): Promise<void> {
    const sealedContent = this.vault.sealBytes(`document:${document.id}`, content);
    await this.q.care.insertDocument({ area: areaIn(document.referralId), sealedContent, ...document });
  }

  async saveDocument(document: DocumentRecord): Promise<void> {
    assertOne(await this.q.care.updateDocument({ area: areaIn(document.referralId), ...document }), 'a saved document is in the store');
  }

  async deleteDocument(referralId: string, id: string): Promise<void> {
    assertOne(await this.q.care.deleteDocument({ area: areaIn(referralId), referralId, id }), 'a deleted document is in the store');
  }

  async insertFollowUp(followUp: FollowUp): Promise<void> {
    assertArea(followUp);
    await this.q.care.insertFollowUp(followUp);
  }

  async saveFollowUp(followUp: FollowUp): Promise<void> {
    assertOne(await this.q.care.updateFollowUp(followUp), 'a saved follow-up is in the store');
  }

  async insertStay(stay: Stay): Promise<void> {
    assertArea(stay);
    await this.q.stay.insert(stayRow(stay));
  }

  async saveStay(stay: Stay): Promise<void> {
    assertOne(await this.q.stay.update(stayRow(stay)), 'the saved version of a stay is the one after the loaded');
  }

  async saveStanding(stay: Stay): Promise<void> {
    assertOne(await this.q.stay.stand(stayRow(stay)), 'a stay that stands anew is in the store');
  }

  async putAccumulator(accumulator: Accumulator): Promise<void> {
    await this.q.accumulator.put(accumulator);
  }

  async deleteAccumulator(accumulator: Accumulator): Promise<void> {
    assertOne(await this.q.accumulator.remove(accumulator), 'a deleted accumulator is in the store');
  }

  async lockBacktest(id: string): Promise<Backtest | undefined> {
    const area = areaOfId(id);
    return area === undefined ? undefined : this.q.backtest.lock({ area, id });
  }

  async lockNextBacktest(): Promise<Backtest | undefined> {
    return this.q.backtest.lockNext({ now: this.now });
  }

  async insertBacktest(backtest: Backtest): Promise<void> {
    assertArea(backtest);
    await this.q.backtest.insert(backtest);
  }

  async saveBacktest(backtest: Backtest): Promise<void> {
    assertOne(await this.q.backtest.update(backtest), 'the saved version of a backtest is the one after the locked');
  }

  async deleteBacktest({ area, id }: Backtest): Promise<void> {
    assertOne(await this.q.backtest.remove({ area, id }), 'a deleted backtest is in the store');
  }

  async lockContract(area: string, id: string): Promise<Contract | undefined> {
    return this.q.contract.lock({ area, id });
  }

  async insertContract(contract: Contract): Promise<void> {
    await this.q.contract.insert(contract);
  }

  async saveContract(contract: Contract): Promise<void> {
    assertOne(await this.q.contract.update(contract), 'the saved version of a contract is the one after the loaded');
  }

  async insertBudget(budget: Budget): Promise<void> {
    const { consortiumId, year, version, area } = budget;
    await this.q.budget.insert({ consortiumId, year, version, area, doc: budget, at: this.now, actor: this.eventActor() });
  }

  async overdueReservations(limit: number): Promise<readonly string[]> {
    return (await this.q.reservation.overdue({ now: this.now, limit })).map((row) => row.id);
  }

  async dueNights(limit: number): Promise<readonly { readonly id: string; readonly referralId: string }[]> {
    return this.q.reservation.dueNights({ now: this.now, limit });
  }

  async overdueReferrals(limit: number): Promise<readonly string[]> {
    return (await this.q.referral.overdue({ now: this.now, limit })).map((row) => row.id);
  }

  async claim(_work: string): Promise<boolean> {
    return true;
  }

  async forgetAnswers(limit: number): Promise<number> {
    return this.q.answer.deleteOld({ before: this.now - KEPT_FOR, limit });
  }

  async startSweep(sweep: PolicySweep): Promise<void> {
    await this.q.sweep.insert(sweep);
  }

  async lockSweep(): Promise<PolicySweep | undefined> {
    return this.q.sweep.lock({});
  }

  async advanceSweep(sweep: PolicySweep): Promise<void> {
    assertOne(await this.q.sweep.update(sweep), 'a sweep that goes on is in the store');
  }

  async endSweep(sweep: PolicySweep): Promise<void> {
    assertOne(await this.q.sweep.remove(sweep), 'a sweep that ends is in the store');
  }

  async waitingStays(filter: WaitingFilter): Promise<readonly Pick<Stay, 'id' | 'patientId' | 'admittedAt'>[]> {
    return this.q.stay.waiting(filter);
  }

  append(event: EventDraft): void {
    this.#drafts.append(event);
  }

  appendTransfer(transfer: Transfer): void {
    this.#drafts.appendTransfer(transfer);
  }

  appendEntry(entry: LedgerEntry): void {
    this.#drafts.appendEntry(entry);
  }

  appendFiling(filing: Filing): void {
    this.#drafts.appendFiling(filing);
  }

  private async revise(kind: 'institution' | 'consortium' | 'pool', doc: Institution | Consortium | Pool): Promise<void> {
    await this.q.directory.insertRevision({ kind, id: doc.id, version: doc.version, doc, at: this.now, actor: this.eventActor() });
  }

  private eventActor(): EventActor {
    const { clientId, institutionId, operator } = this.actor;
    return { clientId, institutionId, operator: operator === null ? null : { code: operator.code, name: operator.name } };
  }
}

function rowOf(reservation: Reservation, place: Place) {
  return { area: reservation.area, reservationId: reservation.id, ...place };
}

function stayRow(stay: Stay): StayRow {
  return { kind: stay.record.kind, chargedFen: isVoided(stay) ? null : (stay.settled?.fundFen ?? null), ...stay };
}

function placeKey(place: Place): string {
  return `${place.item}@${place.startsAt}`;
}

function samePlace(a: Place, b: Place): boolean {
  return (
    a === b ||
    (a.state === b.state && a.ifRevoked === b.ifRevoked && a.poolId === b.poolId && a.endsAt === b.endsAt && a.allotmentId === b.allotmentId && a.kind === b.kind &&
      a.institutionId === b.institutionId)
  );
}

/** A row is looked for where its id says that it lies. */
function assertArea(row: { readonly id: string; readonly area: string }): void {
  assert(areaOfId(row.id) === row.area, 'the id of a row carries its prefecture');
}

function areaIn(id: string): string {
  const area = areaOfId(id);
  assert(area !== undefined, 'an id carries a prefecture');
  return area;
}

function assertOne(rows: number, holds: string): void {
  assert(rows === 1, holds);
}

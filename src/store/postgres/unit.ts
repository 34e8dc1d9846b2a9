import type { Instant } from '../../kernel/calendar.js';
import type { Backtest } from '../../domain/backtest.js';
import type { Budget } from '../../domain/budget.js';
import type { Pool, Session } from '../../domain/capacity.js';
import type { Contract } from '../../domain/contract.js';
import type { Consortium, Institution } from '../../domain/network.js';
import type { Referral } from '../../domain/referral.js';
import type { Stay } from '../../domain/stay.js';
import type { Policy } from '../../domain/policy.js';
import type { Accumulator, Actor, Client, PatientRecord, SessionKey, WaitingFilter } from '../../usecase/ports.js';
import type { Bound } from '../bind.js';
import { StoreError } from '../errors.js';
import type { InstanceQueries } from '../queries/instances.js';
import { StoreUnit, type UnitWorld } from '../unit.js';

/** A unit that changes the master data has to have the directory to itself: it is begun again so. */
export class WantsDirectory extends Error {
  override name = 'WantsDirectory';
}

/** Told to the other instances: the master data have changed, or the log has grown. */
export const CHANNEL = 'referral_router';
export type News = 'directory' | 'log';

/** Locks by name. */
export const LOCKS = { directory: 'directory', numbering: 'numbering' } as const;

/**
 * A unit among others that run at the same time, here and on other instances. What a unit decides on must
 * not change before it ends: rows are locked by the queries that say so, and here, by name, what is asked
 * for as a set, or may not be there yet:
 *
 * - a person, from the first question about what is theirs (record, referrals, stays, statements) on, so
 *   that what units reckon of one person is reckoned one after the other, and nobody adds to a record that
 *   is being merged;
 * - the budgets of a year, which must not cover one district twice;
 * - the backtests that wait, of which there are never too many;
 * - a stay, through its person: what is decided on it, and on those under the same referral, is that person's;
 * - a patient by number, a stay by number, a contract, a session that nobody has written: of two that find
 *   nothing one makes it.
 *
 * A lock is got before the look, and both travel together. Two units that take their locks in different
 * orders are told apart by the server, and one of them begins again.
 */
export class PostgresUnit extends StoreUnit {
  readonly #directoryIsOurs: boolean;
  #changedDirectory = false;
  /** Names of the locks that it has. */
  readonly #held = new Set<string>();

  constructor(
    world: UnitWorld,
    actor: Actor,
    now: Instant,
    private readonly instance: Bound<InstanceQueries>,
    mode: 'shared' | 'alone',
  ) {
    super(world, actor, now);
    this.#directoryIsOurs = mode === 'alone';
  }

  get changedDirectory(): boolean {
    return this.#changedDirectory;
  }

  override async patient(id: string): Promise<PatientRecord | undefined> {
    const record = await this.#behind(personOf(id), () => super.patient(id));
    // One that was merged answers as another, whose person it is then.
    return record === undefined || record.id === id ? record : this.patient(record.id);
  }

  override async patientByDigest(digest: string): Promise<PatientRecord | undefined> {
    const record = await this.#behind(`patient ${digest}`, () => super.patientByDigest(digest));
    return record && this.patient(record.id);
  }

  override async lockPatient(id: string): Promise<PatientRecord | undefined> {
    return this.#behind(personOf(id), () => super.lockPatient(id));
  }

  override async insertPatient(patient: PatientRecord): Promise<void> {
    // Nobody else knows it yet.
    this.#held.add(personOf(patient.id));
    await super.insertPatient(patient);
  }

  override async openReferralsOf(patientId: string): Promise<readonly Referral[]> {
    return this.#behind(personOf(patientId), () => super.openReferralsOf(patientId));
  }

  override async referralIdsOf(patientId: string): Promise<readonly string[]> {
    return this.#behind(personOf(patientId), () => super.referralIdsOf(patientId));
  }

  override async accumulatorsOf(patientId: string): Promise<readonly Accumulator[]> {
    return this.#behind(personOf(patientId), () => super.accumulatorsOf(patientId));
  }

  override async staysOf(patientId: string): Promise<readonly Stay[]> {
    return this.#behind(personOf(patientId), () => super.staysOf(patientId));
  }

  override async staysUnder(referralId: string): Promise<readonly Stay[]> {
    const look = (): Promise<readonly Stay[]> => super.staysUnder(referralId);
    return this.#ofTheirPersons(look, await look(), (stays) => stays);
  }

  override async contractsOf(patientId: string): Promise<readonly Contract[]> {
    return this.#behind(personOf(patientId), () => super.contractsOf(patientId));
  }

  override async lockContract(area: string, id: string): Promise<Contract | undefined> {
    return (await super.lockContract(area, id)) ?? this.#behind(`contract ${area} ${id}`, () => super.lockContract(area, id));
  }

  override async insertContract(contract: Contract): Promise<void> {
    await this.#adding(contract.patientId);
    await super.insertContract(contract);
  }

  override async saveContract(contract: Contract): Promise<void> {
    await this.#adding(contract.patientId);
    await super.saveContract(contract);
  }

  override async budget(consortiumId: string, year: number): Promise<Budget | undefined> {
    return this.#behind(budgetsOf(year), () => super.budget(consortiumId, year));
  }

  override async budgetsOf(year: number): Promise<readonly Budget[]> {
    return this.#behind(budgetsOf(year), () => super.budgetsOf(year));
  }

  override async unfinishedBacktests(limit: number): Promise<readonly Backtest[]> {
    return this.#behind('backtests', () => super.unfinishedBacktests(limit));
  }

  override async stayByNumber(institutionId: string, number: string): Promise<Stay | undefined> {
    const look = (): Promise<Stay | undefined> => super.stayByNumber(institutionId, number);
    return this.#ofTheirPersons(look, await this.#behind(`stay ${institutionId} ${number}`, look), (stay) => [stay]);
  }

  override async stay(id: string): Promise<Stay | undefined> {
    const look = (): Promise<Stay | undefined> => super.stay(id);
    return this.#ofTheirPersons(look, await look(), (stay) => [stay]);
  }

  override async waitingStays(filter: WaitingFilter): Promise<readonly Pick<Stay, 'id' | 'patientId' | 'admittedAt'>[]> {
    const look = (): Promise<readonly Pick<Stay, 'id' | 'patientId' | 'admittedAt'>[]> => super.waitingStays(filter);
    return this.#ofTheirPersons(look, await look(), (stays) => stays);
  }

  override async insertReferral(referral: Referral): Promise<void> {
    await this.#adding(referral.patientId);
    await super.insertReferral(referral);
  }

  override async insertStay(stay: Stay): Promise<void> {
    await this.#adding(stay.patientId);
    await super.insertStay(stay);
  }

  override async saveStay(stay: Stay): Promise<void> {
    await this.#adding(stay.patientId);
    await super.saveStay(stay);
  }

  override async lockSession(key: SessionKey): Promise<Session | undefined> {
    return (await super.lockSession(key)) ?? this.#behind(`session ${key.poolId} ${key.startsAt}`, () => super.lockSession(key));
  }

  override async saveInstitution(institution: Institution): Promise<void> {
    await this.#changeDirectory('institution', institution.id);
    await super.saveInstitution(institution);
  }

  override async saveConsortium(consortium: Consortium): Promise<void> {
    await this.#changeDirectory('consortium', consortium.id);
    await super.saveConsortium(consortium);
  }

  override async savePool(pool: Pool): Promise<void> {
    await this.#changeDirectory('pool', pool.id);
    await super.savePool(pool);
  }

  override async savePolicy(policy: Policy): Promise<void> {
    await this.#changeDirectory('policy', policy.id);
    await super.savePolicy(policy);
  }

  override async insertClient(client: Client): Promise<void> {
    await this.#changeDirectory('client', client.id);
    await super.insertClient(client);
  }

  override async revokeClient(id: string): Promise<void> {
    await this.#changeDirectory('client', id);
    await super.revokeClient(id);
  }

  override async claim(work: string): Promise<boolean> {
    return (await this.instance.tryLock({ name: `work ${work}` }))?.value ?? false;
  }

  /** Gets the lock of this name and looks: what is seen stays so until the unit ends. */
  async #behind<T>(name: string, look: () => Promise<T>): Promise<T> {
    const [, seen] = await Promise.all([this.#lock(name), look()]);
    return seen;
  }

  /**
   * Stays are found before it is known whose they are: their persons are locked and the look is repeated, until
   * all whose stays were seen were held by then. Who was merged in between is seen as whom they are now.
   */
  async #ofTheirPersons<T>(look: () => Promise<T>, first: T, staysOf: (seen: NonNullable<T>) => readonly Pick<Stay, 'patientId'>[]): Promise<T> {
    for (let seen = first; ; seen = await look()) {
      const stays = seen === undefined || seen === null ? [] : staysOf(seen);
      const persons = [...new Set(stays.map((stay) => personOf(stay.patientId)))].filter((name) => !this.#held.has(name)).sort();
      if (persons.length === 0) return seen;
      for (const name of persons) await this.#lock(name);
    }
  }

  async #lock(name: string): Promise<void> {
    if (this.#held.has(name)) return;
    this.#held.add(name);
    await this.instance.lock({ name });
  }

  /** Before something is written down under a person: nobody may be merging the record away. */
  async #adding(patientId: string): Promise<void> {
    if (this.#held.has(personOf(patientId))) return;
    const record = await this.patient(patientId);
    if (record !== undefined && record.id !== patientId) throw new StoreError('conflict', 'the record of the patient was merged into another in between');
  }

  async #changeDirectory(kind: string, id: string): Promise<void> {
    if (!this.#directoryIsOurs) throw new WantsDirectory('the unit changes the master data');
    this.#changedDirectory = true;
    await this.instance.noteChange({ kind, id });
  }
}

function budgetsOf(year: number): string {
  return `budgets ${year}`;
}

function personOf(patientId: string): string {
  return `person ${patientId}`;
}

import type Sqlite from 'better-sqlite3';
import type { AccumulatorRow, Book, ConsortiumDoc, EntryRow, EventRow, FilingRow, InstitutionDoc, PlaceRow, PolicyDoc, PoolDoc, ReferralRow, ReservationRow, SessionRow, StayRow, TipRow, TransferRow } from './book.js';

/** The auditor's own statements. A column is named as the row of the book calls it; `$` marks JSON, `?` a flag. */
const TABLES = {
  sessions: `SELECT pool_id || ' ' || starts_at AS key, pool_id AS poolId, starts_at AS startsAt, ends_at AS endsAt, capacity, taken_elsewhere AS takenElsewhere,
    taken, drawn AS "drawn$", closed_reason IS NOT NULL AS "closed?", earliest_expiry AS earliestExpiry, coalesce(reported_at, updated_at) AS reportedAt FROM session`,
  places: `SELECT reservation_id || ' ' || item || ' ' || starts_at AS key, reservation_id AS reservationId, item, pool_id || ' ' || starts_at AS session, pool_id AS poolId,
    starts_at AS startsAt, ends_at AS endsAt, kind, allotment_id AS allotmentId, state FROM place`,
  reservations: `SELECT id, referral_id AS referralId, version, created_at AS createdAt, ttl_seconds AS ttlSeconds, expires_at AS expiresAt, extended AS "extended?",
    next_night_at AS nextNightAt FROM reservation`,
  referrals: `SELECT id, referral_no AS no, status, version, urgency, patient_id AS patientId, direction, source_institution_id AS source, target_institution_id AS target,
    consortium_id AS consortiumId, deadline_at AS deadlineAt, course AS "course$" FROM referral`,
  transfers: `SELECT seq, id, kind, reverses, referral_id AS referralId, because FROM transfer ORDER BY seq`,
  filings: `SELECT seq, id, kind, withdraws, referral_id AS referralId FROM filing ORDER BY seq`,
  stays: `SELECT id, institution_id AS institutionId, number, patient_id AS patientId, level, admitted_at AS admittedAt, referral_id AS referralId,
    executed_referral AS "executedReferral?", version, source_version AS sourceVersion, record AS "record$", reached AS "reached$", policy_id AS policyId,
    policy_version AS policyVersion, figures AS "figures$", settled AS "settled$", charged_fen AS chargedFen FROM stay`,
  accumulators: `SELECT area AS insurer, patient_id AS patientId, year, stays, borne_fen AS borneFen, paid_fen AS paidFen FROM accumulator`,
  entries: `SELECT seq, stay_id AS stayId, kind, delta_fen AS deltaFen, result_fen AS resultFen, policy_id AS policyId, policy_version AS policyVersion FROM deductible_entry ORDER BY seq`,
  merged: `SELECT id FROM patient WHERE merged_into IS NOT NULL`,
  policies: `SELECT id || ' ' || version AS id, doc AS "doc$" FROM policy`,
  pools: `SELECT id, doc AS "doc$" FROM pool`,
  institutions: `SELECT id, doc AS "doc$" FROM institution`,
  consortia: `SELECT id, doc AS "doc$" FROM consortium`,
  tip: `SELECT seq, hash, at, signature FROM tip`,
  events: `SELECT seq, id, type, at, area, subject, referral_id AS referralId, institution_ids AS institutionIds, actor, data, prev_hash AS prevHash, hash FROM event
    WHERE seq >= ? ORDER BY seq`,
} as const;

type Table = keyof typeof TABLES;
type Row = Record<string, unknown>;

/** Reads everything. One for each file, since its statements are the file's. */
export class Reader {
  readonly #statements: Record<Table, Sqlite.Statement>;
  #parsed = new Map<string, unknown>();
  #fresh = new Map<string, unknown>();

  constructor(private readonly db: Sqlite.Database) {
    this.#statements = Object.fromEntries(Object.entries(TABLES).map(([name, text]) => [name, db.prepare(text)])) as Record<Table, Sqlite.Statement>;
  }

  /** Changes whenever another connection has committed. */
  get version(): number {
    return this.db.pragma('data_version', { simple: true }) as number;
  }

  read(): Book {
    const places = this.#rows<PlaceRow>('places');
    const book: Book = {
      sessions: mapOf(this.#rows<SessionRow>('sessions'), ({ key }) => key),
      places: mapOf(places, ({ key }) => key),
      placesIn: groupsOf(places, ({ session }) => session),
      placesOf: groupsOf(places, ({ reservationId }) => reservationId),
      reservations: mapOf(this.#rows<ReservationRow>('reservations'), ({ id }) => id),
      referrals: mapOf(this.#rows<ReferralRow>('referrals'), ({ id }) => id),
      filings: this.#rows<FilingRow>('filings'),
      transfers: this.#rows<TransferRow>('transfers'),
      stays: mapOf(this.#rows<StayRow>('stays'), ({ id }) => id),
      accumulators: this.#rows<AccumulatorRow>('accumulators'),
      entries: this.#rows<EntryRow>('entries'),
      merged: new Set(this.#rows<{ id: string }>('merged').map(({ id }) => id)),
      policies: this.#documents<PolicyDoc>('policies'),
      pools: this.#documents<PoolDoc>('pools'),
      institutions: this.#documents<InstitutionDoc>('institutions'),
      consortia: this.#documents<ConsortiumDoc>('consortia'),
      tip: this.#statements.tip.get() as TipRow | undefined,
    };
    this.#parsed = this.#fresh;
    this.#fresh = new Map();
    return book;
  }

  /** Events from a number on. */
  events(from: number): EventRow[] {
    return this.#statements.events.all(from) as EventRow[];
  }

  #documents<T>(table: 'policies' | 'pools' | 'institutions' | 'consortia'): Map<string, T> {
    return new Map(this.#rows<{ id: string; doc: T }>(table).map(({ id, doc }) => [id, doc]));
  }

  #rows<T>(table: Table): T[] {
    const rows = this.#statements[table].all() as Row[];
    const marked = Object.keys(rows[0] ?? {}).filter((name) => /[$?]$/.test(name));
    for (const row of rows) {
      for (const name of marked) {
        const value = row[name];
        row[name.slice(0, -1)] = name.endsWith('?') ? value === 1 : value === null ? null : this.#parse(value as string);
      }
    }
    return rows as T[];
  }

  /** A text that was there at the last reading is not read again. */
  #parse(text: string): unknown {
    const value = this.#fresh.get(text) ?? this.#parsed.get(text) ?? (JSON.parse(text) as unknown);
    this.#fresh.set(text, value);
    return value;
  }
}

function mapOf<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T> {
  return new Map(all.map((one) => [keyOf(one), one]));
}

function groupsOf<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return groups;
}

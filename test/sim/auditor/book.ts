import type Sqlite from 'better-sqlite3';

/**
 * The database as it stands, read with the auditor's own statements into its own words. Nothing in this
 * folder imports anything of the program.
 */

export interface SessionRow {
  readonly key: string;
  readonly poolId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly capacity: number;
  readonly takenElsewhere: number;
  readonly taken: number;
  readonly drawn: Readonly<Record<string, number>>;
  readonly closed: boolean;
  readonly earliestExpiry: number | null;
  /** When what it says was true. */
  readonly reportedAt: number;
}

export interface PlaceRow {
  readonly key: string;
  readonly reservationId: string;
  readonly item: number;
  readonly session: string;
  readonly poolId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly allotmentId: string | null;
  readonly state: string;
}

export interface ReservationRow {
  readonly id: string;
  readonly referralId: string;
  readonly version: number;
  readonly createdAt: number;
  readonly ttlSeconds: number;
  readonly expiresAt: number | null;
  readonly extended: boolean;
}

export interface Course {
  readonly sourceLevel: string | null;
  readonly outside: boolean;
  readonly reservationIds: readonly string[];
  readonly transferId: string | null;
  readonly submittedAt: number | null;
  readonly entitlement: { readonly items: readonly { readonly item: string; readonly redeemedAt?: string }[] } | null;
}

export interface ReferralRow {
  readonly id: string;
  readonly no: string;
  readonly status: string;
  readonly version: number;
  readonly urgency: string;
  readonly source: string;
  readonly target: string | null;
  readonly consortiumId: string | null;
  readonly deadlineAt: number | null;
  readonly course: Course;
}

export interface TransferRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly reverses: string | null;
  readonly referralId: string;
  readonly because: string;
}

export interface StayRow {
  readonly id: string;
  readonly referralId: string | null;
  readonly executedReferral: boolean;
  readonly version: number;
  readonly sourceVersion: number;
}

export interface EventRow {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly area: string;
  readonly subject: string;
  readonly referralId: string | null;
  readonly institutionIds: string;
  readonly actor: string;
  readonly data: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface AllotmentDoc {
  readonly id: string;
  readonly audience: { readonly level?: string; readonly consortiumId?: string; readonly urgency?: string };
  readonly shareBp?: number;
  readonly places?: number;
  readonly visibleFromDays?: number;
  readonly releaseHours?: number;
}

export interface PoolDoc {
  readonly id: string;
  readonly institutionId: string;
  readonly version: number;
  readonly openFromDays?: number;
  readonly allotments?: readonly AllotmentDoc[];
}

export interface InstitutionDoc {
  readonly id: string;
  readonly version: number;
  readonly levels: readonly { readonly level: string; readonly since: string }[];
}

export interface ConsortiumDoc {
  readonly id: string;
  readonly version: number;
  readonly members: readonly { readonly institutionId: string; readonly periods: readonly { readonly from: string; readonly until?: string | null }[] }[];
}

export interface TipRow {
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
  readonly signature: string;
}

/** All tables of one instant. */
export interface Book {
  readonly sessions: ReadonlyMap<string, SessionRow>;
  readonly places: ReadonlyMap<string, PlaceRow>;
  /** Places by their session. */
  readonly placesIn: ReadonlyMap<string, readonly PlaceRow[]>;
  /** Places by their reservation. */
  readonly placesOf: ReadonlyMap<string, readonly PlaceRow[]>;
  readonly reservations: ReadonlyMap<string, ReservationRow>;
  readonly referrals: ReadonlyMap<string, ReferralRow>;
  readonly transfers: readonly TransferRow[];
  readonly stays: ReadonlyMap<string, StayRow>;
  readonly pools: ReadonlyMap<string, PoolDoc>;
  readonly institutions: ReadonlyMap<string, InstitutionDoc>;
  readonly consortia: ReadonlyMap<string, ConsortiumDoc>;
  readonly tip: TipRow | undefined;
}

export const NOTHING: Book = {
  sessions: new Map(), places: new Map(), placesIn: new Map(), placesOf: new Map(), reservations: new Map(), referrals: new Map(),
  transfers: [], stays: new Map(), pools: new Map(), institutions: new Map(), consortia: new Map(), tip: undefined,
};

export const LIVE: readonly string[] = ['held', 'confirmed', 'fulfilled'];

/** Reads everything. One for each file, since its statements are the file's. */
export class Reader {
  readonly #sessions: Sqlite.Statement;
  readonly #places: Sqlite.Statement;
  readonly #reservations: Sqlite.Statement;
  readonly #referrals: Sqlite.Statement;
  readonly #transfers: Sqlite.Statement;
  readonly #stays: Sqlite.Statement;
  readonly #docs: Readonly<Record<'pool' | 'institution' | 'consortium', Sqlite.Statement>>;
  readonly #tip: Sqlite.Statement;
  readonly #events: Sqlite.Statement;
  readonly #parsed = new Map<string, { readonly text: string; readonly value: unknown }>();

  constructor(private readonly db: Sqlite.Database) {
    this.#sessions = db.prepare('SELECT pool_id, starts_at, ends_at, capacity, taken_elsewhere, taken, drawn, closed_reason, earliest_expiry, coalesce(reported_at, updated_at) AS reported_at FROM session');
    this.#places = db.prepare('SELECT reservation_id, item, pool_id, starts_at, ends_at, allotment_id, state FROM place');
    this.#reservations = db.prepare('SELECT id, referral_id, version, created_at, ttl_seconds, expires_at, extended FROM reservation');
    this.#referrals = db.prepare('SELECT id, referral_no, status, version, urgency, source_institution_id, target_institution_id, consortium_id, deadline_at, course FROM referral');
    this.#transfers = db.prepare('SELECT seq, id, kind, reverses, referral_id, because FROM transfer ORDER BY seq');
    this.#stays = db.prepare('SELECT id, referral_id, executed_referral, version, source_version FROM stay');
    this.#docs = {
      pool: db.prepare('SELECT id, doc FROM pool'),
      institution: db.prepare('SELECT id, doc FROM institution'),
      consortium: db.prepare('SELECT id, doc FROM consortium'),
    };
    this.#tip = db.prepare('SELECT seq, hash, at, signature FROM tip');
    this.#events = db.prepare('SELECT seq, id, type, at, area, subject, referral_id, institution_ids, actor, data, prev_hash, hash FROM event WHERE seq >= ? ORDER BY seq');
  }

  /** Changes whenever another connection has committed. */
  get version(): number {
    return this.db.pragma('data_version', { simple: true }) as number;
  }

  read(): Book {
    const places = this.#readPlaces();
    return {
      sessions: this.#readSessions(),
      places: mapOf(places, (place) => place.key),
      placesIn: groupsOf(places, (place) => place.session),
      placesOf: groupsOf(places, (place) => place.reservationId),
      reservations: this.#readReservations(),
      referrals: this.#readReferrals(),
      transfers: rows(this.#transfers).map((r) => ({ seq: num(r['seq']), id: text(r['id']), kind: text(r['kind']), reverses: r['reverses'] as string | null, referralId: text(r['referral_id']), because: text(r['because']) })),
      stays: this.#readStays(),
      pools: this.#documents<PoolDoc>('pool'),
      institutions: this.#documents<InstitutionDoc>('institution'),
      consortia: this.#documents<ConsortiumDoc>('consortium'),
      tip: this.#tip.get() as TipRow | undefined,
    };
  }

  /** Events from a number on. */
  events(from: number): EventRow[] {
    return rows(this.#events, from).map((r) => ({
      seq: num(r['seq']), id: text(r['id']), type: text(r['type']), at: num(r['at']), area: text(r['area']), subject: text(r['subject']),
      referralId: r['referral_id'] as string | null, institutionIds: text(r['institution_ids']), actor: text(r['actor']), data: text(r['data']),
      prevHash: text(r['prev_hash']), hash: text(r['hash']),
    }));
  }

  #readSessions(): Map<string, SessionRow> {
    const all = rows(this.#sessions).map((r): SessionRow => ({
      key: `${text(r['pool_id'])} ${num(r['starts_at'])}`,
      poolId: text(r['pool_id']), startsAt: num(r['starts_at']), endsAt: num(r['ends_at']), capacity: num(r['capacity']),
      takenElsewhere: num(r['taken_elsewhere']), taken: num(r['taken']), drawn: JSON.parse(text(r['drawn'])) as Record<string, number>,
      closed: r['closed_reason'] !== null, earliestExpiry: r['earliest_expiry'] as number | null, reportedAt: num(r['reported_at']),
    }));
    return mapOf(all, (session) => session.key);
  }

  #readPlaces(): PlaceRow[] {
    return rows(this.#places).map((r) => ({
      key: `${text(r['reservation_id'])} ${num(r['item'])} ${num(r['starts_at'])}`,
      reservationId: text(r['reservation_id']), item: num(r['item']), session: `${text(r['pool_id'])} ${num(r['starts_at'])}`,
      poolId: text(r['pool_id']), startsAt: num(r['starts_at']), endsAt: num(r['ends_at']), allotmentId: r['allotment_id'] as string | null, state: text(r['state']),
    }));
  }

  #readReservations(): Map<string, ReservationRow> {
    const all = rows(this.#reservations).map((r): ReservationRow => ({
      id: text(r['id']), referralId: text(r['referral_id']), version: num(r['version']), createdAt: num(r['created_at']),
      ttlSeconds: num(r['ttl_seconds']), expiresAt: r['expires_at'] as number | null, extended: r['extended'] === 1,
    }));
    return mapOf(all, (reservation) => reservation.id);
  }

  #readReferrals(): Map<string, ReferralRow> {
    const all = rows(this.#referrals).map((r): ReferralRow => ({
      id: text(r['id']), no: text(r['referral_no']), status: text(r['status']), version: num(r['version']), urgency: text(r['urgency']),
      source: text(r['source_institution_id']), target: r['target_institution_id'] as string | null, consortiumId: r['consortium_id'] as string | null,
      deadlineAt: r['deadline_at'] as number | null, course: this.#parse<Course>(`referral ${text(r['id'])}`, text(r['course'])),
    }));
    return mapOf(all, (referral) => referral.id);
  }

  #readStays(): Map<string, StayRow> {
    const all = rows(this.#stays).map((r): StayRow => ({
      id: text(r['id']), referralId: r['referral_id'] as string | null, executedReferral: r['executed_referral'] === 1,
      version: num(r['version']), sourceVersion: num(r['source_version']),
    }));
    return mapOf(all, (stay) => stay.id);
  }

  #documents<T>(kind: 'pool' | 'institution' | 'consortium'): Map<string, T> {
    return new Map(rows(this.#docs[kind]).map((r) => [text(r['id']), this.#parse<T>(`${kind} ${text(r['id'])}`, text(r['doc']))]));
  }

  /** A text that has not changed since it was last read is not read again. */
  #parse<T>(name: string, now: string): T {
    const before = this.#parsed.get(name);
    if (before?.text === now) return before.value as T;
    const value: unknown = JSON.parse(now);
    this.#parsed.set(name, { text: now, value });
    return value as T;
  }
}

type Row = Readonly<Record<string, unknown>>;

function rows(statement: Sqlite.Statement, ...values: unknown[]): Row[] {
  return statement.all(...values) as Row[];
}

const text = (value: unknown): string => value as string;
const num = (value: unknown): number => value as number;

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

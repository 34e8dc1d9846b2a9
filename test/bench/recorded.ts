import pg from 'pg';
import type { Step } from '../../src/store/postgres/round-trip.js';

/** Statements as the service sends them, with their values, in order: those of one unit and of its numbering. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Everything that this process asks of PostgreSQL while `run` runs. */
export async function record(run: () => Promise<unknown>): Promise<readonly Statement[]> {
  const recorded: Statement[] = [];
  const { query } = pg.Client.prototype;
  const listening = function (this: pg.Client, ...args: unknown[]): unknown {
    const [asked] = args as [{ readonly steps?: readonly Step[] }];
    for (const { text, values } of asked.steps ?? []) recorded.push({ text, values });
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  };
  Object.assign(pg.Client.prototype, { query: listening });
  try {
    await run();
  } finally {
    Object.assign(pg.Client.prototype, { query });
  }
  return recorded;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;
/** Longer texts are sealed values and documents: nothing is found by them. */
const LONGEST_KEY = 80;

/** Where the places lie that the load takes: one of so many pools, one of so many starts. */
export interface Places {
  readonly pool: (n: string) => string;
  readonly pools: number;
  /** A pool and a start that were recorded. */
  readonly poolId: string;
  readonly startsAt: number;
  /** All starts: the first, how many days, at which distances within a day. */
  readonly first: number;
  readonly days: number;
}

const DAY = 86_400_000;

/**
 * The recorded statements as one script of pgbench, one transaction: the same texts with the same values,
 * but another person, another referral and another place each time. What the numbering does for many events
 * together is done for the one here: its row is written, the waiting one deleted.
 *
 * @param unit what {@link ofOneUnit} leaves
 * @param other the same unit for somebody else, by which values that belong to one unit are known
 */
export function scriptOf(unit: readonly Statement[], other: readonly Statement[], places: Places): string {
  const own = ownValues(unit, other);
  const lines = unit.map((statement) => `${statement.text.replaceAll(/\$(\d+)/g, (_, n: string) => valueOf(statement, Number(n) - 1, own, places))};`);
  return [
    '\\set u random(1, 1000000000000000)', `\\set pool random(1, ${places.pools})`, `\\set day random(0, ${places.days - 1})`,
    'begin isolation level read committed;', ...lines, 'commit;', '',
  ].join('\n');
}

/** What belongs to one unit alone. The rounds of numbering stand where they came: two recordings need not agree on them. */
export function ofOneUnit(statements: readonly Statement[]): readonly Statement[] {
  return statements.filter((statement) => !statement.text.startsWith('begin') && statement.text !== 'commit' && !isForMany(statement));
}

/** Whether both say the same, but for their values. */
export function sameTexts(unit: readonly Statement[], other: readonly Statement[]): boolean {
  return unit.length === other.length && unit.every(({ text }, i) => text === other[i]?.text);
}

/** Statements of a round of numbering that stand for many events, however many there are. */
function isForMany({ text, values }: Statement): boolean {
  return values[0] === 'numbering' || /from "unnumbered_event" order by|from "tip"|from "event" order by|insert into "tip"|pg_notify|rollback/.test(text);
}

/** Short texts that another unit has otherwise: each is made anew for every transaction. */
function ownValues(unit: readonly Statement[], other: readonly Statement[]): readonly string[] {
  const own = new Set<string>();
  for (const [i, { values }] of unit.entries()) {
    for (const [j, value] of values.entries()) {
      if (typeof value !== 'string' || value.length > LONGEST_KEY || value === other[i]?.values[j]) continue;
      for (const id of value.match(UUID) ?? [value.replace(/^(patient|answer|person) /, '')]) own.add(id);
    }
  }
  return [...own];
}

function valueOf({ text, values }: Statement, i: number, own: readonly string[], places: Places): string {
  const value = values[i];
  if (text.startsWith('insert into "event"') && i === 0) return "nextval('bench_seq')";
  if (/^delete from "unnumbered_event"/.test(text)) return "array[currval(pg_get_serial_sequence('unnumbered_event', 'ticket'))]";
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
  // Where the session begins, and where it ends.
  if (typeof value === 'number' && value >= places.startsAt && value < places.startsAt + DAY / 2) {
    return `(${places.first + value - places.startsAt}::bigint + :day::bigint * ${DAY}::bigint)`;
  }
  if (typeof value === 'string') return textOf(value, own, places);
  return String(value);
}

function textOf(value: string, own: readonly string[], places: Places): string {
  if (value === places.poolId) return `(${literal(places.pool(''))} || :pool::text)`;
  if (value.length > LONGEST_KEY + 60) return literal(value);
  const found = own.findIndex((each) => value.includes(each));
  if (found < 0) return literal(value);
  const [before, after] = value.split(own[found]!) as [string, string];
  return `(${literal(before + own[found]!.slice(0, -12))} || lpad(to_hex(:u::bigint + ${found}), 12, '0') || ${literal(after)})`;
}

function literal(text: string): string {
  // A colon would begin a variable of pgbench.
  return `U&'${text.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll(':', '\\003A')}'`;
}

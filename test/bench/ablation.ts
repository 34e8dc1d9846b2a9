import { copyFileSync, rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { and, eq } from 'drizzle-orm';
import { one, run, type Query } from '../../src/store/bind.js';
import { sqliteKit } from '../../src/store/columns.js';
import { columns, p } from '../../src/store/queries/placeholders.js';
import { schemaOf } from '../../src/store/tables/schema.js';
import type { ByHand, ByHandOrder } from './by-hand.js';
import { ask, scratch } from './children.js';
import type { IdFound, IdOrder } from './id-order.js';
import { wallClock } from './machine.js';
import { load } from './measure.js';
import { openAt, seed } from './seed.js';
import { startService } from './service.js';
import { grouped, perSecond, type Finding, type Section } from './table.js';

/** What each choice buys, seen by leaving it out: statements prepared once, commits in groups, ids that rise with time. */
const COMMIT_SIZES = [1, 4, 16, 64, 256] as const;
const SIZES = {
  full: { units: 6_000, statementRounds: 20_000, stored: 500_000, measured: 20_000 },
  quick: { units: 1_000, statementRounds: 2_000, stored: 20_000, measured: 2_000 },
};
const UNITS_PER_COMMIT = 32;
const WARM_UP = 500;

export async function ablation(quick: boolean, say: (line: string) => void): Promise<Finding> {
  const size = SIZES[quick ? 'quick' : 'full'];
  const [before, served] = [scratch('ablation.db'), scratch('ablation-served.db')];
  const store = await openAt(before, wallClock);
  const { keys, slots } = await seed(store, wallClock);
  await store.close();
  copyFileSync(before, served);
  const service = await startService(served);
  await load(service.port, keys.sender, { kind: 'submit', firstPerson: 0, slots }, { warmUp: 1, count: size.units + WARM_UP - 1 });
  await service.stop();

  const prepared = statements(served, size.statementRounds);
  say('statements: done');
  const commits = await inGroups(before, served);
  say('commits: done');
  const ids = { rising: await withIds('rising', served, size), random: await withIds('random', served, size) };
  return {
    figures: [],
    notes: ['ablation: all on SQLite, waiting for the disk, without HTTP and rules, so that nothing but the choice differs'],
    sections: [
      prepared,
      { title: 'The rows of a submission, so many submissions to a commit', head: ['units per commit', 'units/s', 'against one each'], rows: commits.map(({ size: units, rate }) => [String(units), perSecond(rate), times(rate / commits[0]!.rate)]) },
      {
        title: `A referral's row, into a table of ${grouped(size.stored)}, ${UNITS_PER_COMMIT} to a commit`, head: ['ids', 'rows/s', 'journal for each row', 'against random'],
        rows: (['random', 'rising'] as const).map((kind) => [
          kind === 'random' ? 'random' : 'rising with time', perSecond(ids[kind].perSecond), `${(ids[kind].journalBytesPerRow / 1_024).toFixed(1)} KiB`, times(ids[kind].perSecond / ids.random.perSecond),
        ]),
      },
    ],
    plots: [{
      name: 'group-commit', title: 'What commits in groups buy', across: 'submissions to a commit', up: 'submissions a second', labels: COMMIT_SIZES.map(String), shape: 'lines',
      series: [{ name: 'the rows of a submission, by hand', values: commits.map(({ rate }) => rate) }],
    }],
  };
}

function times(ratio: number): string {
  return `× ${ratio.toFixed(1)}`;
}

/** Look up a referral, look up its session, write the session: what a unit does most. */
function statements(path: string, rounds: number): Section {
  const db = new Sqlite(path);
  db.pragma('synchronous = OFF');
  const known = db.prepare('SELECT r.area, r.id, s.pool_id, s.starts_at FROM referral r, session s WHERE s.taken > 0 LIMIT 1').get() as Record<string, string | number>;
  const params: Values = { area: known['area']!, id: known['id']!, poolId: known['pool_id']!, startsAt: known['starts_at']!, taken: 1, updatedAt: 1 };
  const t = schemaOf(sqliteKit);
  const at = and(eq(t.session.area, p('area')), eq(t.session.poolId, p('poolId')), eq(t.session.startsAt, p('startsAt')));
  const build: readonly (() => Query<Values, unknown>)[] = [
    () => one<Values>()(sqliteKit.build.select().from(t.referral).where(and(eq(t.referral.area, p('area')), eq(t.referral.id, p('id'))))),
    () => one<Values>()(sqliteKit.build.select().from(t.session).where(at)),
    () => run<Values>()(sqliteKit.build.update(t.session).set(columns(t.session, 'taken', 'updatedAt')).where(at)),
  ];
  const execute = (query: Query<Values, unknown>, statement: Sqlite.Statement): void => {
    if (query.shape === 'run') statement.run(query.values(params));
    else query.row(statement.raw().get(query.values(params)) as unknown[]);
  };
  const once = build.map((make) => make());
  const ready = once.map((query) => [query, db.prepare(query.text)] as const);
  const variants: Readonly<Record<string, () => void>> = {
    'prepared once': () => ready.forEach(([query, statement]) => execute(query, statement)),
    'built once, prepared per call': () => once.forEach((query) => execute(query, db.prepare(query.text))),
    'built and prepared per call': () => build.map((make) => make()).forEach((query) => execute(query, db.prepare(query.text))),
  };
  const measured = Object.entries(variants).map(([name, work]) => {
    db.exec('BEGIN');
    for (let i = 0; i < rounds / 10; i += 1) work();
    const started = performance.now();
    for (let i = 0; i < rounds; i += 1) work();
    const microseconds = ((performance.now() - started) * 1_000) / rounds;
    db.exec('ROLLBACK');
    return { name, microseconds };
  });
  db.close();
  return {
    title: 'Three statements: a referral read, its session read and written', head: ['statements', 'time for all three', 'against prepared once'],
    rows: measured.map(({ name, microseconds }) => [name, `${microseconds.toFixed(1)} µs`, times(microseconds / measured[0]!.microseconds)]),
  };
}

type Values = Readonly<Record<'area' | 'id' | 'poolId' | 'startsAt' | 'taken' | 'updatedAt', string | number>>;

async function inGroups(before: string, served: string): Promise<{ size: number; rate: number }[]> {
  const rates: { size: number; rate: number }[] = [];
  for (const unitsPerCommit of COMMIT_SIZES) {
    const target = scratch('in-groups.db');
    copyFileSync(before, target);
    const { perSecond: rate } = await ask<ByHand>('./by-hand.js', { target, written: served, unitsPerCommit, warmUp: WARM_UP } satisfies ByHandOrder);
    rates.push({ size: unitsPerCommit, rate });
    for (const suffix of ['', '-wal', '-shm']) rmSync(target + suffix, { force: true });
  }
  return rates;
}

async function withIds(ids: IdOrder['ids'], model: string, { stored, measured }: { stored: number; measured: number }): Promise<IdFound> {
  const path = scratch(`ids-${ids}.db`);
  const found = await ask<IdFound>('./id-order.js', { path, model, ids, stored, measured, unitsPerCommit: UNITS_PER_COMMIT } satisfies IdOrder);
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  return found;
}

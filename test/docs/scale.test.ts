import Sqlite from 'better-sqlite3';
import t from 'tap';
import { postgresKit } from '../../src/store/columns.js';
import { readMigrations } from '../../src/store/migrate.js';
import { instanceQueries } from '../../src/store/queries/instances.js';
import { scaleTables } from '../bench/scale.js';
import { read } from '../kit/source.js';
import { everyQuery } from '../store/catalogue.js';

/** What docs/scale.md says of a cluster, held against the schema and the queries. */
const page = read('docs/scale.md');

function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  return [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name, rest]) => [name!, ...rest!.split(' | ')]);
}

const lies = new Map(rowsUnder('Where each table lies').map(([table, where]) => [table!, where!]));
const spread = [...lies].filter(([, where]) => where === 'by area').map(([table]) => table);

/** The tables of both engines: those for several instances stand in the migrations of PostgreSQL alone. */
const db = new Sqlite(':memory:');
for (const migration of readMigrations('sqlite')) db.exec(migration.text);
const postgres = readMigrations('postgres').map(({ text }) => text).join('\n');
const tables = [...new Set([...postgres.matchAll(/^CREATE TABLE "?(\w+)"?/gm)].map(([, name]) => name!))];

interface Column {
  readonly name: string;
  readonly notnull: number;
  readonly pk: number;
}
const columnsOf = (table: string): readonly Column[] => db.pragma(`table_info(${table})`) as Column[];

t.test('every table of the schema has its place on a cluster', async (t) => {
  t.strictSame([...lies.keys()].sort(), [...tables].sort());
  t.strictSame([...lies.values()].filter((where) => !['by area', 'by id', 'everywhere', 'one node'].includes(where)), []);
});

t.test('each table that lies by area has it first in its primary key, and never null', async (t) => {
  for (const table of spread) t.match(columnsOf(table).find(({ name }) => name === 'area'), { notnull: 1, pk: 1 }, table);
  const others = [...lies.keys()].filter((table) => !spread.includes(table) && columnsOf(table).some(({ name, pk }) => name === 'area' && pk > 0));
  t.strictSame(others, [], 'and no other table has it in its key');
});

t.test('a row that waits for its number, or has it, carries its prefecture', async (t) => {
  t.ok(columnsOf('event').some(({ name, notnull }) => name === 'area' && notnull === 1));
  t.match(postgres, /CREATE TABLE unnumbered_event \([^;]*\n {2}area text COLLATE "C" NOT NULL/);
});

t.test('the unique keys that lack the prefecture are those of the page', async (t) => {
  const lacking = tables.flatMap((table) =>
    (db.pragma(`index_list(${table})`) as { name: string; unique: number; origin: string }[])
      .filter(({ unique, origin }) => unique === 1 && origin === 'c')
      .filter(({ name }) => !(db.pragma(`index_info(${name})`) as { name: string }[]).some((column) => column.name === 'area'))
      .map(({ name }) => name),
  );
  t.strictSame(rowsUnder('Unique keys without the prefecture').map(([name]) => name).sort(), lacking.sort());
});

/** Asks rows that lie by area and does not say of which. */
function crosses(text: string): boolean {
  const asked = [...text.matchAll(/(?:from|join|update) "(\w+)"/g)].map(([, table]) => table!);
  return !text.startsWith('insert') && asked.some((table) => spread.includes(table)) && !/"area" = \$\d/.test(text);
}

t.test('the queries that cross prefectures are those of the page, and those that lock are told to be refused', async (t) => {
  const instance = Object.entries(instanceQueries(postgresKit)).map(([name, { text }]) => ({ name: `instance.${name}`, text }));
  // A list crosses by what it walks; what it sieves on the way names no prefecture.
  const all = [...everyQuery(postgresKit), ...instance].map(({ name, text }) => ({ name: name.replace(/^(list \w+) \(.*\)$/, '$1'), text }));
  const crossing = all.filter(({ text }) => crosses(text));
  t.strictSame(rowsUnder('Queries that cross prefectures').map(([name]) => name).sort(), [...new Set(crossing.map(({ name }) => name))].sort());
  const refused = rowsUnder('Queries that cross prefectures').filter(([, , todo]) => /a cluster refuses it/.test(todo!)).map(([name]) => name);
  t.strictSame(crossing.filter(({ text }) => /for update/.test(text)).map(({ name }) => name), refused);
});

t.test('the figures of the page are those that the program reckons', async (t) => {
  for (const [name, made] of Object.entries(scaleTables())) {
    const shown = page.split(`<!-- scale: ${name} -->\n`)[1]?.split('\n<!-- end -->')[0];
    t.equal(shown, made, `${name}: npm run bench -- scale`);
  }
});

import { getTableColumns, sql, type Column, type Placeholder, type SQL, type Table } from 'drizzle-orm';

/** A parameter by name. */
export const p = <N extends string>(name: N): Placeholder<N> => sql.placeholder(name);

/** One parameter per column, named as the column: the values of an insert. */
export function everyColumn<T extends Table>(table: T): { [K in keyof T['_']['columns']]: Placeholder } {
  const names = Object.keys(getTableColumns(table));
  return Object.fromEntries(names.map((name) => [name, p(name)])) as { [K in keyof T['_']['columns']]: Placeholder };
}

/** One parameter per named column, encoded as the column is: what an update sets. */
export function columns<T extends Table, K extends string & keyof T['_']['columns']>(table: T, ...names: K[]): { [N in K]: SQL } {
  const all = getTableColumns(table) as Record<string, Column>;
  return Object.fromEntries(names.map((name) => [name, sql`${sql.param(p(name), all[name])}`])) as { [N in K]: SQL };
}

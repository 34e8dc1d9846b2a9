import { sqliteKit, type Kit } from '../../src/store/columns.js';
import type { Query } from '../../src/store/bind.js';
import { catalogueOf } from '../../src/store/queries/catalogue.js';
import { SIEVES, WALKS, type Sieve } from '../../src/store/queries/lists.js';

export interface NamedQuery {
  readonly name: string;
  readonly text: string;
  /** How many parameters it takes. */
  readonly parameters: number;
}

/** Every query of the catalogue, the lists in every shape that a filter can give them. */
export function everyQuery(kit: Kit = sqliteKit): readonly NamedQuery[] {
  const { referralList, ...groups } = catalogueOf(kit);
  const fixed = Object.entries(groups).flatMap(([group, queries]) =>
    Object.entries(queries as Record<string, Query<unknown, unknown>>).map(([name, query]) => named(`${group}.${name}`, query)),
  );
  const lists = WALKS.flatMap((walk) =>
    subsets(SIEVES).map((sieves) => named(`list ${walk} (${sieves.join(' ')})`, referralList(walk, new Set(sieves)) as Query<unknown, unknown>)),
  );
  return [...fixed, ...lists];
}

function named(name: string, query: Query<unknown, unknown>): NamedQuery {
  const anything = new Proxy({}, { get: () => null });
  return { name, text: query.text, parameters: query.values(anything).length };
}

function subsets(of: readonly Sieve[]): readonly (readonly Sieve[])[] {
  return of.reduce<readonly (readonly Sieve[])[]>((all, sieve) => [...all, ...all.map((set) => [...set, sieve])], [[]]);
}

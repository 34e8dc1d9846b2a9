import type { Bound } from '../bind.js';
import type { Directory } from '../directory.js';
import type { InstanceQueries } from '../queries/instances.js';

/**
 * The directory of an instance, as of the last revision that it has seen. A revision is never changed:
 * whoever began with one keeps it to the end. Every unit and every read asks the database for the present
 * revision first, and reads what has changed since, so that no decision rests on an old directory.
 */
export class Revisions {
  #revision: number;
  #directory: Directory;

  constructor(revision: number, directory: Directory) {
    this.#revision = revision;
    this.#directory = directory;
  }

  /** The newest that this instance has seen: for who may not wait. */
  get latest(): Directory {
    return this.#directory;
  }

  /** The directory of a revision that `queries` see; a newer one where this instance has seen it already. */
  async at(revision: number, queries: Bound<InstanceQueries>): Promise<Directory> {
    if (revision <= this.#revision) return this.#directory;
    const since = { revision: this.#revision };
    const from = this.#directory;
    const [institutions, consortia, pools, policies, clients] = await Promise.all([
      queries.institutionsSince(since), queries.consortiaSince(since), queries.poolsSince(since), queries.policiesSince(since),
      queries.clientsSince(since),
    ]);
    const directory = from.copy();
    directory.follow([
      ...institutions.map(({ doc }) => ({ kind: 'institution' as const, doc })),
      ...consortia.map(({ doc }) => ({ kind: 'consortium' as const, doc })),
      ...pools.map(({ doc }) => ({ kind: 'pool' as const, doc })),
      ...policies.map(({ doc }) => ({ kind: 'policy' as const, doc })),
      ...clients.map((doc) => ({ kind: 'client' as const, doc })),
    ]);
    if (revision > this.#revision) {
      this.#revision = revision;
      this.#directory = directory;
    }
    return directory;
  }
}

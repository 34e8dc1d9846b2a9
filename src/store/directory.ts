import { assert } from '../kernel/assert.js';
import { frozen } from '../kernel/frozen.js';
import type { Pool } from '../domain/capacity.js';
import type { Consortium, Institution, Network } from '../domain/network.js';
import type { Policies, Policy } from '../domain/policy.js';
import type { Client } from '../usecase/ports.js';

const NONE: readonly never[] = [];

/** One record of the directory as it stands now: what another copy of the directory needs to follow. */
export type DirectoryChange =
  | { readonly kind: 'institution'; readonly doc: Institution }
  | { readonly kind: 'consortium'; readonly doc: Consortium }
  | { readonly kind: 'pool'; readonly doc: Pool }
  | { readonly kind: 'policy'; readonly doc: Policy }
  | { readonly kind: 'client'; readonly doc: Client };

/**
 * The directory, whole, in memory: nearly every request asks it several times. It is read when the store
 * opens and changed by the unit that writes; what a unit or a batch takes back is undone here too.
 */
export class Directory implements Network, Policies {
  readonly #institutions = new Map<string, Institution>();
  readonly #consortia = new Map<string, Consortium>();
  readonly #consortiaOf = new Map<string, readonly Consortium[]>();
  readonly #pools = new Map<string, Pool>();
  readonly #poolsOf = new Map<string, readonly Pool[]>();
  readonly #policies = new Map<string, Policy>();
  readonly #policyVersions = new Map<string, Policy>();
  readonly #clients = new Map<string, Client>();
  readonly #clientsByKey = new Map<string, Client>();
  #undo: (() => void)[] = [];
  /** Changed and not yet kept, in order. */
  #changes: DirectoryChange[] = [];

  institution(id: string): Institution | undefined {
    return this.#institutions.get(id);
  }

  institutions(): Iterable<Institution> {
    return this.#institutions.values();
  }

  consortium(id: string): Consortium | undefined {
    return this.#consortia.get(id);
  }

  consortia(): Iterable<Consortium> {
    return this.#consortia.values();
  }

  consortiaOf(institutionId: string): readonly Consortium[] {
    return this.#consortiaOf.get(institutionId) ?? NONE;
  }

  pool(id: string): Pool | undefined {
    return this.#pools.get(id);
  }

  pools(): Iterable<Pool> {
    return this.#pools.values();
  }

  poolsOf(institutionId: string): readonly Pool[] {
    return this.#poolsOf.get(institutionId) ?? NONE;
  }

  policy(id: string): Policy | undefined {
    return this.#policies.get(id);
  }

  policyVersion(id: string, version: number): Policy | undefined {
    return this.#policyVersions.get(`${id}@${version}`);
  }

  policies(): Iterable<Policy> {
    return this.#policies.values();
  }

  /** Whether the client's key was revoked, perhaps since its request came in. Who is no client, as the relay and the holder of `ADMIN_KEY`, never is. */
  isRevoked(clientId: string): boolean {
    return typeof this.client(clientId)?.revokedAt === 'number';
  }

  client(id: string): Client | undefined {
    return this.#clients.get(id);
  }

  /** Only clients that may still call. */
  clientByKeyHash(hash: string): Client | undefined {
    const client = this.#clientsByKey.get(hash);
    return client?.revokedAt === null ? client : undefined;
  }

  clients(): Iterable<Client> {
    return this.#clients.values();
  }

  /** Every prefecture in which an institution lies, in order. */
  areas(): readonly string[] {
    const areas = new Set<string>();
    for (const institution of this.#institutions.values()) areas.add(institution.area);
    return [...areas].sort();
  }

  putInstitution(institution: Institution): void {
    assertNext(this.#institutions.get(institution.id), institution);
    this.#take({ kind: 'institution', doc: institution });
  }

  putConsortium(consortium: Consortium): void {
    assertNext(this.#consortia.get(consortium.id), consortium);
    this.#take({ kind: 'consortium', doc: consortium });
  }

  putPool(pool: Pool): void {
    const before = this.#pools.get(pool.id);
    assertNext(before, pool);
    assert(before === undefined || before.area === pool.area, 'a pool stays in its prefecture: its sessions are kept there');
    this.#take({ kind: 'pool', doc: pool });
  }

  /** Adds a version; those before stay. */
  putPolicy(policy: Policy): void {
    assertNext(this.#policies.get(policy.id), policy);
    this.#take({ kind: 'policy', doc: policy });
  }

  putClient(client: Client): void {
    this.#take({ kind: 'client', doc: client });
  }

  /** A place to come back to. */
  mark(): number {
    return this.#undo.length;
  }

  undoTo(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }

  /** What was changed so far has become true: answers it, in order. */
  keep(): readonly DirectoryChange[] {
    const changes = this.#changes;
    if (this.#undo.length > 0) {
      this.#undo = [];
      this.#changes = [];
    }
    return changes;
  }

  /** Takes over what another copy of this directory has kept: every version of a record, or the last alone. */
  follow(changes: readonly DirectoryChange[]): void {
    for (const change of changes) this.#take(change);
    this.keep();
  }

  /** One that changes on its own. The records are shared: they never change. */
  copy(): Directory {
    const copy = new Directory();
    copied(this.#institutions, copy.#institutions);
    copied(this.#consortia, copy.#consortia);
    copied(this.#consortiaOf, copy.#consortiaOf);
    copied(this.#pools, copy.#pools);
    copied(this.#poolsOf, copy.#poolsOf);
    copied(this.#policies, copy.#policies);
    copied(this.#policyVersions, copy.#policyVersions);
    copied(this.#clients, copy.#clients);
    copied(this.#clientsByKey, copy.#clientsByKey);
    return copy;
  }

  #take(change: DirectoryChange): void {
    frozen(change.doc);
    if (change.kind === 'institution') this.#set(this.#institutions, change.doc.id, change.doc);
    else if (change.kind === 'consortium') this.#takeConsortium(change.doc);
    else if (change.kind === 'pool') this.#takePool(change.doc);
    else if (change.kind === 'policy') {
      this.#set(this.#policies, change.doc.id, change.doc);
      this.#set(this.#policyVersions, `${change.doc.id}@${change.doc.version}`, change.doc);
    }
    else {
      this.#set(this.#clients, change.doc.id, change.doc);
      this.#set(this.#clientsByKey, change.doc.keyHash, change.doc);
    }
    this.#changes.push(change);
    this.#undo.push(() => this.#changes.pop());
  }

  #takeConsortium(consortium: Consortium): void {
    const before = this.#consortia.get(consortium.id);
    this.#set(this.#consortia, consortium.id, consortium);
    const concerned = new Set([...(before?.members ?? NONE), ...consortium.members].map((m) => m.institutionId));
    for (const id of concerned) {
      const others = this.consortiaOf(id).filter((c) => c.id !== consortium.id);
      const stays = consortium.members.some((m) => m.institutionId === id);
      this.#set(this.#consortiaOf, id, stays ? [...others, consortium] : others);
    }
  }

  #takePool(pool: Pool): void {
    const before = this.#pools.get(pool.id);
    this.#set(this.#pools, pool.id, pool);
    if (before !== undefined && before.institutionId !== pool.institutionId) {
      this.#set(this.#poolsOf, before.institutionId, this.poolsOf(before.institutionId).filter((p) => p.id !== pool.id));
    }
    const others = this.poolsOf(pool.institutionId).filter((p) => p.id !== pool.id);
    this.#set(this.#poolsOf, pool.institutionId, [...others, pool]);
  }

  #set<V>(map: Map<string, V>, key: string, value: V): void {
    const had = map.has(key);
    const before = map.get(key) as V;
    this.#undo.push(() => {
      if (had) map.set(key, before);
      else map.delete(key);
    });
    map.set(key, value);
  }
}

function copied<V>(from: ReadonlyMap<string, V>, to: Map<string, V>): void {
  for (const [key, value] of from) to.set(key, value);
}

/** A change of master data that was decided on an older version would undo another without a word. */
function assertNext(before: { readonly version: number } | undefined, after: { readonly id: string; readonly version: number }): void {
  assert(before === undefined || after.version === before.version + 1, `the next version of ${after.id} is one more than the last`);
}

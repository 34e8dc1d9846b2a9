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
    this.#set(this.#institutions, institution.id, frozen(institution));
    this.#note({ kind: 'institution', doc: institution });
  }

  putConsortium(consortium: Consortium): void {
    const before = this.#consortia.get(consortium.id);
    assertNext(before, consortium);
    this.#set(this.#consortia, consortium.id, frozen(consortium));
    const concerned = new Set([...(before?.members ?? NONE), ...consortium.members].map((m) => m.institutionId));
    for (const id of concerned) {
      const others = this.consortiaOf(id).filter((c) => c.id !== consortium.id);
      const stays = consortium.members.some((m) => m.institutionId === id);
      this.#set(this.#consortiaOf, id, stays ? [...others, consortium] : others);
    }
    this.#note({ kind: 'consortium', doc: consortium });
  }

  putPool(pool: Pool): void {
    const before = this.#pools.get(pool.id);
    assertNext(before, pool);
    assert(before === undefined || before.area === pool.area, 'a pool stays in its prefecture: its sessions are kept there');
    this.#set(this.#pools, pool.id, frozen(pool));
    if (before !== undefined && before.institutionId !== pool.institutionId) {
      this.#set(this.#poolsOf, before.institutionId, this.poolsOf(before.institutionId).filter((p) => p.id !== pool.id));
    }
    const others = this.poolsOf(pool.institutionId).filter((p) => p.id !== pool.id);
    this.#set(this.#poolsOf, pool.institutionId, [...others, pool]);
    this.#note({ kind: 'pool', doc: pool });
  }

  /** Adds a version; those before stay. */
  putPolicy(policy: Policy): void {
    assertNext(this.#policies.get(policy.id), policy);
    this.#set(this.#policies, policy.id, frozen(policy));
    this.#set(this.#policyVersions, `${policy.id}@${policy.version}`, policy);
    this.#note({ kind: 'policy', doc: policy });
  }

  putClient(client: Client): void {
    this.#set(this.#clients, client.id, frozen(client));
    this.#set(this.#clientsByKey, client.keyHash, client);
    this.#note({ kind: 'client', doc: client });
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

  /** Takes over what another copy of this directory has kept. */
  follow(changes: readonly DirectoryChange[]): void {
    for (const { kind, doc } of changes) {
      if (kind === 'institution') this.putInstitution(doc);
      else if (kind === 'consortium') this.putConsortium(doc);
      else if (kind === 'pool') this.putPool(doc);
      else if (kind === 'policy') this.putPolicy(doc);
      else this.putClient(doc);
    }
    this.keep();
  }

  #note(change: DirectoryChange): void {
    this.#changes.push(change);
    this.#undo.push(() => this.#changes.pop());
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

/** A change of master data that was decided on an older version would undo another without a word. */
function assertNext(before: { readonly version: number } | undefined, after: { readonly id: string; readonly version: number }): void {
  assert(before === undefined || after.version === before.version + 1, `the next version of ${after.id} is one more than the last`);
}

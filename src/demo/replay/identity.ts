import { createHash } from 'node:crypto';
import { isRefusal } from '../../kernel/problem.js';
import type { Actor } from '../../usecase/ports.js';
import type { Store } from '../../usecase/store.js';
import { createClient } from '../../usecase/network/create-client.js';
import { CITY_AREA } from '../city/districts.js';

const ADMIN: Actor = { clientId: 'guangzhou-replay', roles: ['admin'], institutionId: null, area: null, operator: null };

/** The patients do not exist, so that the key that seals them may be known to everybody. */
export const DATA_KEY = createHash('sha256').update('guangzhou-replay').digest();

/**
 * Marks the file as this replay's, so that a run with another plan, scale or seed does not go on in it: the
 * regulator who reads the report in the end is the first client, and its name says which plan it is.
 */
export async function claim(store: Store, { scale, seed }: { scale: number; seed: number }): Promise<void> {
  const name = `广州函件回放 guangzhou-replay with stays, scale ${scale} seed ${seed}`;
  const { first, events } = await store.read(async (reads) => ({ first: (await reads.clients(null, 1)).data[0], events: await reads.lastSeq() }));
  if (first?.name === name) return;
  if (first || events > 0) throw new Error(`the file holds something else (${first?.name ?? 'not a replay'}): choose another with --db, or remove it`);
  const made = await store.write(ADMIN, (unit) => createClient(unit, { body: { name, area: CITY_AREA, roles: ['regulator'] } }));
  if (isRefusal(made)) throw new Error(`the replay could not begin: ${made.code}`);
}

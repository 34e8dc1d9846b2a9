import { randomBytes } from 'node:crypto';
import { addDays, localDateOf, type Clock } from '../../src/kernel/calendar.js';
import type { Role } from '../../src/contract/vocabulary.js';
import { createClient } from '../../src/usecase/network/create-client.js';
import { putPool } from '../../src/usecase/capacity/put-pool.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { openStore, type WholeStore } from '../../src/store/open.js';
import { accepted, actorOf, ADMIN, fill, POOLS, putNetwork, sessionOn } from '../kit/network.js';
import type { Slot } from './requests.js';

/** The world that is measured: the network of the tests, and t1 with clinics enough for a morning of load. */

export const DATA_KEY = randomBytes(32);

/** The sessions that are reserved: so many doctors, days and places, two sessions a day. */
const DOCTORS = 20;
const DAYS = 30;
const PLACES = 100;
/** Hours of the day at which sessions begin. */
const HOURS = [8, 14];
/** Sessions that availability is asked for lie in a pool that nobody reserves from. */
export const ASKED_DAYS = 7;

export interface Seeded {
  readonly keys: { readonly sender: string; readonly hospital: string; readonly admin: string };
  /** Keys of the sender, as many as were asked for. */
  readonly senders: readonly string[];
  readonly slots: readonly Slot[];
  /** Local dates of the sessions of the pool that availability is asked for, both included. */
  readonly asked: { readonly from: string; readonly to: string };
}

export function openAt(path: string, clock: Clock): Promise<WholeStore> {
  return openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock, random: randomBytes });
}

/** Writes the world through the use cases, in the name of whoever would. */
export async function seed(store: WholeStore, clock: Clock, senders = 0): Promise<Seeded> {
  await putNetwork(store);
  const tomorrow = addDays(localDateOf(clock.now()), 1);
  const slots: Slot[] = [];
  for (let doctor = 1; doctor <= DOCTORS; doctor += 1) {
    const poolId = `t1-doctor-${doctor}`;
    const sessions = Array.from({ length: DAYS }, (_, day) => HOURS.map((hour) => sessionOn(addDays(tomorrow, day), PLACES, hour))).flat();
    const body = { ...POOLS['t1-expert']!, practitioner: { code: `D${doctor}`, name: `医生${doctor}` } };
    await accepted(store.write(actorOf('t1'), (unit) => putPool(unit, { id: poolId, body })));
    await accepted(store.write(actorOf('t1'), (unit) => putSessions(unit, { poolId, body: { sessions } })));
    for (const { startsAt } of sessions) slots.push({ poolId, startsAt });
  }
  for (let day = 0; day < ASKED_DAYS; day += 1) await fill(store, 's1-clinic', ...HOURS.map((hour) => sessionOn(addDays(tomorrow, day), PLACES, hour)));
  return {
    keys: {
      sender: await client(store, 'p1', ['clerk', 'doctor']),
      hospital: await client(store, 't1', ['clerk', 'doctor']),
      admin: await client(store, null, ['admin']),
    },
    senders: await Promise.all(Array.from({ length: senders }, () => client(store, 'p1', ['clerk', 'doctor']))),
    slots,
    asked: { from: tomorrow, to: addDays(tomorrow, ASKED_DAYS - 1) },
  };
}

async function client(store: WholeStore, institutionId: string | null, roles: Role[]): Promise<string> {
  const body = { name: `bench ${institutionId ?? 'admin'}`, roles, ...(institutionId === null ? {} : { institutionIds: [institutionId] }) };
  return (await accepted(store.write(ADMIN, (unit) => createClient(unit, { body })))).key;
}

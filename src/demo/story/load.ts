import { must } from '../../kernel/assert.js';
import type { LocalDate } from '../../kernel/calendar.js';
import type { ClientInput } from '../../contract/institution.js';
import { CLIENTS, type ClientName } from '../city/clients.js';
import { CONSORTIA } from '../city/consortia.js';
import { INSTITUTIONS } from '../city/institutions.js';
import { POOLS, sessionRequests } from '../city/pools.js';
import { given } from './answers.js';
import { Desk } from './desk.js';

/** The sample city, written through the API as an administrator and a regional platform would. */

export type Desks = Readonly<Record<ClientName, Desk>>;

export interface Loaded {
  readonly desks: Desks;
  readonly institutions: number;
  readonly consortia: number;
  readonly pools: number;
  readonly sessions: number;
}

export async function loadCity(baseUrl: string, admin: Desk, opens: LocalDate): Promise<Loaded> {
  for (const { id, body } of INSTITUTIONS) await given(`institution ${id}`, admin.putInstitution(id, body));
  for (const { id, body, members } of CONSORTIA) {
    await given(`consortium ${id}`, admin.putConsortium(id, body));
    for (const member of members) await given(`member ${member.institutionId} of ${id}`, admin.putMember(id, member.institutionId, member.body));
  }
  const desks = await openDesks(baseUrl, admin);
  const sessions = await loadPools(baseUrl, admin, opens);
  return { desks, institutions: INSTITUTIONS.length, consortia: CONSORTIA.length, pools: POOLS.length, sessions };
}

async function openDesks(baseUrl: string, admin: Desk): Promise<Desks> {
  const desks: Partial<Record<ClientName, Desk>> = {};
  for (const [name, client] of Object.entries(CLIENTS) as [ClientName, (typeof CLIENTS)[ClientName]][]) {
    const { key } = await given(`client ${name}`, admin.createClient({ ...client, roles: [...client.roles] } as ClientInput));
    desks[name] = new Desk(baseUrl, key);
  }
  return desks as Desks;
}

/** One system of the district reports the capacity of all, as a regional platform (区域平台) does. */
async function loadPools(baseUrl: string, admin: Desk, opens: LocalDate): Promise<number> {
  const institutionIds = [...new Set(POOLS.map((p) => p.body.institutionId))];
  const { key } = await given('the platform that reports capacity', admin.createClient({ name: '区域平台 · 号源与床位', institutionIds, roles: ['his'] }));
  const platforms = new Map(institutionIds.map((id) => [id, new Desk(baseUrl, key, id)]));
  let sessions = 0;
  for (const sample of POOLS) {
    const platform = must(platforms.get(sample.body.institutionId), 'the platform reports for every institution');
    await given(`pool ${sample.id}`, platform.putPool(sample.id, sample.body));
    for (const list of sessionRequests(sample, opens)) {
      sessions += list.length;
      await given(`sessions of ${sample.id}`, platform.putSessions(sample.id, list));
    }
  }
  return sessions;
}

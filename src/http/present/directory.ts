import type { Static } from 'typebox';
import { formatInstant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/institution.js';
import type { Pool as PoolView } from '../../contract/capacity.js';
import type { Pool } from '../../domain/capacity.js';
import { levelOn, type Consortium, type Institution, type Member } from '../../domain/network.js';
import { localDateOf, type Instant } from '../../kernel/calendar.js';
import type { Client } from '../../usecase/ports.js';
import type { Wire } from '../declaration.js';

/** The directory as it is given out: the level of today, the history beside it. */
export function institutionView(institution: Institution, now: Instant): Wire<Static<typeof wire.Institution>> {
  return { ...institution, level: levelOn(institution, localDateOf(now)), updatedAt: formatInstant(institution.updatedAt) };
}

export function consortiumView(consortium: Consortium): Wire<Static<typeof wire.Consortium>> {
  return { ...consortium, updatedAt: formatInstant(consortium.updatedAt) };
}

export function memberView(member: Member): Wire<Static<typeof wire.Member>> {
  return member;
}

export function clientView(client: Client): Wire<Static<typeof wire.Client>> {
  return {
    id: client.id,
    name: client.name,
    institutionIds: client.institutionIds,
    area: client.area,
    roles: client.roles,
    createdAt: formatInstant(client.createdAt),
    revokedAt: client.revokedAt === null ? null : formatInstant(client.revokedAt),
  };
}

export function poolView(pool: Pool): Wire<Static<typeof PoolView>> {
  return { ...pool, updatedAt: formatInstant(pool.updatedAt) };
}

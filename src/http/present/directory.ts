import type { Static } from 'typebox';
import { formatInstant } from '../../kernel/calendar.js';
import type { ContractView } from '../../contract/contract.js';
import type * as wire from '../../contract/institution.js';
import type { Patient } from '../../contract/referral.js';
import type { Pool as PoolView } from '../../contract/capacity.js';
import type { Pool } from '../../domain/capacity.js';
import { holdsAt, type Contract } from '../../domain/contract.js';
import { levelOn, type Consortium, type Institution, type Member } from '../../domain/network.js';
import { localDateOf, type Instant } from '../../kernel/calendar.js';
import { contractRow } from '../../usecase/network/put-contract.js';
import type { Client, Reads } from '../../usecase/ports.js';
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

export function contractView(contract: Contract, reads: Reads): Wire<Static<typeof ContractView>> {
  const { id, institutionId, patientId, team, from, until, tags, version, updatedAt, sealedPatient } = contract;
  const patient = reads.vault.open<Patient>(contractRow(contract), sealedPatient);
  return { id, institutionId, patientId, patient, team, from, until, tags, holds: holdsAt(contract, reads.now), version, updatedAt: formatInstant(updatedAt) };
}

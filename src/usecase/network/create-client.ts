import { isRefusal } from '../../kernel/problem.js';
import type { ClientInput } from '../../contract/institution.js';
import { grantOf, type ClientGrant } from '../../domain/directory.js';
import type { Network } from '../../domain/network.js';
import type { Client, UseCase } from '../ports.js';

/** 32 characters of five random bits each. */
const KEY_LENGTH = 32;

/**
 * Makes a system that may call, and its key. The key is in the answer and nowhere else: the store keeps
 * its hash, and the log says only that the client was made.
 *
 * Refused: `invalid_content` (an unknown institution, roles that do not mix, institution or area
 * missing or out of place).
 */
export const createClient: UseCase<{ body: ClientInput }, { id: string; key: string }> = async (unit, { body }) => {
  const grant = grantOf(body, (id) => unit.network.institution(id) !== undefined);
  if (isRefusal(grant)) return grant;

  const area = areaOf(grant, unit.network);
  const key = `rr_${unit.ids.code(KEY_LENGTH)}`;
  const client: Client = {
    id: unit.ids.next(area),
    name: body.name,
    keyHash: unit.vault.hashKey(key),
    roles: body.roles,
    ...grant,
    createdAt: unit.now,
    revokedAt: null,
  };
  await unit.insertClient(client);
  unit.append({
    type: 'client.created',
    area,
    subject: `client:${client.id}`,
    referralId: null,
    institutionIds: client.institutionIds,
    data: { name: client.name, roles: client.roles, institutionIds: client.institutionIds, area: client.area },
  });
  return { id: client.id, key };
};

/** The prefecture under which a client's changes are logged; 000000 for one that belongs to none. */
export function areaOf({ area, institutionIds }: ClientGrant, network: Network): string {
  return area ?? network.institution(institutionIds[0] ?? '')?.area ?? '000000';
}

import { refuse } from '../../kernel/problem.js';
import type { Client, UseCase } from '../ports.js';
import { areaOf } from './create-client.js';

/**
 * Ends a client: its key opens nothing any more. The row stays, since the log names it.
 *
 * Refused: `not_found` where there is no such client, or where it was revoked before.
 */
export const revokeClient: UseCase<{ id: string }, Client> = async (unit, { id }) => {
  const client = await unit.client(id);
  if (!client || client.revokedAt !== null) return refuse('not_found');

  await unit.revokeClient(id);
  unit.append({
    type: 'client.revoked',
    area: areaOf(client, unit.network),
    subject: `client:${id}`,
    referralId: null,
    institutionIds: client.institutionIds,
    data: { name: client.name },
  });
  return { ...client, revokedAt: unit.now };
};

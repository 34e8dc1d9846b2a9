import { addDays, localDateOf } from '../../../src/kernel/calendar.js';
import { putConsortium } from '../../../src/usecase/network/put-consortium.js';
import { putInstitution } from '../../../src/usecase/network/put-institution.js';
import { putMember } from '../../../src/usecase/network/put-member.js';
import { CONSORTIA, INSTITUTIONS, SINCE } from '../../kit/network.js';
import type { Request } from '../request.js';
import type { Asks } from './asks.js';

/** The directory changes under way: memberships end and begin again, rules and levels are written anew. */
export function directoryChange(asks: Asks): Request {
  const { chance, now } = asks;
  const today = localDateOf(now);
  switch (chance.weighted({ member: 5, consortium: 2, institution: 2 })) {
    case 'member': {
      const institutionId = chance.pick(['p1', 'p2', 's1']);
      const ended = { role: 'member' as const, from: SINCE, until: addDays(today, chance.between(-2, 1)) };
      const again = { role: 'member' as const, from: addDays(today, 2) };
      const periods = chance.oneIn(2) ? [{ role: 'member' as const, from: SINCE }] : chance.oneIn(2) ? [ended] : [ended, again];
      return asks.byAdmin('member', putMember, { consortiumId: 'g1', institutionId, body: { periods } }, () => ({ changed: false }));
    }
    case 'consortium': {
      const body = { ...CONSORTIA['g1']!, timers: { unansweredDays: chance.between(5, 14) }, ...(chance.oneIn(3) ? { outsideReferral: 'refuse' as const } : {}) };
      return asks.byAdmin('consortium', putConsortium, { id: 'g1', body }, ({ consortium: { version } }) => ({ changed: false, document: { kind: 'consortium', id: 'g1', version } }));
    }
    case 'institution': {
      const id = chance.pick(['p2', 's1']);
      const { levelSince: _since, ...body } = INSTITUTIONS[id]!;
      const command = { id, body: { ...body, level: chance.pick(['primary', 'secondary'] as const), registrationFeeFen: 100 * chance.between(5, 20) } };
      return asks.byAdmin('institution', putInstitution, command, ({ institution: { version } }) => ({ changed: false, document: { kind: 'institution', id, version } }));
    }
  }
}

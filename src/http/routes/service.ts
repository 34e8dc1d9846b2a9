import type { Static } from 'typebox';
import { must } from '../../kernel/assert.js';
import { formatInstant, parseInstant, type Clock, type Instant } from '../../kernel/calendar.js';
import { refuse } from '../../kernel/problem.js';
import { Shared } from '../../contract/scalars.js';
import { Health, TestClock } from '../../contract/service.js';
import { ADMIN } from '../access.js';
import { define, type Http } from '../operation.js';
import { sendProblem } from '../problems.js';

/** Whether the service lives and works, and in a test what time it is. */

export function healthRoutes(http: Http, isReady: () => Promise<boolean>): void {
  define(
    http,
    { method: 'GET', path: '/livez', id: 'isAlive', tag: 'Service', access: 'open', summary: 'The process answers', answer: Shared(Health) },
    { statuses: [200], vital: true },
    async () => ({ status: 'ok' }),
  );
  define(
    http,
    {
      method: 'GET', path: '/readyz', id: 'isReady', tag: 'Service', access: 'open', summary: 'The store answers, and nothing is being stopped',
      answer: Shared(Health), problems: ['unavailable'],
    },
    { statuses: [200], vital: true },
    async (_request, reply) => ((await isReady()) ? reply.send({ status: 'ok' }) : sendProblem(reply, refuse('unavailable'))),
  );
}

/** Only where the service was started with `TEST_CLOCK`; elsewhere, and in the committed API document, the path does not exist. */
export function testClockRoutes(http: Http, clock: Clock, moveTo: (now: Instant) => Promise<void>): void {
  define(
    http,
    {
      method: 'PUT', path: '/v1/test-clock', id: 'moveTestClock', tag: 'Service', access: ADMIN,
      summary: 'Move the clock of a test forward; what is then due is done before the answer',
      description: 'Exists only where the service was started with `TEST_CLOCK`, never in production.',
      body: TestClock, answer: TestClock, problems: ['clock_backwards'],
    },
    { statuses: [200] },
    async (request, reply) => {
      const now = must(parseInstant((request.body as Static<typeof TestClock>).now), 'the schema let an instant through');
      if (now < clock.now()) return sendProblem(reply, refuse('clock_backwards'));
      await moveTo(now);
      return reply.send({ now: formatInstant(clock.now()) });
    },
  );
}


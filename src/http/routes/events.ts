import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { ChainReport, EventPage, TransferPage } from '../../contract/event.js';
import { FilingPage } from '../../contract/filing.js';
import { Closed, Count, PageQuery, Shared } from '../../contract/scalars.js';
import { feed, type FeedPage } from '../../usecase/event/feed.js';
import { listFilings } from '../../usecase/insurance/list-filings.js';
import { verifyChain } from '../../usecase/event/verify-chain.js';
import type { Actor, Slices } from '../../usecase/ports.js';
import type { Store } from '../../usecase/store.js';
import { EVENTS, INSURER, SUPERVISION } from '../access.js';
import type { Commits } from '../commits.js';
import { cursorOf, seqOf } from '../cursor.js';
import { actorOf, define, question, type Http } from '../operation.js';
import { sendProblem } from '../problems.js';
import { chainView, eventView, filingView, headView, transferView } from '../present/supervision.js';

/** The ordered log as a feed, its check, and what the insurer reads in the order of it. */

const Seq = Count(Number.MAX_SAFE_INTEGER);
const FeedQuery = Closed({
  after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description: 'Go on after this number; 0 at first, then `nextCursor`' })),
  types: Type.Optional(Type.String({ maxLength: 1_000, description: 'Only these types, separated by commas' })),
  limit: PageQuery.limit,
  wait: Type.Optional(Type.Integer({ minimum: 0, maximum: 30, description: 'Seconds to wait for news where there is none' })),
});

export function eventRoutes(http: Http, commits: Commits, slices: Slices): void {
  define(
    http,
    {
      method: 'GET', path: '/v1/events', id: 'listEvents', tag: 'Events', access: EVENTS,
      summary: 'Everything that has happened, in one order without gaps, as far as it concerns the caller',
      description: '`nextCursor` is the `after` of the next request, at the end of the log too. With `wait` the answer comes as soon as there is news.',
      query: FeedQuery, answer: Shared(EventPage),
    },
    { statuses: [200] },
    async (request, reply) => {
      const page = await nextEvents(http.store, commits, request, request.query as Static<typeof FeedQuery>);
      if (isRefusal(page)) return sendProblem(reply, page);
      return reply.send({ data: page.events.map(eventView), nextCursor: String(page.next), head: headView(page.head) });
    },
  );
  define(
    http,
    {
      method: 'GET', path: '/v1/events/verify', id: 'verifyEvents', tag: 'Events', access: SUPERVISION,
      summary: 'Check the chain: numbers, hashes, signed heads, end',
      query: Closed({ from: Type.Optional(Seq), to: Type.Optional(Seq) }), answer: Shared(ChainReport), problems: ['invalid_content'],
    },
    { statuses: [200] },
    async (request, reply) => {
      const verdict = await verifyChain(slices, actorOf(request), request.query as { from?: number; to?: number });
      return isRefusal(verdict) ? sendProblem(reply, verdict) : reply.send(chainView(verdict));
    },
  );
  question(http, {
    method: 'GET', path: '/v1/transfers', id: 'listTransfers', tag: 'Insurance', access: INSURER,
    summary: 'Executed transfers of the prefecture, in the order of the log',
    description: 'The ledger that the deductible is computed from. A feed is gone on with by `after`, the `seq` of the last transfer that was read.',
    query: Closed({ ...PageQuery, after: Type.Optional(Seq) }), answer: TransferPage,
    ask: async (reads, actor, { query: { limit = 50, cursor, after } }) => {
      if (actor.area === null) return refuse('forbidden');
      const start = cursor === undefined ? (after ?? 0) : seqOf('transfers', cursor);
      if (isRefusal(start)) return start;
      const found = await reads.transfersAfter(start, limit + 1, actor.area);
      const data = found.slice(0, limit);
      return { data: data.map(transferView), nextCursor: cursorOf('transfers', found.length > limit ? (data.at(-1)?.seq ?? null) : null) };
    },
    show: (page) => page,
  });
  question(http, {
    method: 'GET', path: '/v1/filings', id: 'listFilings', tag: 'Insurance', access: INSURER,
    summary: 'Transfer filings (转院备案) of the insured of the prefecture, in the order of the log',
    description: 'The fields of interface 2501A under their own names. Filed when a referral is accepted; a withdrawal is a line of its own. A feed is gone on with by `after`, the `seq` of the last line that was read.',
    query: Closed({ ...PageQuery, after: Type.Optional(Seq) }), answer: FilingPage,
    ask: async (reads, actor, { query: { limit = 50, cursor, after } }) => {
      const start = cursor === undefined ? (after ?? 0) : seqOf('filings', cursor);
      return isRefusal(start) ? start : listFilings(reads, actor, { after: start, limit });
    },
    show: ({ data, next }) => ({ data: data.map(filingView), nextCursor: cursorOf('filings', next) }),
  });
}

/** The next page with something in it, or the empty one where nothing comes in time; a key that is revoked meanwhile hears no more. */
async function nextEvents(store: Pick<Store, 'read'>, commits: Commits, request: FastifyRequest, query: Static<typeof FeedQuery>): Promise<FeedPage | Refusal> {
  const { limit = 50, wait: seconds = 0 } = query;
  const actor: Actor = actorOf(request);
  const types = query.types === undefined ? null : query.types.split(',').map((type) => type.trim());
  const wait = seconds > 0 ? commits.wait(seconds * 1_000) : null;
  const { socket } = request.raw;
  const gone = (): void => wait?.end();
  socket.once('close', gone);
  try {
    for (let after = query.after ?? 0; ; ) {
      const seen = commits.count;
      const page = await store.read((reads) => feed(reads, actor, { after, types, limit }));
      // After the read, which has caught up with what other instances revoked.
      if (!request.server.isStillKnown(request)) return refuse('unauthenticated');
      if (isRefusal(page) || page.events.length > 0) return page;
      if (page.next > after) after = page.next;
      else if (!wait || wait.over) return page;
      else await wait.news(seen);
    }
  } finally {
    // A connection that is kept alive brings many requests: none of them leaves its ear behind.
    socket.off('close', gone);
    wait?.end();
  }
}

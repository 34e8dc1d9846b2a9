import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { field, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { ConsortiumReport, TransferReport } from '../../contract/report.js';
import { Closed, DateText, OneOf, Shared } from '../../contract/scalars.js';
import { PERIODS, type Grouping, type Period } from '../../domain/report.js';
import type { Slices } from '../../usecase/ports.js';
import { reportConsortia } from '../../usecase/report/report-consortia.js';
import { reportTransfers } from '../../usecase/report/report-transfers.js';
import { FIGURES } from '../access.js';
import { csv, wantsCsv } from '../csv.js';
import { CSV_MEDIA_TYPE, JSON_MEDIA_TYPE } from '../media-types.js';
import { actorOf, define, type Http } from '../operation.js';
import { sendProblem } from '../problems.js';
import { consortiumReport, transferReport } from '../present/supervision.js';

/** Figures of supervision, for programs as JSON and for spreadsheets as CSV. */

const format = Type.Optional(OneOf(['json', 'csv'], { description: 'Instead of `Accept`' }));

const TransferQuery = Closed({
  from: DateText('First local date of execution'),
  to: DateText('Last local date of execution'),
  groupBy: Type.Optional(Type.String({ maxLength: 64, description: `One of ${PERIODS.join(', ')}, and institution; separated by a comma` })),
  format,
});
const ConsortiumQuery = Closed({ on: Type.Optional(DateText('Local date; absent: today')), format });

/** Both forms of the answer. */
const inBothForms = (schema: TSchema) => ({
  200: { content: { 'application/json': { schema }, 'text/csv': { schema: Type.String() } } },
});

export function reportRoutes(http: Http, slices: Slices): void {
  define(
    http,
    {
      method: 'GET', path: '/v1/reports/transfers', id: 'reportTransfers', tag: 'Reports', access: FIGURES,
      summary: 'Executed transfers by direction and category, period and sender',
      description: 'Counted from the ledger of transfers; a revoked arrival takes its transfer back.',
      query: TransferQuery, answer: Shared(TransferReport), problems: ['invalid_content'],
    },
    { statuses: [200], response: inBothForms(Shared(TransferReport)) },
    async (request, reply) => {
      const query = request.query as Static<typeof TransferQuery>;
      const groupBy = groupingOf(query.groupBy);
      if (isRefusal(groupBy)) return sendProblem(reply, groupBy);
      const figures = await reportTransfers(slices, actorOf(request), { from: query.from, to: query.to, groupBy });
      if (isRefusal(figures)) return sendProblem(reply, figures);
      return send(request, reply, query.format, transferReport(figures), ['period', 'institutionId', 'direction', 'category', 'count']);
    },
  );
  define(
    http,
    {
      method: 'GET', path: '/v1/reports/consortia', id: 'reportConsortia', tag: 'Reports', access: FIGURES,
      summary: 'Consortia by type and tightness on a date',
      query: ConsortiumQuery, answer: Shared(ConsortiumReport),
    },
    { statuses: [200], response: inBothForms(Shared(ConsortiumReport)) },
    async (request, reply) => {
      const query = request.query as Static<typeof ConsortiumQuery>;
      const figures = await http.store.read((reads) => reportConsortia(reads, actorOf(request), query));
      if (isRefusal(figures)) return sendProblem(reply, figures);
      return send(request, reply, query.format, consortiumReport(figures), ['type', 'count', 'tight', 'loose']);
    },
  );
}

function send<Row extends object>(
  request: FastifyRequest, reply: FastifyReply, stated: string | undefined,
  report: { readonly rows: readonly Row[] }, columns: readonly (keyof Row & string)[],
): FastifyReply {
  reply.header('vary', 'Accept');
  if (wantsCsv(request, stated)) return reply.type(CSV_MEDIA_TYPE).send(csv(report.rows, columns));
  return reply.type(JSON_MEDIA_TYPE).send(report);
}

/** `month`, `institution`, or both. */
function groupingOf(text: string | undefined): Grouping | Refusal {
  const names = text === undefined || text === '' ? [] : text.split(',').map((name) => name.trim());
  const periods = names.filter((name) => isPeriod(name));
  const known = names.every((name) => isPeriod(name) || name === 'institution');
  if (!known || periods.length > 1) {
    const list = PERIODS.join(', ');
    return refuse('invalid_request', { errors: [field('?groupBy', `须为 ${list} 之一，或加上 institution`, `Must be one of ${list}, or institution, or both`)] });
  }
  return { period: (periods[0] as Period | undefined) ?? null, institution: names.includes('institution') };
}

function isPeriod(name: string): name is Period {
  return (PERIODS as readonly string[]).includes(name);
}

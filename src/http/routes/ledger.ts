import { Type } from 'typebox';
import { isRefusal, refuse } from '../../kernel/problem.js';
import { Quote, QuoteInput } from '../../contract/insurance.js';
import { AccumulatorInput, AccumulatorView, EntryPage, PatientEpisodes } from '../../contract/ledger.js';
import { MergedPatient, MergeInput } from '../../contract/patient.js';
import { Closed, Count, PageQuery, Shared } from '../../contract/scalars.js';
import { getEpisodes } from '../../usecase/insurance/get-episodes.js';
import { putAccumulator } from '../../usecase/insurance/put-accumulator.js';
import { quoteDeductible } from '../../usecase/insurance/quote-deductible.js';
import { mergePatients } from '../../usecase/network/merge-patients.js';
import { DESK, INSURER, PERSONS } from '../access.js';
import { cursorOf, seqOf } from '../cursor.js';
import { command, question, type Http } from '../operation.js';
import { accumulatorView, entryView, episodesView, mergedView, quoteView } from '../present/ledger.js';

/** What a patient's stays bear: the chain with its reasons, the ledger as a feed, a quote before the admission. */

const PatientId = Closed({ id: Type.String({ description: 'The patient' }) });
const Seq = Count(Number.MAX_SAFE_INTEGER);

export function ledgerRoutes(http: Http): void {
  question(http, {
    method: 'GET', path: '/v1/patients/:id/episodes', id: 'getPatientEpisodes', tag: 'Insurance', access: PERSONS,
    summary: "The chains of a patient's stays: what each bears, and why",
    description:
      'For an institution with an open referral or a stay of the patient, and for the insurer, who sees the stays that it insures. ' +
      'Each step has a sentence in Chinese and in English that a clerk can read to the patient.',
    params: PatientId, answer: Shared(PatientEpisodes),
    ask: (reads, actor, { params }) => getEpisodes(reads, actor, { patientId: params.id }),
    show: episodesView,
  });
  question(http, {
    method: 'POST', path: '/v1/deductibles/quote', id: 'quoteDeductible', tag: 'Insurance', access: PERSONS,
    summary: 'What a stay of a patient would bear, before the admission',
    description:
      "The patient's chain as it is known, and the stay behind it; nothing is stored and no `Idempotency-Key` is needed. `via: referral` without a referral asks what one would be worth that the institution sent now.",
    body: Shared(QuoteInput), answer: Shared(Quote), problems: ['not_found', 'invalid_content', 'no_policy'],
    ask: (reads, actor, { body }) => quoteDeductible(reads, actor, body),
    show: quoteView,
  });
  question(http, {
    method: 'GET', path: '/v1/deductible-entries', id: 'listDeductibleEntries', tag: 'Insurance', access: INSURER,
    summary: 'The ledger of deductibles that the insurer pays for, in the order of the log',
    description: 'Only added to: the entries of a stay add up to what it bears. A feed is gone on with by `after`, the `seq` of the last entry that was read.',
    query: Closed({ ...PageQuery, after: Type.Optional(Seq) }), answer: EntryPage,
    ask: async (reads, actor, { query: { limit = 50, cursor, after } }) => {
      if (actor.area === null) return refuse('forbidden');
      const start = cursor === undefined ? (after ?? 0) : seqOf('entries', cursor);
      if (isRefusal(start)) return start;
      const found = await reads.entriesAfter(start, limit + 1, actor.area);
      const data = found.slice(0, limit);
      return { data: data.map(entryView), nextCursor: cursorOf('entries', found.length > limit ? (data.at(-1)?.seq ?? null) : null) };
    },
    show: (page) => page,
  });
  statements(http);
}

function statements(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/accumulators/:patientId/:year', id: 'putAccumulator', tag: 'Insurance', access: INSURER,
    summary: "State a patient's stays outside the platform in an insurance year",
    description: 'It enters the count, the credit and the cap of that year, named by the calendar year in which it begins. A statement of an earlier `asOf` never overwrites one of a later.',
    params: Closed({ patientId: Type.String({ description: 'The patient' }), year: Type.Integer({ minimum: 2000, maximum: 2199 }) }),
    body: Shared(AccumulatorInput), answer: Shared(AccumulatorView), problems: ['invalid_content'],
    run: (unit, { params, body }) => putAccumulator(unit, { patientId: params.patientId, year: params.year, body }),
    created: (written) => written.created,
    show: accumulatorView,
  });
  command(http, {
    method: 'POST', path: '/v1/patients/:id/merge', id: 'mergePatients', tag: 'Patients', access: DESK,
    summary: 'Two records of one person become one',
    description:
      'This record goes into the one that `into` names, or whose document `idNumber` states: referrals, stays and the ledger follow, and this id answers as that one from then on. It cannot be undone.',
    params: PatientId, body: Shared(MergeInput), answer: Shared(MergedPatient), problems: ['invalid_content'],
    run: (unit, { params, body }) => mergePatients(unit, { id: params.id, body }),
    show: mergedView,
  });
}

import { Type } from 'typebox';
import { ReassessInput } from '../../contract/ledger.js';
import { Closed, Key, Line, Shared } from '../../contract/scalars.js';
import { StayInput, StayView } from '../../contract/stay.js';
import { getStay } from '../../usecase/insurance/get-stay.js';
import { putStay } from '../../usecase/insurance/put-stay.js';
import { reassessStay } from '../../usecase/insurance/reassess-stay.js';
import { CAPACITY, INSURER, PERSONS } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { stayView } from '../present/ledger.js';

/** Stays under the hospital's own visit number, and how they stand in the ledger. */

const StayId = Closed({ id: Type.String({ description: 'The stay' }) });

export function stayRoutes(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/institutions/:institutionId/stays/:number', id: 'putStay', tag: 'Insurance', access: CAPACITY,
    summary: 'Write the whole record of a stay, as often as it changes',
    description:
      'A stay that names an open referral to this institution executes it at `admittedAt`. An older `sourceVersion` never overwrites a newer: the answer then says `applied: false`. ' +
      'All stays of the patient are reckoned anew; without a matching policy the stay is kept as `unassessed` until one arrives.',
    params: Closed({ institutionId: Key('The institution'), number: Line(64, { description: 'Visit number' }) }),
    body: Shared(StayInput), answer: Shared(StayView), problems: ['not_found', 'wrong_party', 'invalid_transition', 'invalid_content'],
    run: (unit, { params, body }) => putStay(unit, { institutionId: params.institutionId, number: params.number, body }),
    created: (written) => written.created,
    show: (written, reads) => stayView(written, reads, written),
  });
  question(http, {
    method: 'GET', path: '/v1/stays/:id', id: 'getStay', tag: 'Insurance', access: PERSONS,
    summary: 'One stay as it was stated last, what it bears, and its entries of the ledger',
    params: StayId, answer: Shared(StayView),
    ask: (reads, actor, { params }) => getStay(reads, actor, params),
    show: (found, reads) => stayView(found, reads, { applied: true, entries: found.entries }),
  });
  command(http, {
    method: 'POST', path: '/v1/stays/:id/reassess', id: 'reassessStay', tag: 'Insurance', access: INSURER,
    summary: 'Assess a stay by the policy in force for its admission now',
    description: 'In place of the version of its first assessment, which nothing else ever changes. Recorded with its reason: `GET /v1/codes/reassess`.',
    params: StayId, body: Shared(ReassessInput), answer: Shared(StayView), problems: ['invalid_content', 'invalid_transition', 'no_policy'],
    run: (unit, { params, body }) => reassessStay(unit, { id: params.id, reasonCode: body.reasonCode }),
    show: (found, reads) => stayView(found, reads, { applied: true }),
  });
}

import { Type, type Static } from 'typebox';
import { formatInstant } from '../../kernel/calendar.js';
import { Closed, Key, Line, Shared } from '../../contract/scalars.js';
import { StayInput, StayView } from '../../contract/stay.js';
import type { Stay } from '../../domain/stay.js';
import { getStay, putStay } from '../../usecase/insurance/put-stay.js';
import { CAPACITY, DESK } from '../access.js';
import type { Wire } from '../declaration.js';
import { command, question, type Http } from '../operation.js';

/** Stays under the hospital's own visit number. */

export function stayRoutes(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/institutions/:institutionId/stays/:number', id: 'putStay', tag: 'Insurance', access: CAPACITY,
    summary: 'Write the whole record of a stay, as often as it changes',
    description:
      'A stay that names an open referral to this institution executes it at `admittedAt`. An older `sourceVersion` never overwrites a newer: the answer then says `applied: false`.',
    params: Closed({ institutionId: Key('The institution'), number: Line(64, { description: 'Visit number' }) }),
    body: Shared(StayInput), answer: Shared(StayView), problems: ['not_found', 'wrong_party', 'invalid_transition', 'invalid_content'],
    run: (unit, { params, body }) => putStay(unit, { institutionId: params.institutionId, number: params.number, body }),
    created: (written) => written.created,
    show: ({ stay, applied }) => stayView(stay, applied),
  });
  question(http, {
    method: 'GET', path: '/v1/stays/:id', id: 'getStay', tag: 'Insurance', access: DESK,
    summary: 'One stay as it was stated last',
    params: Closed({ id: Type.String({ description: 'The stay' }) }), answer: Shared(StayView),
    ask: (reads, actor, { params }) => getStay(reads, actor, params),
    show: (stay) => stayView(stay, true),
  });
}

function stayView(stay: Stay, applied: boolean): Wire<Static<typeof StayView>> {
  return {
    ...stay.record,
    id: stay.id,
    institutionId: stay.institutionId,
    number: stay.number,
    patientId: stay.patientId,
    referralId: stay.referralId,
    level: stay.level,
    assessment: 'unassessed',
    applied,
    version: stay.version,
    updatedAt: formatInstant(stay.updatedAt),
  };
}

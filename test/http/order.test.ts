import t from 'tap';
import { problem, startApp } from '../kit/app.js';
import { upReferral } from '../kit/network.js';

/**
 * One request that is wrong in every way the contract knows, mended one step at a time: each answer names
 * the first thing that is still wrong, in the order of the contract.
 */
t.test('of several things that are wrong, the first in the order of the contract is answered', async (t) => {
  const app = await startApp(t);
  const made = async (n: number): Promise<string> => {
    const { status, body, text } = await app.send('p1', 'POST', '/v1/referrals', upReferral(n));
    t.equal(status, 201, text);
    return (body as { id: string }).id;
  };
  const accepted = await made(1);
  const waiting = await made(2);
  t.equal((await app.send('t1', 'POST', `/v1/referrals/${accepted}/accept`, {})).status, 200);

  const TEXT = 'text/plain';
  const JSON_TYPE = 'application/json';
  const HUGE = `{"nonsense":"${'x'.repeat(1024 * 1024)}"}`;
  const SHAPELESS = '{"nonsense":1}';
  const UNKNOWN_REASON = '{"reasonCode":"nonsense"}';
  const KNOWN_REASON = '{"reasonCode":"no-capacity"}';
  type Row = [as: string | null, key: string | null, type: string, payload: string, id: string, ifMatch: string, status: number, code: string | null];
  const rows: Row[] = [
    [null, null, TEXT, HUGE, accepted, '"1"', 401, 'unauthenticated'],
    ['regulator', null, TEXT, HUGE, accepted, '1', 400, 'malformed_request'],
    ['regulator', null, TEXT, HUGE, accepted, '"1"', 400, 'idempotency_key_required'],
    ['regulator', 'k', TEXT, HUGE, accepted, '"1"', 415, 'unsupported_media_type'],
    ['regulator', 'k', JSON_TYPE, HUGE, accepted, '"1"', 413, 'payload_too_large'],
    ['regulator', 'k', JSON_TYPE, SHAPELESS, accepted, '"1"', 422, 'invalid_request'],
    ['regulator', 'k', JSON_TYPE, UNKNOWN_REASON, accepted, '"1"', 403, 'forbidden'],
    ['p3', 'k', JSON_TYPE, UNKNOWN_REASON, accepted, '"1"', 404, 'not_found'],
    ['p1', 'k', JSON_TYPE, UNKNOWN_REASON, accepted, '"1"', 403, 'wrong_party'],
    ['t1', 'k-1', JSON_TYPE, UNKNOWN_REASON, accepted, '"1"', 412, 'version_mismatch'],
    ['t1', 'k-2', JSON_TYPE, UNKNOWN_REASON, accepted, '"2"', 409, 'invalid_transition'],
    ['t1', 'k-3', JSON_TYPE, UNKNOWN_REASON, waiting, '"1"', 422, 'invalid_content'],
    ['t1', 'k-4', JSON_TYPE, KNOWN_REASON, waiting, '"1"', 200, null],
  ];
  for (const [as, key, type, payload, id, ifMatch, status, code] of rows) {
    const answer = await app.raw({
      method: 'POST',
      url: `/v1/referrals/${id}/reject`,
      payload,
      headers: {
        'content-type': type,
        'if-match': ifMatch,
        ...(as !== null && { authorization: `Bearer ${await app.keyOf(as)}` }),
        ...(key !== null && { 'idempotency-key': key }),
      },
    });
    t.equal(answer.status, status, `${status} ${code}: ${answer.text.slice(0, 200)}`);
    if (code !== null) t.equal(problem(answer).code, code);
  }
});

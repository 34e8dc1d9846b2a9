import t from 'tap';
import { createReferralClient, type ReferralClient, type Schemas } from 'referral-router/client';
import { startApp } from '../kit/app.js';
import { downReferral, fill, sessionOn, upReferral } from '../kit/network.js';

/** The generated client as a hospital's system uses it: over a real socket, against the app that production runs. */

/** The data of a good answer. */
async function good<D>(answer: Promise<{ data?: D; error?: unknown; response: Response }>): Promise<D> {
  const { data, error, response } = await answer;
  if (data === undefined) throw new Error(`${response.status} ${JSON.stringify(error)}`);
  return data;
}

const by = (id: string) => ({ params: { path: { id } } });
const FEEDBACK: Schemas['CompleteInput']['feedback'] = { diagnosis: [{ code: 'I20.9', system: 'ICD-10', name: '心绞痛' }], treatment: '药物治疗', outcome: 'improved' };

async function arriveAndReceive(receiver: ReferralClient, id: string): Promise<Schemas['Referral']> {
  await good(receiver.POST('/v1/referrals/{id}/arrive', { ...by(id), body: {} }));
  return good(receiver.POST('/v1/referrals/{id}/receive', { ...by(id), body: { manager: { code: 'D001', name: '林医生' } } }));
}

t.test('up: from a free place to the feedback', async (t) => {
  const app = await startApp(t);
  await fill(app.store, 't1-expert', sessionOn('2018-03-01', 10, 10));
  const [clinic, hospital] = [await app.client('p1'), await app.client('t1')];
  const free = await good(clinic.GET('/v1/availability', { params: { query: { from: '2018-03-01', to: '2018-03-01', kind: 'clinic', sourceInstitutionId: 'p1' } } }));
  const [{ poolId, startsAt } = { poolId: '', startsAt: '' }] = free.data;
  t.equal(poolId, 't1-expert');

  const referral = await good(clinic.POST('/v1/referrals', { body: { ...upReferral(1), reserve: { items: [{ poolId, startsAt }] } } }));
  t.equal(referral.status, 'submitted');
  const [reservationId = ''] = referral.reservationIds;
  const reservation = await good(clinic.POST('/v1/reservations/{id}/confirm', { ...by(reservationId), body: {} }));
  t.equal(reservation.state, 'confirmed');
  t.equal((await good(hospital.GET('/v1/referrals/{id}', by(referral.id)))).status, 'scheduled');

  t.equal((await arriveAndReceive(hospital, referral.id)).status, 'in-care');
  const done = await good(hospital.POST('/v1/referrals/{id}/complete', { ...by(referral.id), body: { feedback: FEEDBACK } }));
  t.equal(done.status, 'completed');
  t.strictSame((await good(clinic.GET('/v1/referrals/{id}', by(referral.id)))).feedback, FEEDBACK, 'the sender reads what became of the patient');
});

t.test('down: not without a follow-up, and the refusal has the types of a problem', async (t) => {
  const app = await startApp(t);
  const [hospital, clinic] = [await app.client('t1'), await app.client('p1')];
  const { id } = await good(hospital.POST('/v1/referrals', { body: downReferral(1) }));
  await arriveAndReceive(clinic, id);
  const early = await clinic.POST('/v1/referrals/{id}/complete', { ...by(id), body: { feedback: FEEDBACK } });
  t.strictSame([early.response.status, early.error?.code, early.error?.retryable], [409, 'follow_up_missing', false]);
  await good(clinic.POST('/v1/follow-ups', { body: { referralId: id, state: 'done', at: '2018-03-01T09:00:00+08:00', content: '血压 128/80 mmHg' } }));
  const done = await good(clinic.POST('/v1/referrals/{id}/complete', { ...by(id), body: { feedback: FEEDBACK } }));
  t.equal(done.status, 'completed');
});

t.test('a change of a draft that names no urgency leaves it as it was', async (t) => {
  const app = await startApp(t);
  const clinic = await app.client('p1');
  const draft = await good(clinic.POST('/v1/referrals', { body: { ...upReferral(1), urgency: 'urgent', draft: true } }));
  const changed = await good(clinic.PATCH('/v1/referrals/{id}', { ...by(draft.id), body: { allergies: '青霉素' } }));
  t.strictSame([changed.urgency, changed.allergies], ['urgent', '青霉素']);
});

t.test('a lost answer is asked for again under the same key: carried out once', async (t) => {
  const app = await startApp(t);
  const keys: (string | null)[] = [];
  const lossy = createReferralClient({
    baseUrl: await app.listen(),
    key: await app.keyOf('p1'),
    async fetch(request) {
      keys.push(request.headers.get('idempotency-key'));
      const response = await fetch(request);
      if (keys.length > 1) return response;
      await response.arrayBuffer();
      throw new TypeError('the connection was lost after the service had done its work');
    },
  });
  const { data, response } = await lossy.POST('/v1/referrals', { body: upReferral(1) });
  t.strictSame([response.status, response.headers.get('idempotency-replayed')], [201, 'true']);
  t.equal(keys.length, 2);
  t.equal(keys[0], keys[1]);
  const { data: all } = await good(lossy.GET('/v1/referrals', { params: { query: {} } }));
  t.strictSame(all.map(({ id }) => id), [data?.id]);
});

t.test('a client of several institutions names the one that it acts for', async (t) => {
  const app = await startApp(t);
  const key = await app.makeKey({ name: 'county', institutionIds: ['p1', 'p2'], roles: ['clerk'] });
  const baseUrl = await app.listen();
  const unnamed = await createReferralClient({ baseUrl, key }).GET('/v1/referrals', { params: { query: {} } });
  t.strictSame([unnamed.response.status, unnamed.error?.code], [400, 'act_for_required']);
  const named = createReferralClient({ baseUrl, key, actFor: 'p1' });
  t.equal((await good(named.POST('/v1/referrals', { body: upReferral(1) }))).sourceInstitutionId, 'p1');
  const other = await createReferralClient({ baseUrl, key, actFor: 't1' }).GET('/v1/referrals', { params: { query: {} } });
  t.equal(other.response.status, 403);
});

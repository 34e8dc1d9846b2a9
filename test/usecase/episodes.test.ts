import t from 'tap';
import type { QuoteInput } from '../../src/contract/insurance.js';
import { getEpisodes } from '../../src/usecase/insurance/get-episodes.js';
import { getStay } from '../../src/usecase/insurance/get-stay.js';
import { putAccumulator } from '../../src/usecase/insurance/put-accumulator.js';
import { quoteDeductible } from '../../src/usecase/insurance/quote-deductible.js';
import { reassessStay } from '../../src/usecase/insurance/reassess-stay.js';
import type { Actor } from '../../src/usecase/ports.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { INSURER, insured, march, put, sendDown, sendUp, stayOf, stored, told, tryPut, under, writePolicy } from '../kit/ledger.js';
import { everything, must } from '../kit/life.js';
import { codeOf, pointersOf, REGULATOR } from '../kit/network.js';

function goTo(city: City, day: number): void {
  city.clock.set(Date.parse(march(day, 18)));
}

const one = insured(1);
const AFAR: Actor = { ...INSURER, clientId: 'afar', area: '440600' };

/** A patient who was at p1, was referred up to t1, and is on the way down to p2. */
async function lived(t: Parameters<typeof City.found>[0]) {
  const city = await City.found(t);
  await writePolicy(city);
  goTo(city, 4);
  const first = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const up = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const second = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(up)));
  const down = await sendDown(city, one, 't1', 'p2');
  return { city, first: first.stay, second: second.stay, up, down, patientId: first.stay.patientId };
}

t.test('the chain of a patient: every leg with its deductible, ratio, fund and personal share, and its steps', async (t) => {
  const { city, first, second, patientId } = await lived(t);
  const visit = await put(city, 't1', 'V', stayOf(one, 8, 100, { kind: 'outpatient' }));
  const shown = await city.ask('t1', getEpisodes, { patientId });
  t.match(shown, {
    patientId,
    episodes: [{ episode: first.id, stays: [first.id, second.id], highestStandardFen: 100_000, deductibleFen: 100_000, fundFen: 247_500 + 2_340_000, provisional: false }],
    standings: [
      { stay: { id: first.id }, outcome: { deductibleFen: 25_000, ratioBp: 9_000, fundFen: 247_500, personalFen: 52_500 }, effect: { came: 'unreferred' } },
      { stay: { id: second.id }, outcome: { deductibleFen: 75_000, ratioBp: 8_000, fundFen: 2_340_000, personalFen: 660_000, linkedTo: first.id }, effect: { came: 'referred', unreferredDeductibleFen: 100_000 } },
      { stay: { id: visit.stay.id }, unassessed: 'no-benefit-row' },
    ],
  });
});

t.test('who may see the chain: an open referral or a stay, and the insurer of the area; nobody else', async (t) => {
  const { city, patientId, first } = await lived(t);
  const rows: readonly (readonly [string, string | Actor, boolean])[] = [
    ['the hospital of a stay', 't1', true],
    ['the centre of an ended stay', 'p1', true],
    ['the receiver of an open referral', 'p2', true],
    ['the insurer', INSURER, true],
    ['an institution of the same consortium', 's1', false],
    ['a hospital elsewhere', 't2', false],
    ['the insurer of another prefecture', AFAR, false],
    ['the regulator', REGULATOR, false],
  ];
  for (const [who, actor, may] of rows) t.equal(codeOf(await city.ask(actor, getEpisodes, { patientId })), may ? undefined : 'not_found', who);
  t.equal(codeOf(await city.ask('t1', getEpisodes, { patientId: '0161df12-b280-7fff-9131-ffffffffffff' })), 'not_found');

  t.match(await city.ask(INSURER, getStay, { id: first.id }), { stay: { id: first.id }, entries: [{ deltaFen: 25_000 }] });
  for (const [who, actor] of [['another hospital', 't1'], ['another insurer', AFAR], ['the regulator', REGULATOR]] as const) {
    t.equal(codeOf(await city.ask(actor, getStay, { id: first.id })), 'not_found', who);
  }
});

t.test('the insurer sees the stays that it insures, the hospital all of them', async (t) => {
  const { city, patientId } = await lived(t);
  await put(city, 't1', 'C', stayOf({ ...one, insurance: { area: '440600', scheme: 'employee', personKind: 'active' } }, 8, null));
  const count = async (actor: string | Actor) => {
    const shown = await city.ask(actor, getEpisodes, { patientId });
    return 'standings' in shown ? shown.standings.length : codeOf(shown);
  };
  t.same([await count('t1'), await count(INSURER), await count(AFAR)], [3, 2, 1]);
});

t.test('a voided stay, a cancelled referral and one that has lapsed open no door', async (t) => {
  const { city, patientId, down } = await lived(t);
  await put(city, 't2', 'X', stayOf(one, 8, null));
  t.equal(codeOf(await city.ask('t2', getEpisodes, { patientId })), undefined);
  await put(city, 't2', 'X', stayOf(one, 8, null, { voided: true, sourceVersion: 2 }));
  t.equal(codeOf(await city.ask('t2', getEpisodes, { patientId })), 'not_found');
  await must(city, down, 'cancel');
  t.equal(codeOf(await city.ask('p2', getEpisodes, { patientId })), 'not_found');
});

const ask = (patientId: string, institutionId: string, arrival: QuoteInput['arrival'], more: Partial<QuoteInput> = {}): QuoteInput => ({
  patientId, institutionId, admittedAt: march(10), arrival, ...more,
});

t.test('a quote says before the admission what the stay will bear', async (t) => {
  const { city, patientId, first, second, down } = await lived(t);
  const rows = city.store.read((reads) => reads.lastSeq());
  const cases = [
    ['down, under the referral that was sent', 'p2', ask(patientId, 'p2', { via: 'referral', referralId: down.id }), { deductibleFen: 0, linkedTo: second.id }, { came: 'referred', unreferredDeductibleFen: 25_000 }],
    ['by its number', 'p2', ask(patientId, 'p2', { via: 'referral', referralNo: down.referralNo }), { deductibleFen: 0 }, {}],
    ['by himself', 'p2', ask(patientId, 'p2', { via: 'none' }), { deductibleFen: 25_000, linkedTo: null }, { came: 'unreferred' }],
    ['as an emergency', 'p2', ask(patientId, 't2', { via: 'emergency' }), { deductibleFen: 100_000 }, { came: 'emergency' }],
    ['what a referral that p1 sent now would be worth', 'p1', ask(patientId, 's1', { via: 'referral' }), { deductibleFen: 25_000, linkedTo: first.id }, { came: 'referred', unreferredDeductibleFen: 50_000 }],
    ['and one that leaves the consortium', 'p1', ask(patientId, 's2', { via: 'referral' }), { deductibleFen: 50_000, linkedTo: null }, {}],
    ['the insurer asks too', INSURER, ask(patientId, 'p2', { via: 'referral', referralId: down.id }), { deductibleFen: 0 }, {}],
  ] as const;
  for (const [what, by, body, outcome, effect] of cases) t.match(await city.ask(by, quoteDeductible, body), { outcome: { ...outcome, provisional: true }, effect }, what);
  t.match(await city.ask('p2', quoteDeductible, ask(patientId, 'p2', { via: 'referral', referralId: down.id })), {
    episode: { episode: first.id, stays: [first.id, second.id, 'quote'], deductibleFen: 100_000 }, before: [{ key: first.id }, { key: second.id }],
  });
  t.equal(await city.lastSeq(), await rows, 'nothing is stored');
});

t.test('what a quote cannot be made of is refused with a pointer', async (t) => {
  const { city, patientId, up, down } = await lived(t);
  const none = { via: 'none' } as const;
  const other = await sendUp(city, insured(2), 'p1', 't1');
  const foreign = await put(city, 'p2', 'F', stayOf(insured(7, null), 8, null));
  const cases = [
    ['an unknown institution', 't1', ask(patientId, 'nowhere', none), 'invalid_content', ['/institutionId']],
    ['a referral beside another way', 't1', ask(patientId, 'p2', { via: 'none', referralId: down.id }), 'invalid_content', ['/arrival/via']],
    ['a referral to another institution', 't1', ask(patientId, 'p2', { via: 'referral', referralId: up.id }), 'invalid_content', ['/arrival/referralId']],
    ['a referral of another person', 't1', ask(patientId, 't1', { via: 'referral', referralId: other.id }), 'invalid_content', ['/arrival/referralId']],
    ['a referral that is hidden', 'p2', ask(patientId, 't1', { via: 'referral', referralNo: up.referralNo }), 'invalid_content', ['/arrival/referralNo']],
    ['a referral that the insurer does not name', INSURER, ask(patientId, 't1', { via: 'referral' }), 'invalid_content', ['/arrival/referralId']],
    ['a referral to oneself', 't1', ask(patientId, 't1', { via: 'referral' }), 'invalid_content', ['/institutionId']],
    ['before there was a policy', 't1', ask(patientId, 'p2', none, { admittedAt: '2017-12-31T23:59:59+08:00' }), 'no_policy', []],
    ['a level without a row', 't1', ask(patientId, 'v1', none), 'no_policy', []],
    ['a patient whose insurance nobody states', 'p2', ask(foreign.stay.patientId, 'p2', none), 'no_policy', []],
    ['a patient whom the caller does not know', 't2', ask(patientId, 'p2', none), 'not_found', []],
  ] as const;
  for (const [what, by, body, code, pointers] of cases) {
    const outcome = await city.ask(by, quoteDeductible, body);
    t.same([codeOf(outcome), pointersOf(outcome)], [code, pointers], what);
  }
});

t.test('what the insurer states of stays elsewhere enters the year', async (t) => {
  const city = await City.found(t);
  await writePolicy(city, 'employee', policyInput({ repeatStay: { kind: 'percent-off', bp: 5_000, from: 2 } }));
  goTo(city, 9);
  const { stay } = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const state = (body: object, year = 2018, by: Actor = INSURER) =>
    city.do(by, putAccumulator, { patientId: stay.patientId, year, body: { stays: 1, borneFen: 30_000, paidFen: 100_000, asOf: '2018-03-08', ...body } });
  t.match(await state({}), { created: true, applied: true });
  t.same(await told(city, stay), ['assessment 250 stay-recorded', 'adjustment -125 outside-stays-stated']);
  t.match(await city.ask(INSURER, getEpisodes, { patientId: stay.patientId }), { standings: [{ outcome: { outside: { stays: 1, asOf: '2018-03-08' } } }] });

  const rows = await everything(city);
  t.match(await state({}), { created: false, applied: true }, 'the same again');
  t.match(await state({ asOf: '2018-03-07', stays: 5 }), { applied: false, accumulator: { stays: 1 } }, 'an older one');
  const refused = [
    ['borne without a stay', { stays: 0 }, 2018, INSURER, ['/borneFen']],
    ['of a day to come', { asOf: '2018-03-10' }, 2018, INSURER, ['/asOf']],
    ['older than its year', { asOf: '2017-12-31' }, 2018, INSURER, ['/asOf']],
    ['by whom the patient is not insured', {}, 2018, AFAR, []],
    ['by who insures nobody', {}, 2018, REGULATOR, []],
  ] as const;
  for (const [what, body, year, by, pointers] of refused) {
    const outcome = await state(body, year, by);
    t.same([codeOf(outcome), pointersOf(outcome)], [pointers.length > 0 ? 'invalid_content' : 'not_found', pointers], what);
  }
  t.same(await everything(city), rows, 'and nothing at all changed');
  await state({ stays: 0, borneFen: 0, asOf: '2018-03-09' });
  t.equal((await stored(city, stay)).figures?.deductibleFen, 25_000);
});

t.test('only the insurer, and only by saying so with a reason, has a stay assessed by a later policy', async (t) => {
  const { city, first, second } = await lived(t);
  await writePolicy(city, 'employee', policyInput({ benefits: policyInput().benefits.map((row) => ({ ...row, deductibleFen: row.deductibleFen / 2 })) }));
  const again = (id: string, reasonCode = 'policy-corrected', by: string | Actor = INSURER) => city.do(by, reassessStay, { id, reasonCode });
  t.equal((await stored(city, second)).policyVersion, 1);
  t.match(await again(second.id), { stay: { policyVersion: 2, figures: { deductibleFen: 25_000 } } });
  t.same(await told(city, second), ['assessment 750 stay-recorded', 'adjustment -500 reassessment']);
  t.equal((await stored(city, first)).policyVersion, 1, 'the other keeps its own');
  t.match(await stored(city, second), { settled: { deductibleFen: 75_000 } });
  t.match((await city.events(0, 'stay.reassessed')).map(({ data }) => data), [{ reasonCode: 'policy-corrected', policyVersion: 2, before: { policyId: 'employee', policyVersion: 1 } }]);

  t.same([codeOf(await again(second.id, 'because')), pointersOf(await again(second.id, 'because'))], ['invalid_content', ['/reasonCode']]);
  for (const by of ['t1', AFAR, REGULATOR]) t.equal(codeOf(await again(second.id, 'audit', by)), 'not_found');
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { voided: true, sourceVersion: 2 }));
  t.equal(codeOf(await again(first.id)), 'invalid_transition');
  await writePolicy(city, 'employee', policyInput({ validUntil: '2018-01-31' }));
  t.equal(codeOf(await again(second.id)), 'no_policy');
});

t.test('a referral names a stay of its patient as the one before, or none', async (t) => {
  const { city, first } = await lived(t);
  const other = await put(city, 'p1', 'Z', stayOf(insured(2), 2, null));
  const send = (fromStayId: string) => sendUp(city, one, 'p1', 's1', { fromStayId, diagnosis: [{ code: 'K29.5', system: 'ICD-10', name: '慢性胃炎' }] });
  for (const id of [other.stay.id, 'ZY-1']) await t.rejects(send(id), /fromStayId|invalid_content/, id);
  t.match(await send(first.id), { status: 'submitted' });
});

t.test('the record of a stay that contradicts itself or another is refused, and nothing at all changed', async (t) => {
  const { city, up } = await lived(t);
  const other = await sendUp(city, insured(2), 'p1', 't1');
  const rows = await everything(city);
  const cases = [
    ['discharge before admission', 't1', { dischargedAt: march(4) }, ['/dischargedAt']],
    ['discharge in the future', 't1', { dischargedAt: march(29) }, ['/dischargedAt']],
    ['admission in the future', 't1', { admittedAt: march(29), dischargedAt: march(30) }, ['/admittedAt', '/dischargedAt']],
    ['eligible above total', 't1', { settlement: { totalFen: 1, eligibleFen: 2 } }, ['/settlement/eligibleFen']],
    ['the referral of another person', 't1', under(other), ['/arrival/referralId']],
    ['a referral to another institution', 's1', under(up), ['/arrival/referralId']],
  ] as const;
  for (const [what, by, more, pointers] of cases) {
    const outcome = await tryPut(city, by, 'N', stayOf(one, 5, 100, more));
    t.same([codeOf(outcome), pointersOf(outcome)], ['invalid_content', pointers], what);
  }
  t.same(await everything(city), rows);
});

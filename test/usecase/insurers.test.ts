import t from 'tap';
import { getEpisodes } from '../../src/usecase/insurance/get-episodes.js';
import { putAccumulator } from '../../src/usecase/insurance/put-accumulator.js';
import { quoteDeductible } from '../../src/usecase/insurance/quote-deductible.js';
import type { Actor } from '../../src/usecase/ports.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { INSURER, insured, march, put, sendUp, stayOf, stored, under, writePolicy } from '../kit/ledger.js';
import { everything } from '../kit/life.js';
import { codeOf } from '../kit/network.js';

/** Who is insured by whom, and for which stays an insurer speaks. */

const AFAR: Actor = { ...INSURER, clientId: 'afar', area: '440600' };
const one = insured(1);
const moved = insured(1, { area: '440600', scheme: 'employee', personKind: 'active' });
const CAPPED = { annualCapFen: 4_000_000 } as const;

async function found(t: Parameters<typeof City.found>[0]): Promise<City> {
  const city = await City.found(t);
  await writePolicy(city, 'employee', policyInput(CAPPED));
  await writePolicy(city, 'afar', policyInput({ ...CAPPED, area: '440600' }));
  city.clock.set(Date.parse(march(12, 18)));
  return city;
}

const state = (city: City, by: Actor, patientId: string, paidFen: number, stays = 1) =>
  city.do(by, putAccumulator, { patientId, year: 2018, body: { stays, borneFen: 0, paidFen, asOf: '2018-03-10' } });

t.test('a voided stay makes nobody the insurer of its patient: for its insurer the patient does not exist, and nothing is written', async (t) => {
  const city = await found(t);
  const { stay } = await put(city, 's1', 'A', stayOf(one, 2, 60_000));
  t.match(await stored(city, stay), { settled: { fundFen: 4_000_000 } });
  await put(city, 'p1', 'B', stayOf(moved, 5, 3_000));
  t.not(codeOf(await city.ask(AFAR, getEpisodes, { patientId: stay.patientId })), 'not_found', 'while it stands it does');
  await put(city, 'p1', 'B', stayOf(moved, 5, 3_000, { voided: true, sourceVersion: 2 }));
  const rows = await everything(city);
  t.equal(codeOf(await state(city, AFAR, stay.patientId, 3_990_000, 5)), 'not_found');
  t.equal(codeOf(await city.ask(AFAR, getEpisodes, { patientId: stay.patientId })), 'not_found');
  t.equal(codeOf(await city.ask(AFAR, quoteDeductible, { patientId: stay.patientId, institutionId: 's1', admittedAt: march(12), arrival: { via: 'none' } })), 'not_found');
  t.same(await everything(city), rows);
});

/** who states what was paid elsewhere, in fen · what is left for the stay of the city, and for that of the other prefecture */
const STATED: readonly (readonly [string, readonly (readonly [Actor, number])[], number, number])[] = [
  ['nobody', [], 2_320_000, 2_320_000],
  ['the insurer of the one', [[INSURER, 3_990_000]], 10_000, 2_320_000],
  ['the insurer of the other', [[AFAR, 3_990_000]], 2_320_000, 10_000],
  ['both, each for its own', [[INSURER, 3_000_000], [AFAR, 3_500_000]], 1_000_000, 500_000],
];

t.test('what an insurer states of stays elsewhere counts for the stays that it pays for, and for no other', async (t) => {
  for (const [who, statements, here, there] of STATED) {
    const city = await found(t);
    const patientId = (await put(city, 't1', 'A', stayOf(one, 2, 30_000))).stay.patientId;
    await put(city, 'p1', 'Z', stayOf(moved, 10, null));
    for (const [by, paidFen] of statements) t.match(await state(city, by, patientId, paidFen), { applied: true }, who);
    const a = await put(city, 't1', 'A', stayOf(one, 2, 30_000, { sourceVersion: 2, dischargedAt: march(6) }));
    t.equal((await stored(city, a.stay)).figures?.fundFen, here, `${who}: the city`);
    await put(city, 't1', 'A', stayOf(moved, 2, 30_000, { sourceVersion: 3 }));
    t.equal((await stored(city, a.stay)).figures?.fundFen, there, `${who}: the other prefecture, whose patient it turns out to be`);
  }
});

t.test('an insurer is shown what it stated and the stays that it pays for, in the chain and in a quote; a hospital the whole', async (t) => {
  const city = await found(t);
  const first = await put(city, 'p1', 'A', stayOf(moved, 2, 3_000));
  const up = await sendUp(city, one, 'p1', 't1', { occurredAt: march(4), retroReason: '补录' });
  const second = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(up)));
  const { patientId } = first.stay;
  await state(city, INSURER, patientId, 100);
  await state(city, AFAR, patientId, 200);
  const areas = async (by: Actor | string) => {
    const shown = await city.ask(by, getEpisodes, { patientId });
    return 'outside' in shown ? [...shown.outside].map(([area, years]) => `${area} ${years.get(2018)?.paidFen}`).sort() : shown.code;
  };
  t.same([await areas(INSURER), await areas(AFAR), await areas('t1')], [['440100 100'], ['440600 200'], ['440100 100', '440600 200']]);

  const quoted = async (by: Actor | string) => {
    const lateral = await city.ask(by, quoteDeductible, { patientId, institutionId: 't2', admittedAt: march(12), arrival: { via: 'referral', referralId: on.id } });
    if (!('before' in lateral)) throw new Error(lateral.code);
    return [lateral.before.map(({ key }) => key), lateral.episode?.stays, lateral.episode?.personalFen];
  };
  const on = await sendUp(city, one, 't1', 't2', { direction: 'lateral' });
  t.same(await quoted('t1'), [[first.stay.id, second.stay.id], [first.stay.id, second.stay.id, 'quote'], 52_500 + 660_000]);
  t.same(await quoted(INSURER), [[second.stay.id], [second.stay.id, 'quote'], 660_000], 'the stay of the other insurer is not for this one to read');
});

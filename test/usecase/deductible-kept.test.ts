import t from 'tap';
import type { PolicyInput } from '../../src/contract/insurance.js';
import type { StayInput } from '../../src/contract/stay.js';
import { stayView } from '../../src/http/present/ledger.js';
import { getStay } from '../../src/usecase/insurance/get-stay.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { insured, march, put, sendUp, stayOf, stored, sumOf, told, under, writePolicy } from '../kit/ledger.js';

/** What a stay keeps through a moment in which it counts for nothing: the version of its policy, and what was settled. */

const one = insured(1);

/** how a HIS may send it once by mistake · what the stay then is not */
const MOMENTS: readonly (readonly [string, Partial<StayInput>])[] = [
  ['without insurance', { patient: insured(1, null) }],
  ['of another kind of person', { patient: insured(1, { area: '440100', scheme: 'employee', personKind: 'retired' }) }],
  ['insured where no policy is known', { patient: insured(1, { area: '440600', scheme: 'employee', personKind: 'active' }) }],
  ['admitted before there was a policy', { admittedAt: '2017-12-30T08:00:00+08:00' }],
  ['voided', { voided: true }],
  ['voided, without what was settled', { voided: true, settlement: undefined }],
  ['voided and without insurance', { voided: true, patient: insured(1, null) }],
];

t.test('a moment without assessment ends neither the version of the first nor what was settled', async (t) => {
  for (const [how, mistake] of MOMENTS) {
    await t.test(how, async (t) => {
      const city = await City.found(t);
      await writePolicy(city);
      city.clock.set(Date.parse(march(12, 18)));
      const { stay } = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
      const before = await stored(city, stay);
      const dearer: PolicyInput = policyInput({ benefits: policyInput().benefits.map((row) => ({ ...row, deductibleFen: 2_000 })) });
      await writePolicy(city, 'employee', dearer);
      await put(city, 'p1', 'A', { ...stayOf(one, 2, 3_000, { sourceVersion: 2 }), ...mistake });
      t.match(await stored(city, stay), { figures: null, policyId: 'employee', policyVersion: 1 });
      t.equal(await sumOf(city, stay), 0, 'meanwhile it bears nothing');
      await writePolicy(city, 'employee', { ...dearer, provenance: { status: 'illustrative', citation: '再改' } });
      t.match(await stored(city, stay), { figures: null }, 'nor does a policy that arrives wake it');
      await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { sourceVersion: 3 }));
      const { figures, settled, policyVersion } = await stored(city, stay);
      t.same({ figures, settled, policyVersion }, { figures: before.figures, settled: before.settled, policyVersion: 1 });
      t.same(await told(city, stay), ['assessment 250 stay-recorded', `reversal -250 ${mistake.voided ? 'stay-voided' : 'stay-recorded'}`, 'assessment 250 stay-recorded']);
    });
  }
});

t.test('a stay whose first policy fits no more waits for another and is found when that arrives', async (t) => {
  const city = await City.found(t);
  await writePolicy(city);
  city.clock.set(Date.parse(march(12, 18)));
  const { stay } = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  await put(city, 'p1', 'A', stayOf(insured(1, { area: '440600', scheme: 'employee', personKind: 'active' }), 2, 3_000, { sourceVersion: 2 }));
  await writePolicy(city, 'afar', policyInput({ area: '440600' }));
  t.match(await stored(city, stay), { policyId: 'afar', policyVersion: 1, figures: { deductibleFen: 25_000 } });
});

t.test('what was settled is kept while a stay is void, shown to nobody and charged to nobody; what is owed comes back with it', async (t) => {
  const city = await City.found(t);
  await writePolicy(city);
  city.clock.set(Date.parse(march(12, 18)));
  const referral = await sendUp(city, one, 'p1', 't1', { occurredAt: march(4), retroReason: '补录' });
  const { stay } = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const shown = async () => {
    const found = await city.ask('t1', getStay, { id: stay.id });
    if (!('stay' in found)) throw new Error(found.code);
    const { settled, owedFen } = await city.store.read((reads) => Promise.resolve(stayView(found, reads, { applied: true })));
    return [settled?.fundFen ?? null, owedFen];
  };
  const charged = async () => {
    const days = await city.store.read((reads) => reads.charged({ insuredArea: '440100', scheme: 'employee', date: '2018-03-05', from: Date.parse(march(5, 0)), until: Date.parse(march(6, 0)), by: 'districts' }));
    return days.reduce((sum, { fundFen }) => sum + fundFen, 0);
  };
  t.same([await shown(), await charged()], [[2_320_000, 20_000], 2_320_000]);
  await put(city, 't1', 'B', stayOf(one, 5, 30_000, { ...under(referral), voided: true, sourceVersion: 2 }));
  t.same([await shown(), await charged()], [[null, 0], 0]);
  await put(city, 't1', 'B', stayOf(one, 5, 30_000, { ...under(referral), sourceVersion: 3 }));
  t.same([await shown(), await charged()], [[2_320_000, 20_000], 2_320_000]);
  const retired = insured(1, { area: '440100', scheme: 'employee', personKind: 'retired' });
  await put(city, 't1', 'B', stayOf(retired, 5, 30_000, { ...under(referral), sourceVersion: 4 }));
  t.match([await stored(city, stay), await charged()], [{ figures: null }, 2_320_000]);
  await put(city, 't1', 'B', stayOf(retired, 5, 30_000, { ...under(referral), voided: true, sourceVersion: 5 }));
  t.equal(await charged(), 0, 'also of one that was not assessed when it was voided');
});

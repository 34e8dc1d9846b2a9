import t from 'tap';
import type { ContractInput } from '../../src/contract/contract.js';
import { getContract, putContract } from '../../src/usecase/network/put-contract.js';
import { City } from '../kit/city.js';
import { insured } from '../kit/ledger.js';
import { everything } from '../kit/life.js';
import { codeOf, pointersOf } from '../kit/network.js';

/** 家庭医生签约 (Xinhui 2017, line 21). */

const contract = (n: number, more: Partial<ContractInput> = {}): ContractInput => ({
  institutionId: 'p1', patient: insured(n), team: { name: '花城全科一队', leader: { code: 'P1-01', name: '陈全科' } }, from: '2018-01-01', ...more,
});
const put = (city: City, id: string, body: ContractInput, by = 'p1') => city.do(by, putContract, { id, body });

t.test('a contract is written under the team’s own id as often as it changes; the same again changes nothing', async (t) => {
  const city = await City.found(t);
  const first = await city.must('p1', putContract, { id: 'QY-1', body: contract(1, { tags: ['elderly', 'hypertension'] }) });
  t.match(first, { created: true, contract: { version: 1, institutionId: 'p1', until: null, tags: ['elderly', 'hypertension'] } });
  const before = await everything(city);
  t.match(await put(city, 'QY-1', contract(1, { tags: ['elderly', 'hypertension'] })), { created: false, contract: { version: 1 } });
  t.strictSame(await everything(city), before);
  t.match(await put(city, 'QY-1', contract(1, { until: '2018-12-31' })), { created: false, contract: { version: 2, until: '2018-12-31', tags: [] } });
  t.match(await city.ask('p1', getContract, { id: 'QY-1' }), { version: 2, patientId: first.contract.patientId });
  t.same((await city.events(0, 'contract.written')).map(({ data, institutionIds }) => [data, institutionIds]), [
    [{ version: 1, from: '2018-01-01', until: null }, ['p1']],
    [{ version: 2, from: '2018-01-01', until: '2018-12-31' }, ['p1']],
  ]);
});

t.test('a person is one person, whoever has a contract, a stay or a referral of him', async (t) => {
  const city = await City.found(t);
  const referral = await city.refer(1, { patient: insured(1) });
  const { contract: made } = await city.must('p1', putContract, { id: 'QY-1', body: contract(1) });
  t.equal(made.patientId, referral.patientId);
});

t.test('a contract of another institution does not exist, and nobody signs for another', async (t) => {
  const city = await City.found(t);
  await city.must('p1', putContract, { id: 'QY-1', body: contract(1) });
  t.equal(codeOf(await city.ask('p2', getContract, { id: 'QY-1' })), 'not_found');
  t.equal(codeOf(await city.ask('p1', getContract, { id: 'QY-2' })), 'not_found');
  t.equal(codeOf(await put(city, 'QY-1', contract(1, { institutionId: 'p2' }), 'p2')), 'not_found');
  t.equal(codeOf(await put(city, 'QY-3', contract(1, { institutionId: 'p2' }))), 'wrong_party');
});

/** what is wrong · the contract · where */
const WRONG: readonly (readonly [string, Partial<ContractInput>, readonly string[]])[] = [
  ['it ends before it begins', { until: '2017-12-31' }, ['/until']],
  ['a tag twice', { tags: ['child', 'child'] }, ['/tags/1']],
  ['a number that nobody has', { patient: { ...insured(1), idNumber: '510623199001010011' } }, ['/patient/idNumber']],
];

t.test('a contract that contradicts itself is refused with a pointer, and nothing at all is written', async (t) => {
  const city = await City.found(t);
  const before = await everything(city);
  for (const [what, more, at] of WRONG) t.same(pointersOf(await put(city, 'QY-1', contract(1, more))), at, what);
  t.strictSame(await everything(city), before);
});

t.test('who the person is stands sealed', async (t) => {
  const city = await City.found(t);
  await city.must('p1', putContract, { id: 'QY-1', body: contract(1) });
  const rows = JSON.stringify((await everything(city))['contract']);
  for (const secret of [insured(1).name, insured(1).idNumber!, insured(1).phone!]) t.notOk(rows.includes(secret));
});

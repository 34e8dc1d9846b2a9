import t from 'tap';
import { STEP_CODES, type StepCode } from '../../src/contract/vocabulary.js';
import type { Step } from '../../src/domain/assessment.js';
import { assess } from '../../src/domain/deductible.js';
import { sentenceOf } from '../../src/domain/step-sentence.js';
import { assessed, chainOf, plainRules, type Leg, type PolicyChange } from '../kit/insurance.js';

/** What a clerk reads to a patient: each step of some lives, word for word. */

const clinic = [...plainRules().benefits, { personKind: 'active' as const, level: 'tertiary' as const, visitType: 'outpatient' as const, deductibleFen: 5_000, ratioBp: 4_550 }];
const stated = new Map([[2018, { stays: 2, borneFen: 40_000, paidFen: 90_000, asOf: '2018-02-28' }]]);

function stepsOf(change: PolicyChange, ...legs: readonly Leg[]): readonly Step[] {
  return assess(chainOf(plainRules(change), 'active', legs), change.annualCapFen ? new Map([[plainRules().area, stated]]) : undefined).at(-1)!.steps;
}

const UP: readonly [Leg, Leg] = [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }];
const YEAR: PolicyChange = { referral: { window: 'insurance-year', onUp: 'zero' } };

/** The life in which each step is said, and what is said. */
const SAID: Readonly<Record<StepCode, readonly [steps: readonly Step[], zh: string]>> = {
  'no-policy': [stepsOf({}, { at: 'primary', policy: null }), '没有适用于其参保地、险种和入院日期的医保政策，本次暂不计算。'],
  'no-benefit-row': [stepsOf({}, { at: 'provincial' }), '政策没有在职职工在省级医院的待遇标准，本次暂不计算。'],
  outpatient: [stepsOf({ benefits: clinic }, { at: 'tertiary', kind: 'outpatient', yuan: 200 }), '三级医院门诊起付标准 50.00 元；门诊不与住院连续计算起付线。'],
  standard: [stepsOf({}, { at: 'tertiary', yuan: 2_000 }), '在职职工在三级医院住院，起付标准 1000.00 元。'],
  fixed: [stepsOf({ fixed: [{ when: 'day-surgery', deductibleFen: 50_050 }] }, { at: 'tertiary', kind: 'day-surgery', yuan: 2_000 }), '日间手术按固定起付标准 500.50 元计，不按 1000.00 元。'],
  'referral-used': [
    assess(chainOf(plainRules(), 'active', [...UP, { at: 'tertiary', yuan: 9_000 }]).map((stay, i) => (i === 2 ? { ...stay, arrival: { via: 'none' as const, usedBy: '2' } } : stay))).at(-1)!.steps,
    '所注明的转诊已用于此前一次到院（2），本次按未经转诊计算。',
  ],
  'not-referred': [stepsOf({}, { at: 'tertiary', yuan: 2_000 }), '本次未经转诊入院，不适用转诊的起付线规定。'],
  emergency: [stepsOf({}, { at: 'tertiary', yuan: 2_000, by: 'emergency' }), '本次经急诊入院，未经转诊，不适用转诊的起付线规定。'],
  'outside-consortium': [stepsOf({}, UP[0], { ...UP[1], outside: true }), '本次经上转入院，但转诊提交当日双方不在同一医联体，不适用转诊的起付线规定。'],
  link: [stepsOf({}, ...UP), '本次经上转入院，接续此前 1 次住院（1），其中最高起付标准 250.00 元，已承担起付线 250.00 元。'],
  'no-earlier-stay': [stepsOf({}, { at: 'tertiary', yuan: 2_000, by: 'up', from: 0 }), '本次经上转入院，但没有可接续的此前住院，不作连续计算。'],
  'link-too-late': [
    stepsOf({ referral: { linkWindowHours: 72 } }, { ...UP[0], until: '2018-03-05T12:00:00+08:00' }, { ...UP[1], referredAt: '2018-03-08T13:02:03+08:00' }),
    '上次住院（1）出院至转诊提交相隔 73 小时 2 分 3 秒，超过规定的 72 小时，不作连续计算。',
  ],
  'another-disease': [stepsOf({ referral: { sameDisease: 'icd3' } }, UP[0], { ...UP[1], diagnosis: 'C34.1' }), '本次与上次住院（1）主要诊断的前三位编码不同，不作连续计算。'],
  'counted-in-year': [stepsOf(YEAR, UP[0], UP[0], UP[1]), '本医保年度此前住院 2 次（1、2），其中最高起付标准 250.00 元，已承担起付线 500.00 元。'],
  'none-in-year': [stepsOf(YEAR, UP[1]), '本医保年度此前在平台内没有住院。'],
  'outside-stays': [stepsOf({ ...YEAR, annualCapFen: 100_000_000 }, UP[1]), '经办机构截至 2018-02-28 的说明：平台以外住院 2 次，已承担起付线 400.00 元，基金已支付 900.00 元，一并计入。'],
  'relief-zero': [stepsOf({}, { at: 'tertiary', yuan: 9_000 }, { at: 'primary', yuan: 2_000, by: 'down' }), '按规定下转住院不再计起付线，为 0.00 元。'],
  'relief-difference': [stepsOf({}, ...UP), '按规定上转住院累计计算起付线：最高起付标准 1000.00 元，减此前已承担的起付线 250.00 元，且不超过本次标准 1000.00 元，为 750.00 元。'],
  'no-relief': [stepsOf({ referral: { onUp: 'full' } }, ...UP), '按规定上转住院仍单独计算起付线，标准 1000.00 元。'],
  'no-first-deductible': [
    stepsOf({ ...YEAR, fixed: [{ when: 'mental', deductibleFen: 0 }] }, { ...UP[0], kind: 'mental' }, UP[1]),
    '此前住院的起付标准为零，没有首次起付线，不存在可免除的二次起付线，标准 1000.00 元。',
  ],
  'repeat-percent-off': [stepsOf({ repeatStay: { kind: 'percent-off', bp: 3_350 } }, UP[0], UP[0]), '本医保年度第 2 次住院，起付标准 250.00 元减 33.5%，为 166.25 元。'],
  'repeat-step-minus': [
    stepsOf({ repeatStay: { kind: 'step-minus', stepFen: 10_000, floorFen: 20_000 } }, UP[0], UP[0]),
    '本医保年度第 2 次住院，起付标准 250.00 元，每多住院一次减 100.00 元，最低 200.00 元，为 200.00 元。',
  ],
  stacking: [stepsOf({ repeatStay: { kind: 'percent-off', bp: 5_000 } }, ...UP), '转诊规定为 750.00 元，再次住院规定为 500.00 元，取较低者。'],
  deductible: [stepsOf({}, ...UP), '本次起付线 750.00 元。'],
  'eligible-lower': [stepsOf({}, { at: 'tertiary', yuan: 600.05 }), '合规费用 600.05 元低于应计的 1000.00 元，本次起付线以合规费用为限，为 600.05 元。'],
  provisional: [stepsOf({}, { at: 'tertiary' }), '尚未结算，起付线暂计 1000.00 元，结算时不超过合规费用。'],
  ratio: [stepsOf({ benefits: clinic }, { at: 'tertiary', kind: 'outpatient', yuan: 200 }), '在职职工在三级医院门诊，支付比例 45.5%。'],
  penalty: [
    stepsOf({ unreferredPenalty: { bp: 1_000, visitTypes: ['inpatient'], senderLevels: ['primary'] } }, { at: 'tertiary', yuan: 2_000 }),
    '本次未经转诊直接到三级医院就诊，支付比例降低 10 个百分点，为 70%。',
  ],
  fund: [stepsOf({}, ...UP), '基金支付 (30000.00 − 750.00) × 80% = 23400.00 元；总费用 30000.00 元，个人负担 6600.00 元。'],
  'annual-cap': [stepsOf({ annualCapFen: 1_000_000 }, ...UP), '年度最高支付限额 10000.00 元，尚余 6625.00 元；按比例应支付 23400.00 元，以尚余额度为限。'],
  'late-discharge': [stepsOf({}, { ...UP[0], until: null }, UP[1]), '与所接续的住院（1）时间重叠，系出院登记较晚，不影响本次计算。'],
  overlap: [stepsOf({}, { ...UP[0], until: null }, { at: 'tertiary', yuan: 2_000 }), '与另一次住院（1）时间重叠，已记录待核查，不影响本次计算。'],
};

t.test('every step has a sentence that a clerk can read to a patient, with its numbers and its stays', async (t) => {
  for (const code of STEP_CODES) {
    const [steps, zh] = SAID[code];
    const step = steps.find((each) => each.code === code);
    if (!step) t.fail(`${code} is not said: ${steps.map((each) => each.code).join()}`);
    else t.equal(sentenceOf(step).zh, zh, code);
  }
});

t.test('the English sentence has the same numbers and names as the Chinese', async (t) => {
  const numbers = (text: string): string[] => text.match(/\d+(\.\d+)?/g) ?? [];
  for (const code of STEP_CODES) {
    const step = SAID[code][0].find((each) => each.code === code)!;
    const { zh, en } = sentenceOf(step);
    // In English a list without numerals says how many there are by its length.
    t.ok(numbers(zh).every((number) => numbers(en).includes(number)), `${code}: ${en}`);
    t.match(en, /^[A-Z].*[.]$/, `${code} is a sentence`);
    t.notMatch(en, /undefined|NaN|not stated/, code);
    t.notMatch(zh, /undefined|NaN|未注明/, code);
  }
});

t.test('a referral that spares no penalty is named with its sender, and a fund that meets the cap shows no product', async (t) => {
  const referred = stepsOf({ unreferredPenalty: { bp: 1_000, visitTypes: ['inpatient'], senderLevels: ['primary'] } }, { at: 'secondary', yuan: 2_000 }, { at: 'tertiary', yuan: 9_000, by: 'up' });
  t.equal(sentenceOf(referred.find((step) => step.code === 'penalty')!).zh, '本次由二级医院转来，不属于规定的转诊，支付比例降低 10 个百分点，为 70%。');
  const capped = stepsOf({ annualCapFen: 1_000_000 }, ...UP);
  t.equal(sentenceOf(capped.find((step) => step.code === 'fund')!).zh, '基金支付 6625.00 元；总费用 30000.00 元，个人负担 23375.00 元。');
});

t.test('stays are called as the reader knows them', async (t) => {
  const [, second] = assessed(plainRules(), UP);
  const link = second!.steps.find((step) => step.code === 'link')!;
  t.match(sentenceOf(link, (key) => `荔湾社区 2018-03-0${key}`).zh, '（荔湾社区 2018-03-01）');
});

import t from 'tap';
import type { ReferralInput } from '../../src/contract/referral.js';
import { REASON_SETS, type Category, type Direction, type ReasonSet, type Urgency } from '../../src/contract/vocabulary.js';
import { checkContent, checkFormulary, checkReason, diseaseKeyOf, warningsWith } from '../../src/domain/content.js';
import type { ReferralContent } from '../../src/domain/referral.js';
import { downReferral, upReferral } from '../kit/network.js';
import { after, NOON, referralOf } from '../kit/referral.js';

const UP = referralOf({}, upReferral(1)).content;
const DOWN = referralOf({}, downReferral(1)).content;
const plan = DOWN.carePlan!;
const NOT_NEEDED = { notNeeded: true as const };

function without(content: ReferralContent, ...names: (keyof ReferralInput)[]): ReferralContent {
  return Object.fromEntries(Object.entries(content).filter(([name]) => !(names as string[]).includes(name))) as ReferralContent;
}

interface Row {
  readonly what: string;
  readonly direction: Direction;
  readonly category?: Category;
  readonly urgency?: Urgency;
  readonly content: ReferralContent;
  readonly missing: readonly string[];
}

/** On the way up and sideways: the official form asks for 初步印象 and 转出原因; consent is 知情同意书. */
const SENDING: readonly Row[] = [
  { what: 'a complete up-referral', direction: 'up', content: UP, missing: [] },
  { what: 'no impression', direction: 'up', content: without(UP, 'impression'), missing: ['/impression'] },
  { what: 'no reason', direction: 'up', content: without(UP, 'reasonCode'), missing: ['/reasonCode'] },
  { what: 'no consent', direction: 'up', content: without(UP, 'consent'), missing: ['/consent'] },
  { what: 'nothing but the patient', direction: 'up', content: without(UP, 'impression', 'reasonCode', 'consent', 'diagnosis', 'presentIllness', 'treatment'), missing: ['/impression', '/reasonCode', '/consent'] },
  { what: 'urgent is not emergency', direction: 'up', urgency: 'urgent', content: without(UP, 'impression', 'consent'), missing: ['/impression', '/consent'] },
  { what: 'no diagnosis, no history: the form may leave them open', direction: 'up', content: without(UP, 'diagnosis', 'pastHistory', 'presentIllness', 'treatment', 'severity'), missing: [] },
  { what: 'the patient said no', direction: 'up', content: { ...UP, consent: { given: false, at: after(0) } }, missing: ['/consent/given'] },
  { what: 'consent of tomorrow', direction: 'up', content: { ...UP, consent: { given: true, at: after(86_400_000) } }, missing: ['/consent/at'] },
  { what: 'consent by a clock half an hour fast', direction: 'up', content: { ...UP, consent: { given: true, at: after(1_800_000) } }, missing: [] },
  { what: 'reason other without a text', direction: 'up', content: { ...UP, reasonCode: 'other' }, missing: ['/reasonText'] },
  { what: 'reason other with a blank text', direction: 'up', content: { ...UP, reasonCode: 'other', reasonText: ' ' }, missing: ['/reasonText'] },
  { what: 'reason other with a text', direction: 'up', content: { ...UP, reasonCode: 'other', reasonText: '家属要求' }, missing: [] },
  { what: 'a reason of the way down', direction: 'up', content: { ...UP, reasonCode: 'post-surgery' }, missing: ['/reasonCode'] },
  { what: 'an emergency with nothing but the patient (Xinhui 2017, line 23: 简化相关手续)', direction: 'up', urgency: 'emergency', content: without(UP, 'impression', 'reasonCode', 'consent', 'diagnosis', 'presentIllness', 'treatment'), missing: [] },
  { what: 'an emergency whose patient said no', direction: 'up', urgency: 'emergency', content: { ...without(UP, 'impression'), consent: { given: false, at: after(0) } }, missing: ['/consent/given'] },
  { what: 'sideways, complete', direction: 'lateral', content: UP, missing: [] },
  { what: 'sideways without an impression', direction: 'lateral', content: without(UP, 'impression'), missing: [] },
  { what: 'sideways without reason and consent', direction: 'lateral', content: without(UP, 'reasonCode', 'consent'), missing: ['/reasonCode', '/consent'] },
  { what: 'sideways for want of a bed', direction: 'lateral', content: { ...UP, reasonCode: 'no-capacity' }, missing: [] },
];

/** On the way down: 接续治疗、康复治疗和护理方案 (Xinhui 2017, line 23), 病情稳定后 (Foshan 2017, line 51). */
const RETURNING: readonly Row[] = [
  { what: 'a complete down-referral of an inpatient', direction: 'down', content: DOWN, missing: [] },
  { what: 'no indication', direction: 'down', content: without(DOWN, 'indication'), missing: ['/indication'] },
  { what: 'no diagnosis', direction: 'down', content: without(DOWN, 'diagnosis'), missing: ['/diagnosis'] },
  { what: 'an empty list of diagnoses', direction: 'down', content: { ...DOWN, diagnosis: [] }, missing: ['/diagnosis'] },
  { what: 'stability not attested', direction: 'down', content: without(DOWN, 'conditionStable'), missing: ['/conditionStable'] },
  { what: 'attested unstable', direction: 'down', content: { ...DOWN, conditionStable: false }, missing: ['/conditionStable'] },
  { what: 'acute care needs no stability', direction: 'down', content: { ...without(DOWN, 'conditionStable'), indication: 'acute-care' }, missing: [] },
  { what: 'no plan', direction: 'down', content: without(DOWN, 'carePlan'), missing: ['/carePlan'] },
  { what: 'an inpatient without rehabilitation', direction: 'down', content: { ...DOWN, carePlan: { ...plan, rehabilitation: NOT_NEEDED } }, missing: ['/carePlan/rehabilitation'] },
  { what: 'an inpatient without nursing', direction: 'down', content: { ...DOWN, carePlan: { ...plan, nursing: NOT_NEEDED } }, missing: ['/carePlan/nursing'] },
  { what: 'an inpatient with treatment alone', direction: 'down', content: { ...DOWN, carePlan: { treatment: '随访', rehabilitation: NOT_NEEDED, nursing: NOT_NEEDED } }, missing: ['/carePlan/rehabilitation', '/carePlan/nursing'] },
  { what: 'an outpatient with treatment alone', direction: 'down', category: 'outpatient', content: { ...DOWN, carePlan: { treatment: '随访', rehabilitation: NOT_NEEDED, nursing: NOT_NEEDED } }, missing: [] },
  { what: 'an outpatient without a plan', direction: 'down', category: 'outpatient', content: without(DOWN, 'carePlan'), missing: ['/carePlan'] },
  { what: 'nothing at all', direction: 'down', content: without(DOWN, 'indication', 'diagnosis', 'conditionStable', 'carePlan', 'reasonCode', 'consent'), missing: ['/indication', '/diagnosis', '/conditionStable', '/carePlan'] },
  { what: 'no reason code: the indication says why', direction: 'down', content: without(DOWN, 'reasonCode'), missing: [] },
  { what: 'a reason of the way up', direction: 'down', content: { ...DOWN, reasonCode: 'surgery' }, missing: ['/reasonCode'] },
  { what: 'no up-referral before it: an observed emergency (Foshan 2017, line 51: 急诊留观)', direction: 'down', category: 'outpatient', content: { ...DOWN, indication: 'er-observation', reasonCode: 'er-observation' }, missing: [] },
  { what: 'the patient said no', direction: 'down', content: { ...DOWN, consent: { given: false, at: after(0) } }, missing: ['/consent/given'] },
];

t.test('what a referral must say, by direction, category and urgency', async (t) => {
  for (const { what, direction, category = direction === 'down' ? 'inpatient' : 'outpatient', urgency = 'routine', content, missing } of [...SENDING, ...RETURNING]) {
    t.same(checkContent({ direction, category, urgency, content }, NOON).map((e) => e.pointer), missing, `${direction} ${category} ${urgency} · ${what}`);
  }
});

t.test('every message is there in both languages', async (t) => {
  const errors = checkContent({ direction: 'down', category: 'inpatient', urgency: 'routine', content: without(DOWN, 'indication', 'diagnosis', 'conditionStable', 'carePlan') }, NOON);
  for (const { message } of errors) t.ok(/\p{Script=Han}/u.test(message.zh) && /^[A-Z]/.test(message.en), message.en);
});

t.test('every code is of its own set only, and other asks for a text', async (t) => {
  for (const [set, { codes }] of Object.entries(REASON_SETS) as [ReasonSet, (typeof REASON_SETS)[ReasonSet]][]) {
    for (const { code, comment } of codes) {
      t.same(checkReason(set, code, undefined, '/reasonCode', '/comment').map((e) => e.pointer), comment ? ['/comment'] : [], `${set}: ${code}`);
      t.same(checkReason(set, code, '说明', '/reasonCode', '/comment'), [], `${set}: ${code} with a text`);
    }
    t.same(checkReason(set, 'no-such-code', '说明', '/reasonCode', '/comment').map((e) => e.pointer), ['/reasonCode'], set);
  }
});

t.test('a medicine that the receiver does not stock is a warning, never a bar (Xinhui 2017, line 32)', async (t) => {
  const medicine = (name: string) => ({ name, dose: '1片', usage: '每日一次', days: 14 });
  const content = { ...DOWN, carePlan: { ...plan, medications: [medicine('阿司匹林'), medicine('替格瑞洛')] } };
  t.same(checkFormulary(content, ['阿司匹林']), [{ pointer: '/carePlan/medications/1', code: 'medication-not-stocked' }]);
  t.same(checkFormulary(content, ['阿司匹林', '替格瑞洛']), []);
  t.same(checkFormulary(content, []), [], 'an empty list is no list');
  t.same(checkFormulary(content, undefined), [], 'nobody knows what is stocked');
  const sex = { pointer: '/patient/sex', code: 'sex-differs-from-id' };
  const old = { pointer: '/carePlan/medications/0', code: 'medication-not-stocked' };
  t.same(warningsWith([sex, old], content, ['阿司匹林']), [sex, { ...old, pointer: '/carePlan/medications/1' }], 'for another receiver the stock is looked at anew');
});

t.test('the same disease is the first three characters of the main diagnosis', async (t) => {
  const KEYS: readonly (readonly [readonly string[], string | null])[] = [
    [['I20.9'], 'I20'], [['I20'], 'I20'], [['I21.900', 'E11.9'], 'I21'], [['I10.x00'], 'I10'], [[], null],
  ];
  for (const [codes, key] of KEYS) t.equal(diseaseKeyOf({ diagnosis: codes.map((code) => ({ code, system: 'ICD-10' as const, name: '病' })) }), key, codes.join());
  t.equal(diseaseKeyOf({}), null);
});

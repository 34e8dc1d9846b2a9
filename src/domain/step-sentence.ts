import { HOUR, MINUTE, SECOND } from '../kernel/calendar.js';
import type { Bilingual } from '../kernel/problem.js';
import type { Direction, Level, PersonKind, StayKind, StepCode } from '../contract/vocabulary.js';
import type { Step } from './assessment.js';
import { portionOf } from './relief.js';

/** The steps of an assessment as a clerk reads them to a patient. Made when somebody reads, not when it is reckoned. */

/** What a stay is called: its key, or a hospital and a date. */
export type NameOfStay = (key: string) => string;

/** The sentence of a step, in both languages. */
export function sentenceOf(step: Step, nameOf: NameOfStay = (key) => key): Bilingual {
  return SENTENCES[step.code](step, step.stays.map(nameOf));
}

const LEVEL: Record<Level, Bilingual> = {
  primary: { zh: '基层医疗机构', en: 'a primary institution' },
  secondary: { zh: '二级医院', en: 'a secondary hospital' },
  tertiary: { zh: '三级医院', en: 'a tertiary hospital' },
  provincial: { zh: '省级医院', en: 'a provincial hospital' },
};
const PERSON: Record<PersonKind, Bilingual> = {
  active: { zh: '在职职工', en: 'an active employee' },
  retired: { zh: '退休人员', en: 'a retired employee' },
  resident: { zh: '城乡居民', en: 'a resident' },
  student: { zh: '学生儿童', en: 'a student or child' },
};
const DIRECTION: Record<Direction, Bilingual> = {
  up: { zh: '上转', en: 'up-referral' },
  down: { zh: '下转', en: 'down-referral' },
  lateral: { zh: '平转', en: 'lateral referral' },
};
const KIND: Record<StayKind, Bilingual> = {
  inpatient: { zh: '普通住院', en: 'an inpatient stay' },
  'day-surgery': { zh: '日间手术', en: 'day surgery' },
  'day-chemo': { zh: '日间化疗', en: 'day chemotherapy' },
  mental: { zh: '精神病住院', en: 'a stay for mental illness' },
  outpatient: { zh: '门诊', en: 'an outpatient visit' },
};
const UNKNOWN: Bilingual = { zh: '未注明', en: 'not stated' };

function wordOf<K extends string>(words: Record<K, Bilingual>, value: K | undefined): Bilingual {
  return value === undefined ? UNKNOWN : words[value];
}

/** 1234.50: yuan with both decimals. Whole fen in, so nothing is rounded. */
function yuan(fen: number | undefined): string {
  const whole = fen ?? 0;
  const cents = whole % 100;
  return `${(whole - cents) / 100}.${String(cents).padStart(2, '0')}`;
}

/** 80, 85.5 */
function percent(bp: number | undefined): string {
  return String((bp ?? 0) / 100);
}

function duration(ms: number): Bilingual {
  const hours = Math.floor(ms / HOUR);
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  const seconds = (ms % MINUTE) / SECOND;
  return { zh: `${hours} 小时 ${minutes} 分 ${seconds} 秒`, en: `${hours} h ${minutes} min ${seconds} s` };
}

type Sentence = (step: Step, names: readonly string[]) => Bilingual;

const zhList = (names: readonly string[]) => names.join('、');
const enList = (names: readonly string[]) => names.join(', ');

const fixed = (zh: string, en: string): Sentence => () => ({ zh, en });

const SENTENCES: Record<StepCode, Sentence> = {
  'no-policy': fixed('没有适用于其参保地、险种和入院日期的医保政策，本次暂不计算。', 'No policy covers the insured area, the scheme and the date of admission: this stay is not assessed.'),
  'no-benefit-row': ({ facts }) => {
    const [person, level] = [wordOf(PERSON, facts.personKind), wordOf(LEVEL, facts.level)];
    return { zh: `政策没有${person.zh}在${level.zh}的待遇标准，本次暂不计算。`, en: `The policy has no benefit for ${person.en} in ${level.en}: this stay is not assessed.` };
  },
  outpatient: ({ facts, numbers }) => {
    const level = wordOf(LEVEL, facts.level);
    return {
      zh: `${level.zh}门诊起付标准 ${yuan(numbers.standardFen)} 元；门诊不与住院连续计算起付线。`,
      en: `The deductible of an outpatient visit in ${level.en} is ${yuan(numbers.standardFen)} yuan; visits do not count with stays.`,
    };
  },
  standard: ({ facts, numbers }) => {
    const [person, level] = [wordOf(PERSON, facts.personKind), wordOf(LEVEL, facts.level)];
    return { zh: `${person.zh}在${level.zh}住院，起付标准 ${yuan(numbers.standardFen)} 元。`, en: `The standard deductible of ${person.en} in ${level.en} is ${yuan(numbers.standardFen)} yuan.` };
  },
  fixed: ({ facts, numbers }) => {
    const kind = wordOf(KIND, facts.kind);
    return {
      zh: `${kind.zh}按固定起付标准 ${yuan(numbers.standardFen)} 元计，不按 ${yuan(numbers.rowDeductibleFen)} 元。`,
      en: `For ${kind.en} the standard is fixed at ${yuan(numbers.standardFen)} yuan instead of ${yuan(numbers.rowDeductibleFen)}.`,
    };
  },
  'not-referred': fixed('本次未经转诊入院，不适用转诊的起付线规定。', 'The patient came without a referral: the rules for referred stays do not apply.'),
  'referral-used': (_, names) => ({
    zh: `所注明的转诊已用于此前一次到院（${zhList(names)}），本次按未经转诊计算。`,
    en: `The referral that is named had brought the patient before (${enList(names)}): this stay counts as not referred.`,
  }),
  emergency: fixed('本次经急诊入院，未经转诊，不适用转诊的起付线规定。', 'The patient came as an emergency, not by referral: the rules for referred stays do not apply.'),
  'outside-consortium': ({ facts }) => {
    const direction = wordOf(DIRECTION, facts.direction);
    return {
      zh: `本次经${direction.zh}入院，但转诊提交当日双方不在同一医联体，不适用转诊的起付线规定。`,
      en: `The patient came by ${direction.en}, but the institutions shared no consortium on the day it was submitted: the rules for referred stays do not apply.`,
    };
  },
  link: ({ facts, numbers }, names) => {
    const direction = wordOf(DIRECTION, facts.direction);
    const [highest, borne] = [yuan(numbers.highestStandardFen), yuan(numbers.borneFen)];
    return {
      zh: `本次经${direction.zh}入院，接续此前 ${names.length} 次住院（${zhList(names)}），其中最高起付标准 ${highest} 元，已承担起付线 ${borne} 元。`,
      en: `The patient came by ${direction.en}, which continues ${names.length} earlier ${names.length === 1 ? 'stay' : 'stays'} (${enList(names)}): highest standard ${highest} yuan, ${borne} yuan borne so far.`,
    };
  },
  'no-earlier-stay': ({ facts }) => {
    const direction = wordOf(DIRECTION, facts.direction);
    return { zh: `本次经${direction.zh}入院，但没有可接续的此前住院，不作连续计算。`, en: `The patient came by ${direction.en}, but there is no earlier stay that it could continue.` };
  },
  'link-too-late': ({ numbers }, names) => {
    const gap = duration(numbers.gapMs ?? 0);
    return {
      zh: `上次住院（${zhList(names)}）出院至转诊提交相隔 ${gap.zh}，超过规定的 ${numbers.windowHours} 小时，不作连续计算。`,
      en: `Between the earlier discharge (${enList(names)}) and the referral lie ${gap.en}, more than the ${numbers.windowHours} h allowed: the stays are not linked.`,
    };
  },
  'another-disease': (_, names) => ({
    zh: `本次与上次住院（${zhList(names)}）主要诊断的前三位编码不同，不作连续计算。`,
    en: `The first three characters of the main diagnosis differ from those of the earlier stay (${enList(names)}): the stays are not linked.`,
  }),
  'counted-in-year': ({ numbers }, names) => {
    const [highest, borne] = [yuan(numbers.highestStandardFen), yuan(numbers.borneFen)];
    return {
      zh: `本医保年度此前住院 ${names.length} 次（${zhList(names)}），其中最高起付标准 ${highest} 元，已承担起付线 ${borne} 元。`,
      en: `Earlier stays of this insurance year: ${names.length} (${enList(names)}), highest standard ${highest} yuan, ${borne} yuan borne so far.`,
    };
  },
  'none-in-year': fixed('本医保年度此前在平台内没有住院。', 'There is no earlier stay of this insurance year on the platform.'),
  'outside-stays': ({ numbers, facts }) => ({
    zh: `经办机构截至 ${facts.asOf} 的说明：平台以外住院 ${numbers.count} 次，已承担起付线 ${yuan(numbers.borneFen)} 元，基金已支付 ${yuan(numbers.fundFen)} 元，一并计入。`,
    en: `Stated by the insurer as of ${facts.asOf}: ${numbers.count} stays outside the platform, ${yuan(numbers.borneFen)} yuan borne, ${yuan(numbers.fundFen)} yuan paid by the fund; they count too.`,
  }),
  'relief-zero': ({ facts, numbers }) => {
    const direction = wordOf(DIRECTION, facts.direction);
    return { zh: `按规定${direction.zh}住院不再计起付线，为 ${yuan(numbers.resultFen)} 元。`, en: `After ${direction.en} no second deductible is due: ${yuan(numbers.resultFen)} yuan.` };
  },
  'relief-difference': ({ facts, numbers }) => {
    const direction = wordOf(DIRECTION, facts.direction);
    const [highest, credit, standard, result] = [yuan(numbers.highestStandardFen), yuan(numbers.creditFen), yuan(numbers.standardFen), yuan(numbers.resultFen)];
    const [zhCredit, enCredit] = facts.credit === 'standard' ? ['此前最高起付标准', 'the highest standard before'] : ['此前已承担的起付线', 'what was borne before'];
    return {
      zh: `按规定${direction.zh}住院累计计算起付线：最高起付标准 ${highest} 元，减${zhCredit} ${credit} 元，且不超过本次标准 ${standard} 元，为 ${result} 元。`,
      en: `After ${direction.en} the deductible accumulates: the highest standard ${highest} less ${enCredit} ${credit}, at most the own standard ${standard}, makes ${result} yuan.`,
    };
  },
  'no-relief': ({ facts, numbers }) => {
    const direction = wordOf(DIRECTION, facts.direction);
    return { zh: `按规定${direction.zh}住院仍单独计算起付线，标准 ${yuan(numbers.standardFen)} 元。`, en: `After ${direction.en} each stay has its own deductible: standard ${yuan(numbers.standardFen)} yuan.` };
  },
  'no-first-deductible': ({ numbers }) => ({
    zh: `此前住院的起付标准为零，没有首次起付线，不存在可免除的二次起付线，标准 ${yuan(numbers.standardFen)} 元。`,
    en: `The earlier stays had a standard of zero: without a first deductible there is no second to waive; standard ${yuan(numbers.standardFen)} yuan.`,
  }),
  'repeat-percent-off': ({ numbers }) => ({
    zh: `本医保年度第 ${numbers.nth} 次住院，起付标准 ${yuan(numbers.standardFen)} 元减 ${percent(numbers.offBp)}%，为 ${yuan(numbers.resultFen)} 元。`,
    en: `Stay ${numbers.nth} of the insurance year: ${percent(numbers.offBp)} % off the standard of ${yuan(numbers.standardFen)} makes ${yuan(numbers.resultFen)} yuan.`,
  }),
  'repeat-step-minus': ({ numbers }) => ({
    zh: `本医保年度第 ${numbers.nth} 次住院，起付标准 ${yuan(numbers.standardFen)} 元，每多住院一次减 ${yuan(numbers.stepFen)} 元，最低 ${yuan(numbers.floorFen)} 元，为 ${yuan(numbers.resultFen)} 元。`,
    en: `Stay ${numbers.nth} of the insurance year: the standard of ${yuan(numbers.standardFen)} less ${yuan(numbers.stepFen)} for each earlier stay, not below ${yuan(numbers.floorFen)}, makes ${yuan(numbers.resultFen)} yuan.`,
  }),
  stacking: ({ numbers }) => ({
    zh: `转诊规定为 ${yuan(numbers.resultFen)} 元，再次住院规定为 ${yuan(numbers.repeatResultFen)} 元，取较低者。`,
    en: `By the referral ${yuan(numbers.resultFen)} yuan, as a repeated stay ${yuan(numbers.repeatResultFen)} yuan: the lower applies.`,
  }),
  deductible: ({ numbers }) => ({ zh: `本次起付线 ${yuan(numbers.deductibleFen)} 元。`, en: `The deductible of this stay is ${yuan(numbers.deductibleFen)} yuan.` }),
  'eligible-lower': ({ numbers }) => ({
    zh: `合规费用 ${yuan(numbers.eligibleFen)} 元低于应计的 ${yuan(numbers.resultFen)} 元，本次起付线以合规费用为限，为 ${yuan(numbers.deductibleFen)} 元。`,
    en: `The eligible cost of ${yuan(numbers.eligibleFen)} is below ${yuan(numbers.resultFen)}: the deductible of this stay is ${yuan(numbers.deductibleFen)} yuan.`,
  }),
  provisional: ({ numbers }) => ({
    zh: `尚未结算，起付线暂计 ${yuan(numbers.deductibleFen)} 元，结算时不超过合规费用。`,
    en: `Not settled yet: the deductible is ${yuan(numbers.deductibleFen)} yuan for the time being, at settlement not above the eligible cost.`,
  }),
  ratio: ({ facts, numbers }) => {
    const [person, level] = [wordOf(PERSON, facts.personKind), wordOf(LEVEL, facts.level)];
    const visit = facts.visitType === 'outpatient' ? { zh: '门诊', en: 'an outpatient visit' } : { zh: '住院', en: 'a stay' };
    return { zh: `${person.zh}在${level.zh}${visit.zh}，支付比例 ${percent(numbers.ratioBp)}%。`, en: `The fund pays ${percent(numbers.ratioBp)} % for ${visit.en} of ${person.en} in ${level.en}.` };
  },
  penalty: ({ facts, numbers }) => {
    const [level, sender] = [wordOf(LEVEL, facts.level), wordOf(LEVEL, facts.senderLevel)];
    const [zhWhy, enWhy] =
      facts.via === 'referral' ? [`本次由${sender.zh}转来，不属于规定的转诊`, `the patient was referred by ${sender.en}, which is not as the policy demands`] : [`本次未经转诊直接到${level.zh}就诊`, `the patient came to ${level.en} without a referral`];
    return {
      zh: `${zhWhy}，支付比例降低 ${percent(numbers.penaltyBp)} 个百分点，为 ${percent(numbers.ratioBp)}%。`,
      en: `Since ${enWhy}, the ratio falls by ${percent(numbers.penaltyBp)} points to ${percent(numbers.ratioBp)} %.`,
    };
  },
  fund: ({ numbers }) => {
    const { eligibleFen = 0, deductibleFen = 0, ratioBp = 0, fundFen = 0, totalFen, personalFen } = numbers;
    const sum = `(${yuan(eligibleFen)} − ${yuan(deductibleFen)}) × ${percent(ratioBp)}% = `;
    // Under the annual cap the product is not what is paid: the step before says so.
    const shown = portionOf(eligibleFen - deductibleFen, ratioBp) === fundFen ? sum : '';
    return {
      zh: `基金支付 ${shown}${yuan(fundFen)} 元；总费用 ${yuan(totalFen)} 元，个人负担 ${yuan(personalFen)} 元。`,
      en: `The fund pays ${shown}${yuan(fundFen)} yuan; of the total of ${yuan(totalFen)} the patient pays ${yuan(personalFen)} yuan.`,
    };
  },
  'annual-cap': ({ numbers }) => ({
    zh: `年度最高支付限额 ${yuan(numbers.capFen)} 元，尚余 ${yuan(numbers.capLeftFen)} 元；按比例应支付 ${yuan(numbers.resultFen)} 元，以尚余额度为限。`,
    en: `Of the annual cap of ${yuan(numbers.capFen)} yuan ${yuan(numbers.capLeftFen)} are left: of ${yuan(numbers.resultFen)} yuan no more is paid.`,
  }),
  'late-discharge': (_, names) => ({
    zh: `与所接续的住院（${zhList(names)}）时间重叠，系出院登记较晚，不影响本次计算。`,
    en: `The stay overlaps with the one that it continues (${enList(names)}): a late discharge, which changes nothing.`,
  }),
  overlap: (_, names) => ({
    zh: `与另一次住院（${zhList(names)}）时间重叠，已记录待核查，不影响本次计算。`,
    en: `The stay overlaps with another (${enList(names)}): recorded as a matter for supervision, it changes nothing here.`,
  }),
};

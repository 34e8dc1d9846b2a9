import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import type { FilingRecord } from '../../src/contract/filing.js';
import type { Patient } from '../../src/contract/referral.js';
import { STATUSES, type ReferralStatus } from '../../src/contract/vocabulary.js';
import { filingCause, filingDue, filingRecord, insurerOf } from '../../src/domain/filing.js';
import { after, networkOf, NOON, referralOf, type Told } from '../kit/referral.js';
import { downReferral, person, upReferral } from '../kit/network.js';

/** 转院备案: when there is one, and what stands in it. */

const INSURED: Patient = { ...person(1), insurance: { area: '440114', scheme: 'employee', personKind: 'active', memberNo: 'M-440114-1' } };
const network = networkOf();
const target = (id: string) => ({ ...network.institution(id)!, insuranceCode: 'H44011400001' });

/** status · patient has been there · what stands with the insurer from then on */
const COUNTS: readonly (readonly [ReferralStatus, boolean, boolean])[] = [
  ['draft', false, false],
  ['submitted', false, false],
  ['info-requested', false, false],
  ['accepted', false, true],
  ['scheduled', false, true],
  ['arrived', true, true],
  ['in-care', true, true],
  ['completed', true, true],
  ['closed', true, true],
  ['closed', false, false],
  ['expired', false, false],
  ['rejected', false, false],
  ['cancelled', false, false],
  ['redirected', false, false],
];

t.test('a referral stands with the insurer from its acceptance until it comes to nothing (Yueyang 2022, line 49: 简化医保转诊手续)', async (t) => {
  t.strictSame([...new Set(COUNTS.map(([status]) => status))].sort(), [...STATUSES].sort(), 'every status is told of');
  for (const [status, wasThere, stands] of COUNTS) {
    const course = { arrivedAt: wasThere ? NOON : null, acceptedBy: stands ? ('receiver' as const) : null };
    const told = (filingId: string | null) => referralOf({ referral: { status }, course: { ...course, filingId } });
    t.equal(filingDue(told(null)), stands ? 'file' : null, `${status}, not filed`);
    t.equal(filingDue(told('f')), stands ? null : 'withdraw', `${status}, filed`);
  }
});

t.test('a filing says how the referral was accepted, a withdrawal what became of it', async (t) => {
  const because = (told: Told) => filingCause(referralOf(told));
  for (const acceptedBy of ['receiver', 'standing-rule', 'green-channel', 'arrival'] as const) {
    for (const status of ['accepted', 'scheduled', 'arrived'] as const) t.equal(because({ referral: { status }, course: { acceptedBy } }), acceptedBy);
  }
  for (const status of ['rejected', 'cancelled', 'redirected', 'expired', 'closed'] as const) t.equal(because({ referral: { status } }), status);
  t.equal(because({ referral: { status: 'submitted' } }), 'arrival-revoked', 'an arrival that had accepted is taken back');
});

const RECORD: FilingRecord = {
  psn_no: 'M-440114-1', insutype: '310', tel: '14200000001', addr: '花城街 1 号', insu_optins: '440114', diag_code: 'I20.9', diag_name: '心绞痛',
  dise_cond_dscr: '活动后胸闷两周，加重三天', reflin_medins_no: 'H44011400001', reflin_medins_name: 't1 医院', mdtrtarea_admdvs: '440114',
  hosp_agre_refl_flag: '1', refl_type: '1', refl_date: '2018-03-05', refl_rea: '需专科诊治', refl_opnn: '接收机构同意接收', begndate: '2018-03-05',
  enddate: null, refl_old_mdtrt_id: 'stay-before',
};

t.test('the record has the nineteen fields of 2501A, under their own names', async (t) => {
  const referral = referralOf({ course: { acceptedBy: 'receiver' } });
  t.strictSame(filingRecord(referral, INSURED, target('t1'), 'stay-before'), RECORD);
  t.equal(Object.keys(RECORD).length, 19);
});

const withScheme = (scheme: 'employee' | 'resident', area: string): Patient => ({ ...person(1), insurance: { area, scheme, personKind: 'retired' } });

/** what is special · the referral · the patient · where to · what stands in the record for it */
const FIELDS: readonly (readonly [string, Told, Patient, string, Partial<FilingRecord>])[] = [
  ['a resident', {}, withScheme('resident', '440100'), 't1', { insutype: '390', psn_no: null, insu_optins: '440100', refl_type: '1' }],
  ['insured in another prefecture of the province', {}, withScheme('employee', '440605'), 't1', { insu_optins: '440605', refl_type: '2' }],
  ['insured in another province', {}, withScheme('employee', '430600'), 't1', { refl_type: '3' }],
  ['no insurance stated: not to be known by telephone and address', {}, person(1), 't1', { psn_no: null, insutype: null, tel: null, addr: null, insu_optins: null, refl_type: '1' }],
  ['a reason in other words', { content: { reasonCode: 'other', reasonText: '家属要求' } }, INSURED, 't1', { refl_rea: '其他：家属要求' }],
  ['no reason given', { content: { reasonCode: undefined } }, INSURED, 't1', { refl_rea: null }],
  ['an emergency', { course: { acceptedBy: 'green-channel' } }, INSURED, 't1', { refl_opnn: '急诊绿色通道，直接接收' }],
  ['booked by the standing rule', { course: { acceptedBy: 'standing-rule' } }, INSURED, 't1', { refl_opnn: '接收机构按预约规则同意接收' }],
  ['entered after the fact', { content: { occurredAt: after(-2 * DAY) } }, INSURED, 't1', { refl_date: '2018-03-03', begndate: '2018-03-03' }],
  ['there the day before it was written', { course: { arrivedAt: NOON - DAY, acceptedBy: 'arrival' } }, INSURED, 't1', { refl_date: '2018-03-05', begndate: '2018-03-04' }],
  ['there the day after', { course: { arrivedAt: NOON + DAY } }, INSURED, 't1', { begndate: '2018-03-05' }],
  ['without a diagnosis yet', { content: { diagnosis: [], presentIllness: undefined } }, INSURED, 't1', { diag_code: null, diag_name: null, dise_cond_dscr: '劳力性心绞痛' }],
];

t.test('each field comes from what was stated and decided, and nothing is made up', async (t) => {
  for (const [what, told, patient, to, fields] of FIELDS) t.match(filingRecord(referralOf(told), patient, target(to), null), { ...fields, refl_old_mdtrt_id: null }, what);
  const down = referralOf({}, downReferral(1));
  t.match(filingRecord(down, INSURED, network.institution('p1')!, null), { refl_rea: '术后康复', dise_cond_dscr: '冠脉介入术后', reflin_medins_no: null, diag_code: 'I21.9' }, 'on the way down');
});

t.test('it is filed with the insurer that the patient states, else with that of the place of treatment', async (t) => {
  t.equal(insurerOf(INSURED, target('t1')), '440100');
  t.equal(insurerOf(withScheme('resident', '430602'), target('t1')), '430600');
  t.equal(insurerOf(person(1), target('t1')), target('t1').area);
  t.ok(upReferral(1).patient.insurance === undefined, 'as most of the referrals of these tests state it');
});

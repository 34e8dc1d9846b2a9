import t from 'tap';
import { ageOn } from '../../src/kernel/calendar.js';
import { STATUSES } from '../../src/contract/vocabulary.js';
import { printForm } from '../../src/domain/form.js';
import { at, downReferral, person, upReferral } from '../kit/network.js';
import { networkOf, NOON, referralOf } from '../kit/referral.js';

/** 双向转诊单 of the national standard for basic public health services (国家基本公共卫生服务规范): the captions are its own. */

const network = networkOf();
const patient = { ...person(1), healthRecordNo: '440114-0001', inpatientNo: 'ZY1' };
const sex = patient.sex === '1' ? '男' : '女';
const age = `${ageOn(patient.birthDate, '2018-03-05')}岁`;

t.test('转出单: stub, head, clinical part and signature of an up-referral', async (t) => {
  const form = printForm(referralOf(), patient, network, []);
  t.equal(form.form, '转出单');
  t.same(form.stub, {
    患者姓名: patient.name, 性别: sex, 年龄: age, 档案编号: '440114-0001', 家庭住址: patient.address, 联系电话: patient.phone,
    转诊日期: '2018-03-05', 转入单位: 't1 医院', 科室: '心血管内科', 接诊医生: '', 转诊医生: '陈全科',
  });
  t.equal(form.head, `t1 医院：现有患者${patient.name}，性别${sex}，年龄${age}，因病情需要，需转入贵单位，请予以接诊。`);
  t.same(form.clinical, { 初步印象: '劳力性心绞痛', '主要现病史（转出原因）': '活动后胸闷两周，加重三天', 主要既往史: '高血压十年', 治疗经过: '阿司匹林、氨氯地平' });
  t.same(form.signature, { 转诊医生: '陈全科', 联系电话: '020-86830000', 机构名称: 'p1 医院', 日期: '2018-03-05' });
  t.equal(form.notice, null);
});

t.test('回转单: diagnosis, results and the plan in its parts of a down-referral', async (t) => {
  const form = printForm(referralOf({}, downReferral(1)), patient, network, []);
  t.equal(form.form, '回转单');
  t.same(Object.keys(form.stub), ['患者姓名', '性别', '年龄', '病案号', '家庭住址', '联系电话', '转诊日期', '转回单位', '科室', '接诊医生', '转诊医生']);
  t.equal(form.stub['病案号'], 'ZY1');
  t.equal(form.head, `p1 医院：现有患者${patient.name}，因病情需要，现转回贵单位，请予以接诊。`);
  t.same(form.clinical, {
    诊断结果: '急性心肌梗死（I21.9）',
    住院病案号: 'ZY1',
    主要检查结果: '冠脉造影：前降支支架通畅',
    '治疗经过、下一步治疗方案及康复建议': '冠脉介入术后\n接续治疗：双联抗血小板十二个月（阿司匹林 100 mg 每日一次 28天）\n康复：心脏康复，每周三次步行\n护理：伤口护理，血压监测',
  });
});

t.test('a part of the plan that an outpatient does not need says so', async (t) => {
  const { carePlan } = downReferral(1);
  const form = printForm(referralOf({ content: { carePlan: { ...carePlan!, medications: undefined, nursing: { notNeeded: true } } } }, downReferral(1)), patient, network, []);
  t.match(form.clinical['治疗经过、下一步治疗方案及康复建议'], /护理：无需$/);
});

t.test('a history that nobody has stated prints as nothing: 无 would be a finding; sideways uses 转出单', async (t) => {
  const form = printForm(referralOf({ content: { pastHistory: undefined } }, upReferral(1, { direction: 'lateral', targetInstitutionId: 'p2' })), patient, network, []);
  t.equal(form.form, '转出单');
  t.equal(form.clinical['主要既往史'], '');
});

t.test('who saw the patient first signs, whoever handles it now; the receiving doctor stands there from the hand-over on', async (t) => {
  const responsible = { firstContact: { name: '陈全科', phone: '020-86810000' }, handler: { name: '受理员' }, manager: { name: '黄主任' } };
  const before = printForm(referralOf({ course: { responsible } }), patient, network, []);
  t.same([before.stub['转诊医生'], before.stub['接诊医生'], before.signature['联系电话']], ['陈全科', '', '020-86810000']);
  const after = printForm(referralOf({ course: { responsible, receivedAt: NOON } }), patient, network, []);
  t.equal(after.stub['接诊医生'], '黄主任');
});

t.test('what is booked stands in the arrangement, in the order of time', async (t) => {
  const form = printForm(referralOf(), patient, network, [{ startsAt: at('2018-03-07', 8.5), name: '心内科专家门诊' }, { startsAt: at('2018-03-08', 12), name: '心内科病区' }]);
  t.same(form.arrangement, { 预约1: '2018-03-07 08:30 心内科专家门诊', 预约2: '2018-03-08 12:00 心内科病区' });
});

t.test('age and date are those of the day it was sent, not of the day it is printed', async (t) => {
  const baby = { ...patient, birthDate: '2018-03-06' };
  t.equal(printForm(referralOf({ course: { submittedAt: at('2019-03-05', 9) } }), baby, network, []).stub['年龄'], '0岁');
  t.equal(printForm(referralOf({ course: { submittedAt: at('2019-03-06', 9) } }), baby, network, []).stub['年龄'], '1岁');
});

t.test('an ended referral prints with the notice that it admits nobody any more', async (t) => {
  const ENDED = ['expired', 'completed', 'rejected', 'cancelled', 'redirected', 'closed'];
  for (const status of STATUSES) {
    const { notice } = printForm(referralOf({ referral: { status } }), patient, network, []);
    t.equal(notice, ENDED.includes(status) ? '本归档版不作为患者继续就诊凭证' : null, status);
  }
});

import { Type, type Static } from 'typebox';
import { Closed, Count, InstantText, Nullable, OneOf, Page, Shared } from './scalars.js';
import { FILING_CAUSES, FILING_KINDS } from './vocabulary.js';

/** 转院备案, in the shape of the insurer's interface 2501A: its names, not ours. */

const text = (description: string) => Nullable(Type.String({ description }));

const record = {
  psn_no: text('人员编号: the member number; null: not stated'),
  insutype: Nullable(OneOf(['310', '390'], { description: '险种类型: 310 职工, 390 居民; null: not stated' })),
  tel: text('联系电话'),
  addr: text('联系地址'),
  insu_optins: text('参保机构医保区划'),
  diag_code: text('诊断代码'),
  diag_name: text('诊断名称'),
  dise_cond_dscr: text('疾病病情描述'),
  reflin_medins_no: text('转往定点医药机构编号: the insurance code of the receiver; null: not in the directory'),
  reflin_medins_name: Type.String({ description: '转往医院名称' }),
  mdtrtarea_admdvs: Type.String({ description: '就医地行政区划' }),
  hosp_agre_refl_flag: OneOf(['1'], { description: '医院同意转院标志: filed once the receiver has accepted' }),
  refl_type: OneOf(['1', '2', '3'], { description: '转院类型: 1 within the insured prefecture, 2 within the province, 3 to another province' }),
  refl_date: Type.String({ description: '转院日期: the local date of the referral' }),
  refl_rea: text('转院原因: the coded reason in words, and the free text beside it'),
  refl_opnn: Type.String({ description: '转院意见: how the receiver accepted' }),
  begndate: Type.String({ description: '开始日期' }),
  enddate: text('结束日期; null: until it is withdrawn'),
  refl_old_mdtrt_id: text('转院前就诊id: the stay that the transfer continues, as known when it was filed'),
};

export const FilingRecord = Closed(record);
export const Filing = Closed(
  {
    id: Type.String(),
    seq: Count(Number.MAX_SAFE_INTEGER, { description: 'The event that recorded it' }),
    kind: OneOf(FILING_KINDS),
    withdraws: Nullable(Type.String({ description: 'The filing that this takes back' })),
    referralId: Type.String(),
    referralNo: Type.String(),
    patientId: Type.String(),
    sourceInstitutionId: Type.String(),
    targetInstitutionId: Type.String(),
    because: OneOf(FILING_CAUSES, { description: 'filed: how it was accepted · withdrawn: what became of the referral' }),
    recordedAt: InstantText(),
    ...record,
  },
  { $id: 'Filing' },
);
export const FilingPage = Page(Shared(Filing));

export type FilingRecord = Static<typeof FilingRecord>;

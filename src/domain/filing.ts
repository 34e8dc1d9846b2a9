import { localDateOf, type Instant, type LocalDate } from '../kernel/calendar.js';
import { areaOfDistrict } from '../kernel/ids.js';
import type { FilingRecord } from '../contract/filing.js';
import type { Patient } from '../contract/referral.js';
import { REASON_SETS, type FilingCause, type InsuranceScheme, type ReasonCode } from '../contract/vocabulary.js';
import { inOrder } from './ledger.js';
import type { Institution } from './network.js';
import { happenedAt } from './reached.js';
import type { Referral } from './referral.js';
import type { Stay } from './stay.js';

/**
 * 转院备案: what the insurer is told of a referral, so that nobody has to file it by hand (Yueyang 2022,
 * line 49: 简化医共同体内医保转诊、报销手续; Xinhui 2017, line 22: 与医保经办机构信息网络互连互通). Filed when the
 * referral is accepted, withdrawn when it comes to nothing. Append-only: a withdrawal is a second line.
 */
export interface Filing {
  readonly id: string;
  /** Of the insurer that it is filed with. */
  readonly area: string;
  readonly kind: 'filed' | 'withdrawn';
  /** The filing that this line withdraws. */
  readonly withdraws: string | null;
  readonly referralId: string;
  readonly referralNo: string;
  readonly patientId: string;
  readonly sourceInstitutionId: string;
  readonly targetInstitutionId: string;
  readonly because: FilingCause;
  readonly recordedAt: Instant;
  /** The record, encrypted and bound to the filing: a withdrawal carries that of what it withdraws. */
  readonly sealed: string;
}

/** A filing with the number of the event that recorded it: the cursor of the feed. */
export interface RecordedFiling extends Filing {
  readonly seq: number;
}

/** What the record of a filing is sealed under. */
export function filingRow({ id, withdraws }: Pick<Filing, 'id' | 'withdraws'>): string {
  return `filing:${withdraws ?? id}`;
}

/** What is due with the insurer after a change: the referral counts there from its acceptance until it comes to nothing. */
export function filingDue(referral: Referral): 'file' | 'withdraw' | null {
  const isFiled = referral.course.filingId !== null;
  return counts(referral) === isFiled ? null : isFiled ? 'withdraw' : 'file';
}

function counts({ status, course }: Referral): boolean {
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'arrived':
    case 'in-care':
    case 'completed':
      return true;
    case 'closed':
      // The patient was there: what follows from it stands.
      return course.arrivedAt !== null;
    case 'draft':
    case 'submitted':
    case 'info-requested':
    case 'expired':
    case 'rejected':
    case 'cancelled':
    case 'redirected':
      return false;
  }
}

/** Why a filing was made or withdrawn, read off the referral as the change has left it. */
export function filingCause(referral: Referral): FilingCause {
  const { status, course } = referral;
  switch (status) {
    case 'rejected':
    case 'cancelled':
    case 'redirected':
    case 'expired':
      return status;
    case 'draft':
    case 'submitted':
    case 'info-requested':
      return 'arrival-revoked';
    case 'closed':
      return course.arrivedAt === null ? status : (course.acceptedBy ?? 'arrival');
    case 'accepted':
    case 'scheduled':
    case 'arrived':
    case 'in-care':
    case 'completed':
      return course.acceptedBy ?? 'receiver';
  }
}

/**
 * The stay that the transfer continues, chosen as the ledger chooses it: the one that the referral names and
 * no other, or, where it names none, the patient's latest with the sender that had begun when the patient
 * was transferred; undefined: none is known yet.
 *
 * @param stays of the patient, in any order
 */
export function stayBefore(stays: readonly Stay[], referral: Referral): Stay | undefined {
  const { content, sourceInstitutionId } = referral;
  const transferredAt = transferInstant(referral);
  const admissions = inOrder(stays).filter((stay) => stay.record.kind !== 'outpatient' && (transferredAt === null || stay.admittedAt <= transferredAt));
  return admissions.findLast((stay) => (content.fromStayId === undefined ? stay.institutionId === sourceInstitutionId : stay.id === content.fromStayId));
}

/** When the patient went over, as far as it is known: at the arrival, else when a referral entered after the fact happened; null: it is still to come. */
function transferInstant(referral: Referral): Instant | null {
  const { content, course } = referral;
  if (course.arrivedAt !== null) return course.arrivedAt;
  return content.occurredAt === undefined ? null : happenedAt(referral);
}

/** With whom it is filed: the insurer that the patient states; where nobody states one, that of the place of treatment. */
export function insurerOf(patient: Patient, target: Institution): string {
  return patient.insurance === undefined ? target.area : areaOfDistrict(patient.insurance.area);
}

const INSUTYPE = { employee: '310', resident: '390' } as const satisfies Record<InsuranceScheme, string>;
const OPINION = {
  receiver: '接收机构同意接收',
  'standing-rule': '接收机构按预约规则同意接收',
  'green-channel': '急诊绿色通道，直接接收',
  arrival: '患者已到院，接收机构已接收',
} as const;

/**
 * The record in the shape of interface 2501A.
 *
 * @param stayBefore the stay that the transfer continues; null: none is known
 */
export function filingRecord(referral: Referral, patient: Patient, target: Institution, stayBefore: string | null): FilingRecord {
  const { content, course, direction } = referral;
  const { insurance } = patient;
  const [main] = content.diagnosis ?? [];
  const referredOn = localDateOf(content.occurredAt === undefined ? (course.submittedAt ?? referral.createdAt) : Date.parse(content.occurredAt));
  return {
    psn_no: insurance?.memberNo ?? null,
    insutype: insurance === undefined ? null : INSUTYPE[insurance.scheme],
    // Who states no insurer is not to be known to one by telephone and address.
    tel: insurance === undefined ? null : (patient.phone ?? null),
    addr: insurance === undefined ? null : (patient.address ?? null),
    insu_optins: insurance?.area ?? null,
    diag_code: main?.code ?? null,
    diag_name: main?.name ?? null,
    dise_cond_dscr: content.presentIllness ?? content.impression ?? content.treatment ?? null,
    reflin_medins_no: target.insuranceCode ?? null,
    reflin_medins_name: target.name,
    mdtrtarea_admdvs: target.district,
    hosp_agre_refl_flag: '1',
    refl_type: referralType(insurerOf(patient, target), target.area),
    refl_date: referredOn,
    refl_rea: reasonOf(REASON_SETS[direction].codes, content.reasonCode, content.reasonText),
    refl_opnn: OPINION[course.acceptedBy ?? 'receiver'],
    begndate: firstDay(referredOn, course.arrivedAt),
    enddate: null,
    refl_old_mdtrt_id: stayBefore,
  };
}

/** 1: within the insured prefecture, 2: within the province, 3: to another province. */
function referralType(insuredArea: string, targetArea: string): '1' | '2' | '3' {
  if (insuredArea === targetArea) return '1';
  return insuredArea.slice(0, 2) === targetArea.slice(0, 2) ? '2' : '3';
}

function reasonOf(codes: readonly ReasonCode[], code: string | undefined, text: string | undefined): string | null {
  const words = [codes.find((reason) => reason.code === code)?.zh, text].filter((part) => part !== undefined);
  return words.length > 0 ? words.join('：') : null;
}

/** A patient who came before the referral was written is covered from the day of the arrival. */
function firstDay(referredOn: LocalDate, arrivedAt: Instant | null): LocalDate {
  const arrivedOn = arrivedAt === null ? referredOn : localDateOf(arrivedAt);
  return arrivedOn < referredOn ? arrivedOn : referredOn;
}

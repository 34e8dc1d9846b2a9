import { formatInstant } from '../kernel/calendar.js';
import type { Prospect, Reason, RoutingFacts } from './advice.js';
import { CHRONIC_CARE, hasDepartment, type Institution } from './network.js';
import type { Lack, Openings } from './openings.js';

/** What is said for each candidate and each exclusion. */

function reason(code: string, zh: string, en: string): Reason {
  return { code, text: { zh, en } };
}

export const EXCLUSIONS = {
  self: reason('self', '为转出机构自身', 'The sender itself'),
  'other-consortium': reason('other-consortium', '不属于指定的医联体', 'Is no member of the consortium that was named'),
  'wrong-level': reason('wrong-level', '机构级别与转诊方向不符', 'Its level does not fit the direction'),
  'other-area': reason('other-area', '在其他地市，且不同属任何医联体', 'In another prefecture, without a shared consortium'),
  'no-shared-consortium': reason('no-shared-consortium', '不同属医联体，且本医联体不允许体外转诊', 'Shares no consortium, and the consortium of the sender refuses outside referrals'),
  'skips-level': reason('skips-level', '医联体要求逐级转诊', 'The consortium refers step by step'),
  'no-department': reason('no-department', '未设所需科室', 'Has no such department'),
  'no-capability': reason('no-capability', '不具备所需的专科能力', 'Lacks a capability that is asked for'),
} as const satisfies Record<string, Reason>;

/** Said of an exclusion; in emergencies of a candidate that comes last. */
export function lacksDepartment({ targetDepartment }: RoutingFacts, institution: Institution): boolean {
  return targetDepartment !== null && !hasDepartment(institution, targetDepartment);
}

const KINDS = { clinic: ['门诊号源', 'clinic'], exam: ['检查', 'examination'], bed: ['床位', 'bed'] } as const;

/** Why what is needed is not to be had: said of an exclusion, and in emergencies of a candidate. */
export function lackReason({ need, why }: NonNullable<Openings['lack']>): Reason {
  const [zh, en] = KINDS[need.kind];
  const said: Record<Lack, Reason> = {
    'no-pool': reason('no-free-place', `没有所需的${zh}资源`, `Has no ${en} places of the kind needed`),
    full: reason('no-free-place', `所查日期内没有可用的${zh}`, `No free ${en} place in the days looked at`),
    overdue: reason('overdue-figures', `${zh}数据逾期未更新`, `Its ${en} figures are too old to rely on`),
  };
  return said[why];
}

/** Why a candidate stands where it stands: one reason for each key of the order that applies to it. */
export function reasonsFor(facts: RoutingFacts, prospect: Prospect, openings: Openings): Reason[] {
  return [
    ...(facts.urgency === 'emergency' ? [reason('green-channel', '急危重症绿色通道：就近直接转入', 'Green channel: the nearest capable hospital')] : []),
    tieReason(prospect),
    levelReason(facts, prospect),
    ...(lacksDepartment(facts, prospect.institution) ? [EXCLUSIONS['no-department']] : []),
    ...(openings.lack ? [lackReason(openings.lack)] : []),
    ...(openings.reservedLeft > 0
      ? [reason('reserved-places', `为贵机构预留名额尚余 ${openings.reservedLeft} 个`, `${openings.reservedLeft} places kept for this sender are free`)]
      : []),
    ...earliestReason(openings),
    ...(prospect.distanceKm === null ? [] : [reason('distance', `距离 ${prospect.distanceKm} 公里`, `${prospect.distanceKm} km away`)]),
  ];
}

function tieReason({ consortium }: Prospect): Reason {
  if (!consortium) return reason('outside', '不同属医联体，按体外转诊办理', 'Shares no consortium: an outside referral');
  return consortium.tightness === 'tight'
    ? reason('tight-consortium', `同属紧密型医联体“${consortium.name}”`, `In the same tight consortium, ${consortium.name}`)
    : reason('loose-consortium', `同属松散型医联体“${consortium.name}”`, `In the same loose consortium, ${consortium.name}`);
}

function levelReason({ direction }: RoutingFacts, { institution, step }: Prospect): Reason {
  if (direction === 'down' && CHRONIC_CARE.includes(institution.kind)) {
    return reason('chronic-care', '康复或护理机构，可接续治疗', 'A rehabilitation or nursing institution');
  }
  if (step === 0) return reason('same-level', '同级机构', 'Of the same level');
  if (Math.abs(step) === 1) return step > 0 ? reason('next-level', '上一级机构', 'One level higher') : reason('next-level', '下一级机构', 'One level lower');
  return step > 0
    ? reason('skips-level', `越过 ${step - 1} 级上转`, `Skips ${step - 1} of the levels between`)
    : reason('levels-below', `低 ${-step} 级的机构`, `${-step} levels lower`);
}

function earliestReason({ earliest }: Openings): Reason[] {
  if (!earliest) return [];
  const time = formatInstant(earliest.startsAt).slice(0, 16).replace('T', ' ');
  return [reason('earliest-place', `最早可约 ${time}`, `Earliest free place ${time}`)];
}

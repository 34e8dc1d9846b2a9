import { addDays, formatInstant, HOUR, MINUTE, startOfDay, type LocalDate } from '../../kernel/calendar.js';
import type { Allotment, PoolInput, SessionInput } from '../../contract/capacity.js';
import { DISTRICTS } from './districts.js';
import {
  CITY_HOSPITAL, communityCentre, districtHospitalOf, HUADU_PEOPLE, HUADU_REHAB, NANHAI_CENTRE, PROVINCIAL, TCM_WESTERN, townshipCentre, type Master,
} from './institutions.js';
import { HUADU_GROUP, TCM_GROUP } from './consortia.js';

/**
 * 号源池, 检查池, 床位池 of the sample city. Every share, day and hour is illustrative: the documents ask
 * for a reserved part (Xinhui 2017, line 22; Foshan 2017, line 51) and name no figure.
 */
export interface SamplePool extends Master<PoolInput> {
  readonly timetable: Timetable;
}

/** When places exist: at these hours of every day (9.5 is half past nine), so many, so long. */
export interface Timetable {
  readonly hours: readonly number[];
  readonly minutes: number;
  readonly capacity: number;
}

const MORNING = [8.5, 9, 9.5, 10, 10.5, 11];
const AFTERNOON = [14, 14.5, 15, 15.5, 16];
const WHOLE_DAY = [...MORNING, ...AFTERNOON];

const clinicHours = (capacity: number): Timetable => ({ hours: WHOLE_DAY, minutes: 30, capacity });
const expertHours = (capacity: number): Timetable => ({ hours: MORNING, minutes: 30, capacity });
/** A bed-night is a session from 12:00 to 12:00. */
const nights = (capacity: number): Timetable => ({ hours: [12], minutes: 24 * 60, capacity });

const forPrimary = (shareBp: number, releaseHours: number): Allotment => ({
  id: 'primary', audience: { level: 'primary' }, shareBp, visibleFromDays: 28, releaseHours,
});
const forGroup = (consortiumId: string, places: number): Allotment => ({ id: 'group', audience: { consortiumId }, places, visibleFromDays: 14, releaseHours: 24 });
const forEmergencies = (places: number): Allotment => ({ id: 'emergency', audience: { urgency: 'emergency' }, places });

type Rest = Omit<PoolInput, 'institutionId' | 'kind' | 'department' | 'name'>;

function pool(institutionId: string, key: string, timetable: Timetable, kind: PoolInput['kind'], department: string, name: string, rest: Rest = {}): SamplePool {
  return { id: poolId(institutionId, key), timetable, body: { institutionId, kind, department, name, ...rest } };
}

export const poolId = (institutionId: string, key: string): string => `${institutionId}.${key}`;

function tertiaryPools(id: string, doctor: string, groupId: string | null): SamplePool[] {
  const shares = (primaryBp: number): Allotment[] => [forPrimary(primaryBp, 4), ...(groupId === null ? [] : [forGroup(groupId, 1)]), forEmergencies(1)];
  return [
    pool(id, 'cardiology-expert', expertHours(6), 'clinic', '03.04', '心血管内科专家门诊', {
      tier: 'expert', practitioner: { code: 'EXPERT-01', name: doctor }, registrationFeeFen: 5_000, openFromDays: 14, allotments: shares(5_000),
    }),
    pool(id, 'internal-general', clinicHours(8), 'clinic', '03', '内科普通门诊', { tier: 'general', openFromDays: 14, allotments: shares(2_500) }),
    pool(id, 'ct', clinicHours(3), 'exam', '32.02', 'CT 检查', { item: '冠状动脉 CTA', openFromDays: 14, allotments: [forPrimary(3_400, 12), forEmergencies(1)] }),
    pool(id, 'mr', clinicHours(1), 'exam', '32.03', '磁共振检查', { item: '磁共振平扫', openFromDays: 14 }),
    pool(id, 'ultrasound', clinicHours(3), 'exam', '32.05', '超声检查', { item: '超声心动图', openFromDays: 14, allotments: [forPrimary(3_400, 12)] }),
    pool(id, 'cardiology-beds', nights(20), 'bed', '03.04', '心血管内科病床', { item: '普通床', allotments: [forPrimary(3_000, 6), forEmergencies(2)] }),
  ];
}

function districtPools(id: string): SamplePool[] {
  return [
    pool(id, 'internal-general', clinicHours(6), 'clinic', '03', '内科普通门诊', { tier: 'general', openFromDays: 14, allotments: [forPrimary(3_000, 4)] }),
    pool(id, 'ultrasound', clinicHours(2), 'exam', '32.05', '超声检查', { item: '超声心动图', openFromDays: 14, allotments: [forPrimary(5_000, 12)] }),
    pool(id, 'internal-beds', nights(12), 'bed', '03', '内科病床', { item: '普通床', allotments: [forPrimary(3_000, 6), forEmergencies(1)] }),
  ];
}

/** Who receives a patient back has places to promise as well; its beds are confirmed by hand. */
function primaryPools(id: string): SamplePool[] {
  return [
    pool(id, 'general-practice', clinicHours(4), 'clinic', '02', '全科门诊', { tier: 'general', openFromDays: 28 }),
    pool(id, 'rehabilitation-beds', nights(6), 'bed', '21', '康复护理床', { item: '康复床', booking: 'arranged' }),
  ];
}

function rehabilitationPools(id: string): SamplePool[] {
  return [
    pool(id, 'rehabilitation-clinic', clinicHours(4), 'clinic', '21', '康复门诊', { tier: 'general', openFromDays: 28 }),
    pool(id, 'rehabilitation-beds', nights(24), 'bed', '21', '康复病床', { item: '康复床', booking: 'arranged' }),
  ];
}

const everyDistrict = (pick: (key: string) => SamplePool[]): SamplePool[] => DISTRICTS.flatMap((d) => pick(d.key));

export const POOLS: readonly SamplePool[] = [
  ...tertiaryPools(HUADU_PEOPLE, '示例专家甲', HUADU_GROUP),
  ...tertiaryPools(TCM_WESTERN, '示例专家乙', TCM_GROUP),
  ...tertiaryPools(CITY_HOSPITAL, '示例专家丙', null),
  ...tertiaryPools(PROVINCIAL, '示例专家丁', null),
  ...rehabilitationPools(HUADU_REHAB),
  ...primaryPools(NANHAI_CENTRE),
  ...primaryPools(townshipCentre('huadu', 1)),
  ...primaryPools(townshipCentre('huadu', 2)),
  ...everyDistrict((key) => [...districtPools(districtHospitalOf(key)), ...primaryPools(communityCentre(key, 1)), ...primaryPools(communityCentre(key, 2))]),
];

/** The sessions of a timetable on `days` local dates from `from` on, in order. */
export function sessionsOf(timetable: Timetable, from: LocalDate, days: number): SessionInput[] {
  const sessions: SessionInput[] = [];
  for (let day = 0; day < days; day += 1) {
    const midnight = startOfDay(addDays(from, day));
    for (const hour of timetable.hours) {
      const startsAt = midnight + hour * HOUR;
      sessions.push({ startsAt: formatInstant(startsAt), endsAt: formatInstant(startsAt + timetable.minutes * MINUTE), capacity: timetable.capacity });
    }
  }
  return sessions;
}

/** So many days from the first day of the story on: the story itself, and two weeks for the visitor's own trial. */
export const SESSION_DAYS = 26;

/** Bytes of a request are limited: so many days of sessions go into one. */
export const SESSIONS_PER_REQUEST = 500;

export function sessionRequests(sample: SamplePool, opens: LocalDate): SessionInput[][] {
  const all = sessionsOf(sample.timetable, opens, SESSION_DAYS);
  const requests: SessionInput[][] = [];
  for (let i = 0; i < all.length; i += SESSIONS_PER_REQUEST) requests.push(all.slice(i, i + SESSIONS_PER_REQUEST));
  return requests;
}


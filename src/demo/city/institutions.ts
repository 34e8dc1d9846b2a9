import { must } from '../../kernel/assert.js';
import type { Department, InstitutionInput } from '../../contract/institution.js';
import type { InstitutionKind, Level } from '../../contract/vocabulary.js';
import { DISTRICTS, NANHAI, type District } from './districts.js';

/**
 * The institutions of the sample city. Two hospitals bear the names under which the letter reports
 * them (Guangzhou 2018, line 13); every other is named as a sample, and all figures, telephone numbers
 * and fees are illustrative: no document states them.
 */
export interface Master<T> {
  readonly id: string;
  readonly body: T;
}

export const HUADU_PEOPLE = 'huadu-people-hospital';
export const TCM_WESTERN = 'guangzhou-tcm-western-hospital';
export const CITY_HOSPITAL = 'guangzhou-sample-city-hospital';
export const PROVINCIAL = 'guangdong-sample-provincial-hospital';
export const HUADU_REHAB = 'huadu-sample-rehabilitation-hospital';
export const NANHAI_CENTRE = 'nanhai-sample-community-centre';

export const CARDIOLOGY: Department = { code: '03.04', name: '心血管内科', capabilities: ['coronary-intervention', 'heart-failure'] };
const INTERNAL: Department = { code: '03', name: '内科', capabilities: ['hypertension', 'diabetes'] };
const ORTHOPAEDICS: Department = { code: '04.03', name: '骨科', capabilities: ['fracture'] };
const EMERGENCY: Department = { code: '20', name: '急诊医学科', capabilities: [] };
const REHABILITATION: Department = { code: '21', name: '康复医学科', capabilities: ['cardiac-rehabilitation', 'stroke-rehabilitation'] };
const CT: Department = { code: '32.02', name: 'CT 诊断', capabilities: [] };
const MR: Department = { code: '32.03', name: '磁共振成像诊断', capabilities: [] };
const ULTRASOUND: Department = { code: '32.05', name: '超声诊断', capabilities: [] };
const CHINESE_MEDICINE: Department = { code: '50', name: '中医科', capabilities: [] };
const GENERAL_PRACTICE: Department = { code: '02', name: '全科医疗科', capabilities: ['hypertension', 'diabetes'] };

const LARGE = [INTERNAL, CARDIOLOGY, ORTHOPAEDICS, EMERGENCY, REHABILITATION, CT, MR, ULTRASOUND];

/** Medicines that a sample primary institution stocks: what the care plans of the story are checked against. */
const PRIMARY_FORMULARY = ['阿司匹林肠溶片', '阿托伐他汀钙片', '美托洛尔缓释片', '氨氯地平片', '二甲双胍片', '硝酸甘油片'];

interface Traits {
  readonly level: Level;
  readonly kind: InstitutionKind;
  readonly departments: Department[];
  readonly feeFen: number;
  readonly capabilities?: string[];
  readonly formulary?: string[];
}

function institution(id: string, name: string, district: District, traits: Traits, shift = 0): Master<InstitutionInput> {
  const { level, kind, departments, feeFen, capabilities, formulary } = traits;
  return {
    id,
    body: {
      name,
      level,
      levelSince: '2014-01-01',
      kind,
      district: district.code,
      // A fixed step aside, so that two institutions of a district do not stand on one spot.
      location: { lat: round(district.lat + 0.012 * shift), lng: round(district.lng - 0.009 * shift) },
      departments,
      ...(capabilities ? { capabilities } : {}),
      registrationFeeFen: feeFen,
      ...(formulary ? { formulary } : {}),
    },
  };
}

const round = (degrees: number): number => Math.round(degrees * 10_000) / 10_000;

const district = (key: string): District => must(DISTRICTS.find((d) => d.key === key), `district ${key} is one of the eleven`);
const HUADU = district('huadu');
const YUEXIU = district('yuexiu');

const primary = (kind: 'community' | 'township'): Traits => ({
  level: 'primary', kind, departments: [GENERAL_PRACTICE, INTERNAL, REHABILITATION], feeFen: 1_000, formulary: PRIMARY_FORMULARY,
});
const districtHospital: Traits = { level: 'secondary', kind: 'general', departments: [INTERNAL, EMERGENCY, REHABILITATION, CT, ULTRASOUND], feeFen: 1_500 };

const named: Master<InstitutionInput>[] = [
  institution(HUADU_PEOPLE, '花都区人民医院', HUADU, { level: 'tertiary', kind: 'general', departments: LARGE, feeFen: 2_000, capabilities: ['chest-pain', 'stroke', 'trauma'] }),
  institution(TCM_WESTERN, '广州市中西医结合医院', HUADU, { level: 'tertiary', kind: 'tcm', departments: [...LARGE, CHINESE_MEDICINE], feeFen: 2_000, capabilities: ['stroke'] }, 1),
  institution(CITY_HOSPITAL, '广州示范市级医院', YUEXIU, { level: 'tertiary', kind: 'general', departments: LARGE, feeFen: 2_500, capabilities: ['chest-pain', 'stroke', 'trauma'] }),
  institution(PROVINCIAL, '广东示范省级医院', YUEXIU, { level: 'provincial', kind: 'general', departments: LARGE, feeFen: 3_000, capabilities: ['chest-pain', 'stroke', 'trauma'] }, 1),
  institution(HUADU_REHAB, '花都区示范康复医院', HUADU, { level: 'secondary', kind: 'rehabilitation', departments: [REHABILITATION], feeFen: 1_500 }, 2),
  institution(NANHAI_CENTRE, '佛山市南海区示范社区卫生服务中心', NANHAI, primary('community')),
];

/** Which districts have townships in the sample: the outer ones, as on the map. */
const RURAL = ['huadu', 'conghua', 'zengcheng', 'nansha'];
const COUNT_NAMES = ['一', '二'];

function ofDistrict(d: District): Master<InstitutionInput>[] {
  const found: Master<InstitutionInput>[] = [institution(`${d.key}-sample-hospital`, `${d.name}示范医院`, d, districtHospital, 3)];
  COUNT_NAMES.forEach((count, i) => found.push(institution(communityCentre(d.key, i + 1), `${d.name}示范社区卫生服务中心${count}`, d, primary('community'), 4 + i)));
  if (RURAL.includes(d.key)) {
    COUNT_NAMES.forEach((count, i) => found.push(institution(townshipCentre(d.key, i + 1), `${d.name}示范镇卫生院${count}`, d, primary('township'), 6 + i)));
  }
  return found;
}

export const districtHospitalOf = (key: string): string => `${key}-sample-hospital`;
export const communityCentre = (key: string, n: number): string => `${key}-sample-community-${n}`;
export const townshipCentre = (key: string, n: number): string => `${key}-sample-township-${n}`;

/** Every institution has a referral office that can be reached (Xinhui 2017, line 22); the numbers are made up. */
function withOffice({ id, body }: Master<InstitutionInput>, index: number): Master<InstitutionInput> {
  const line = String(index + 1).padStart(3, '0');
  return { id, body: { ...body, referralOffice: { phone: `020-20000${line}`, hours: '08:00-17:30', dutyPhone: `020-20001${line}` } } };
}

export const INSTITUTIONS: readonly Master<InstitutionInput>[] = [...named, ...DISTRICTS.flatMap(ofDistrict)].map(withOffice);

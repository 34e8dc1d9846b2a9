import { must } from '../../kernel/assert.js';
import type { LocalDate } from '../../kernel/calendar.js';
import type { ConsortiumInput, Department, InstitutionInput } from '../../contract/institution.js';
import { CONSORTIUM_TYPES, type ConsortiumType, type InstitutionKind, type Level } from '../../contract/vocabulary.js';
import { HUADU_GROUP, TCM_GROUP } from '../city/consortia.js';
import { DISTRICTS, type District } from '../city/districts.js';
import { HUADU_PEOPLE, TCM_WESTERN, type Master } from '../city/institutions.js';
import { GUANGZHOU_RULE } from '../city/rules.js';
import { CONSORTIA_BY_TYPE, TERTIARY_INSTITUTIONS } from './figures.js';

/**
 * A city of the letter's size: 11 districts, 50 tertiary institutions, 144 consortia of the five types.
 * How many secondary and primary institutions there are, and who belongs to which consortium, the
 * letter does not say: those are assumptions, chosen to be enough.
 */
export interface Side {
  readonly id: string;
  readonly district: string;
  readonly level: Level;
  readonly clinic: string;
  readonly beds: string;
}

export interface ReplayConsortium {
  readonly id: string;
  readonly body: ConsortiumInput;
  readonly since: LocalDate;
  readonly lead: Side;
  /** Who sends up to the lead; and, below, who takes back from it. */
  readonly senders: readonly Side[];
  readonly takers: readonly Side[];
  readonly memberIds: readonly string[];
}

export interface ReplayNetwork {
  readonly institutions: readonly Master<InstitutionInput>[];
  readonly consortia: readonly ReplayConsortium[];
  /** Leads first, then takers: everybody who has places to promise. */
  readonly receivers: readonly Side[];
}

const SECONDARY_PER_DISTRICT = 4;
const PRIMARY_PER_DISTRICT = 8;
const SENDING_PRIMARIES = 4;

const INTERNAL: Department = { code: '03', name: '内科', capabilities: [] };
const REHABILITATION: Department = { code: '21', name: '康复医学科', capabilities: [] };

/** Where a referral of the replay goes within the receiver. */
export const CLINIC_DEPARTMENT = INTERNAL.code;

interface Built extends Master<InstitutionInput> {
  readonly side: Side;
}

function build(id: string, name: string, district: District, level: Level, kind: InstitutionKind): Built {
  return {
    id,
    side: { id, district: district.code, level, clinic: `${id}.clinic`, beds: `${id}.beds` },
    body: {
      name, level, levelSince: '2014-01-01', kind, district: district.code,
      location: { lat: district.lat, lng: district.lng },
      departments: [INTERNAL, REHABILITATION],
      // Illustrative: the letter names no fee.
      registrationFeeFen: level === 'primary' ? 1_000 : 2_000,
    },
  };
}

const numbered = (n: number): string => String(n + 1).padStart(2, '0');
const districtAt = (n: number): District => DISTRICTS[n % DISTRICTS.length]!;

interface ByLevel {
  readonly tertiary: readonly Built[];
  readonly secondary: readonly Built[];
  readonly primary: readonly Built[];
  readonly rehabilitation: readonly Built[];
}

function institutions(): ByLevel {
  const huadu = must(DISTRICTS.find((d) => d.key === 'huadu'), 'Huadu is one of the eleven');
  const tertiary = [
    build(HUADU_PEOPLE, '花都区人民医院', huadu, 'tertiary', 'general'),
    build(TCM_WESTERN, '广州市中西医结合医院', huadu, 'tertiary', 'tcm'),
  ];
  for (let n = tertiary.length; n < TERTIARY_INSTITUTIONS; n += 1) {
    tertiary.push(build(`tertiary-${numbered(n)}`, `示范三级医院${numbered(n)}`, districtAt(n), 'tertiary', n % 5 === 0 ? 'specialist' : 'general'));
  }
  const perDistrict = (count: number, make: (d: District, n: number) => Built): Built[] =>
    DISTRICTS.flatMap((d) => Array.from({ length: count }, (_, n) => make(d, n)));
  return {
    tertiary,
    secondary: perDistrict(SECONDARY_PER_DISTRICT, (d, n) => build(`${d.key}-secondary-${numbered(n)}`, `${d.name}示范二级医院${numbered(n)}`, d, 'secondary', 'general')),
    primary: perDistrict(PRIMARY_PER_DISTRICT, (d, n) =>
      n % 2 === 0
        ? build(`${d.key}-primary-${numbered(n)}`, `${d.name}示范社区卫生服务中心${numbered(n)}`, d, 'primary', 'community')
        : build(`${d.key}-primary-${numbered(n)}`, `${d.name}示范镇卫生院${numbered(n)}`, d, 'primary', 'township')),
    rehabilitation: perDistrict(1, (d) => build(`${d.key}-rehabilitation`, `${d.name}示范康复医院`, d, 'secondary', 'rehabilitation')),
  };
}

const TYPE_NAMES: Record<ConsortiumType, string> = {
  'medical-group': '医疗集团',
  'medical-community': '医疗共同体',
  'specialty-alliance': '专科联盟',
  'telemedicine-network': '远程医疗协作网',
  other: '其他医联体',
};

/** Groups and communities are run as one house; the rest work together (Foshan 2017, lines 35 and 37). */
const TIGHT: readonly ConsortiumType[] = ['medical-group', 'medical-community'];

/** `count` sides from `from` on, around the list. */
function around(list: readonly Built[], from: number, count: number): Side[] {
  return Array.from({ length: count }, (_, i) => list[(from + i) % list.length]!.side);
}

function consortium(built: ByLevel, type: ConsortiumType, ordinal: number, serial: number): ReplayConsortium {
  const named = type === 'medical-group' ? NAMED_GROUPS[ordinal] : undefined;
  const lead = built.tertiary[named?.lead ?? serial % TERTIARY_INSTITUTIONS]!;
  const alliance = type === 'specialty-alliance';
  // Who works together lives in one district, except in an alliance of specialists.
  const home = named ? lead.side.district : districtAt(serial).code;
  const nearby = (list: readonly Built[]): readonly Built[] => (alliance ? list : list.filter((b) => b.side.district === home));
  const turn = serial * 3;
  const primaries = around(nearby(built.primary), turn, SENDING_PRIMARIES);
  const secondary = around(nearby(built.secondary), turn, 1);
  const rehabilitation = around(nearby(built.rehabilitation), turn, 1);
  return {
    id: named?.id ?? `${type}-${numbered(ordinal)}`,
    since: named ? '2017-12-19' : PILOT,
    body: {
      name: named?.name ?? `示范${TYPE_NAMES[type]}${numbered(ordinal)}`,
      type,
      tightness: TIGHT.includes(type) ? 'tight' : 'loose',
      scope: alliance ? 'cross-district' : 'district',
      leadInstitutionId: lead.id,
      entitlementRule: GUANGZHOU_RULE,
    },
    lead: lead.side,
    senders: [...primaries, ...secondary],
    takers: [...primaries, ...rehabilitation],
    memberIds: [...primaries, ...secondary, ...rehabilitation].map((s) => s.id),
  };
}

/** The consortia began as a pilot in 2014 (Guangzhou 2018, line 11); the month is an assumption. */
export const PILOT: LocalDate = '2014-12-01';

/** Both opened on 19 December 2017 (Guangzhou 2018, line 13): nothing is referred within them before. */
const NAMED_GROUPS = [
  { id: HUADU_GROUP, name: '花都区人民医院医疗集团', lead: 0 },
  { id: TCM_GROUP, name: '广州市中西医结合医院医疗集团', lead: 1 },
];

export function replayNetwork(): ReplayNetwork {
  const built = institutions();
  const consortia: ReplayConsortium[] = [];
  for (const type of CONSORTIUM_TYPES) {
    for (let ordinal = 0; ordinal < CONSORTIA_BY_TYPE[type]; ordinal += 1) consortia.push(consortium(built, type, ordinal, consortia.length));
  }
  const receivers = [...built.tertiary, ...built.primary, ...built.rehabilitation].map((b) => b.side);
  return { institutions: [...built.tertiary, ...built.secondary, ...built.primary, ...built.rehabilitation], consortia, receivers };
}

import type { ConsortiumInput, MemberInput } from '../../contract/institution.js';
import { DISTRICTS } from './districts.js';
import {
  CITY_HOSPITAL, communityCentre, districtHospitalOf, HUADU_PEOPLE, HUADU_REHAB, NANHAI_CENTRE, PROVINCIAL, TCM_WESTERN, townshipCentre, type Master,
} from './institutions.js';
import { FOSHAN_RULE, GUANGZHOU_RULE } from './rules.js';

/** The consortia of the sample city: all five types, tight and loose, both rules of 一免三优先. */
export interface SampleConsortium extends Master<ConsortiumInput> {
  readonly members: readonly { readonly institutionId: string; readonly body: MemberInput }[];
}

export const HUADU_GROUP = 'huadu-people-hospital-group';
export const TCM_GROUP = 'guangzhou-tcm-western-hospital-group';
export const CHEST_PAIN_ALLIANCE = 'guangzhou-sample-chest-pain-alliance';

/** Both groups of Huadu were opened on this day (Guangzhou 2018, line 13). */
const GROUPS_FOUNDED = '2017-12-19';
const SAMPLE_FOUNDED = '2015-01-01';

const member = (institutionId: string, from: string, role: 'lead' | 'member' = 'member') => ({
  institutionId,
  body: { periods: [{ role, from, until: null }] },
});

function consortium(id: string, from: string, body: ConsortiumInput, members: readonly string[]): SampleConsortium {
  return { id, body, members: [member(body.leadInstitutionId, from, 'lead'), ...members.map((m) => member(m, from))] };
}

const everyDistrict = (pick: (key: string) => string[]): string[] => DISTRICTS.flatMap((d) => pick(d.key));

export const CONSORTIA: readonly SampleConsortium[] = [
  consortium(
    HUADU_GROUP, GROUPS_FOUNDED,
    {
      name: '花都区人民医院医疗集团', type: 'medical-group', tightness: 'tight', scope: 'district',
      leadInstitutionId: HUADU_PEOPLE, entitlementRule: GUANGZHOU_RULE, recognition: { sameLevelOnly: false, validDays: 30 },
    },
    [districtHospitalOf('huadu'), HUADU_REHAB, communityCentre('huadu', 1), communityCentre('huadu', 2), townshipCentre('huadu', 1)],
  ),
  consortium(
    TCM_GROUP, GROUPS_FOUNDED,
    {
      name: '广州市中西医结合医院医疗集团', type: 'medical-group', tightness: 'tight', scope: 'district',
      leadInstitutionId: TCM_WESTERN, entitlementRule: GUANGZHOU_RULE, recognition: { sameLevelOnly: false, validDays: 30 },
    },
    [HUADU_REHAB, communityCentre('huadu', 2), townshipCentre('huadu', 2)],
  ),
  consortium(
    'conghua-sample-medical-community', SAMPLE_FOUNDED,
    {
      name: '从化区示范医疗共同体', type: 'medical-community', tightness: 'tight', scope: 'district',
      leadInstitutionId: districtHospitalOf('conghua'), entitlementRule: GUANGZHOU_RULE, stepwise: true, timers: { answerHours: 12 },
    },
    [communityCentre('conghua', 1), communityCentre('conghua', 2), townshipCentre('conghua', 1), townshipCentre('conghua', 2)],
  ),
  consortium(
    CHEST_PAIN_ALLIANCE, SAMPLE_FOUNDED,
    {
      // Guangzhou 2018, line 57: every district is to have one to three alliances for chest pain.
      name: '广州示范胸痛专科联盟', type: 'specialty-alliance', tightness: 'loose', scope: 'cross-district', specialty: '胸痛',
      leadInstitutionId: CITY_HOSPITAL, entitlementRule: GUANGZHOU_RULE,
    },
    [HUADU_PEOPLE, TCM_WESTERN, ...everyDistrict((key) => [districtHospitalOf(key)])],
  ),
  consortium(
    'guangdong-sample-telemedicine-network', SAMPLE_FOUNDED,
    {
      name: '广东示范远程医疗协作网', type: 'telemedicine-network', tightness: 'loose', scope: 'cross-city',
      leadInstitutionId: PROVINCIAL, entitlementRule: GUANGZHOU_RULE,
    },
    [CITY_HOSPITAL, ...everyDistrict((key) => [communityCentre(key, 1)])],
  ),
  consortium(
    'guangfo-sample-consortium', SAMPLE_FOUNDED,
    {
      // Foshan 2017, line 58: results are recognised between institutions of the same level only.
      name: '广佛示范医联体', type: 'other', tightness: 'loose', scope: 'cross-city',
      leadInstitutionId: CITY_HOSPITAL, entitlementRule: FOSHAN_RULE, recognition: { sameLevelOnly: true, validDays: 14 },
    },
    [NANHAI_CENTRE, districtHospitalOf('liwan'), communityCentre('liwan', 1), communityCentre('liwan', 2)],
  ),
];

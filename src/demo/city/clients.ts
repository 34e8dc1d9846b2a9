import type { ClientInput } from '../../contract/institution.js';
import { CITY_AREA } from './districts.js';
import { CITY_HOSPITAL, communityCentre, HUADU_PEOPLE, TCM_WESTERN } from './institutions.js';

/** The systems and desks that call the service in the sample city; each gets a key of its own. */
export const CLIENTS = {
  clinicDesk: { name: '花都区示范社区卫生服务中心一 · 转诊窗口', institutionId: communityCentre('huadu', 1), roles: ['clerk', 'doctor', 'his'] },
  neighbourDesk: { name: '花都区示范社区卫生服务中心二 · 转诊窗口', institutionId: communityCentre('huadu', 2), roles: ['clerk', 'doctor', 'his'] },
  hospitalHis: { name: '花都区人民医院 · HIS', institutionId: HUADU_PEOPLE, roles: ['his', 'clerk'] },
  hospitalDoctors: { name: '花都区人民医院 · 医生工作站', institutionId: HUADU_PEOPLE, roles: ['doctor'] },
  hospitalCoordinator: { name: '花都区人民医院 · 双向转诊中心', institutionId: HUADU_PEOPLE, roles: ['coordinator'] },
  tcmHis: { name: '广州市中西医结合医院 · HIS', institutionId: TCM_WESTERN, roles: ['his', 'clerk', 'doctor'] },
  cityHis: { name: '广州示范市级医院 · HIS', institutionId: CITY_HOSPITAL, roles: ['his', 'clerk', 'doctor'] },
  insurer: { name: '广州示范医保经办', area: CITY_AREA, roles: ['insurer'] },
  regulator: { name: '广州示范卫生行政部门', area: CITY_AREA, roles: ['regulator'] },
} as const satisfies Record<string, Omit<ClientInput, 'roles'> & { readonly roles: readonly ClientInput['roles'][number][] }>;

export type ClientName = keyof typeof CLIENTS;

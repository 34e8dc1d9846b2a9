import { addDays, formatInstant, localDateOf, type Instant } from '../../kernel/calendar.js';
import { CLIENTS, type ClientName } from '../city/clients.js';
import { HUADU_PEOPLE } from '../city/institutions.js';
import { given } from './answers.js';
import { CLINIC, EXPERT_POOL, WAITING, waitingReferral } from './cast.js';
import type { Desk } from './desk.js';
import type { Desks } from './load.js';
import type { Narrator } from './narrator.js';
import { momentOf } from './stage.js';

/** Where to go on by oneself: addresses, keys, and commands that can be pasted. A referral waits for an answer. */
export async function invite(tell: Narrator, address: string, desks: Desks, admin: Desk, now: Instant, patientId: string): Promise<void> {
  const waiting = await given('the referral that waits', desks.clinicDesk.refer(waitingReferral(now)));
  tell.chapter('服务仍在运行，请您接着试', 'The service goes on: your turn');
  tell.plain(`  API      ${address}/v1`);
  tell.plain(`  文档     ${address}/docs`);
  tell.plain(`  OpenAPI  ${address}/openapi.json`);
  tell.plain('\n  密钥 keys');
  for (const name of Object.keys(CLIENTS) as ClientName[]) tell.plain(`    ${desks[name].key}  ${CLIENTS[name].name}（${CLIENTS[name].roles.join(', ')}）`);
  tell.plain(`    ${admin.key}  管理员 administrator（admin）`);

  tell.plain(`\n  ${WAITING.name} 的转诊单 ${waiting.referralNo} 正在等待花都区人民医院受理。可直接粘贴 Ready to paste:`);
  for (const [what, command] of commandsFor(address, desks, waiting.id, now, patientId)) tell.plain(`\n  # ${what}\n  ${command}`);
  tell.plain('\n  按 Ctrl-C 结束 Ctrl-C ends the demo.');
}

/** Each with its sentence; one line, so that it can be pasted. */
function commandsFor(address: string, desks: Desks, referralId: string, now: Instant, patientId: string): [string, string][] {
  const tomorrow = addDays(localDateOf(now), 1);
  const startsAt = formatInstant(momentOf(tomorrow, 0, 9.5));
  const get = (desk: Desk, path: string): string => `curl -s '${address}${path}' -H 'Authorization: Bearer ${desk.key}'`;
  const post = (desk: Desk, path: string, once: string, body: object): string =>
    `curl -s -X POST '${address}${path}' -H 'Authorization: Bearer ${desk.key}' -H 'Idempotency-Key: ${once}' -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const range = `from=${tomorrow}&to=${tomorrow}&sourceInstitutionId=${CLINIC}`;
  return [
    ['医院：待受理的转诊单 The hospital: what waits for an answer', get(desks.hospitalHis, '/v1/referrals?status=submitted')],
    ['医院：受理 The hospital accepts', post(desks.hospitalHis, `/v1/referrals/${referralId}/accept`, 'try-accept', { comment: '同意接收' })],
    ['社区：明天可约的专家号 The centre: expert places tomorrow, as it sees them', get(desks.clinicDesk, `/v1/availability?institutionId=${HUADU_PEOPLE}&kind=clinic&${range}`)],
    ['社区：预约明天 09:30 的专家号 The centre books one', post(desks.clinicDesk, '/v1/reservations', 'try-book', { referralId, items: [{ poolId: EXPERT_POOL, startsAt }], confirm: true })],
    ['转诊单（转出单）作为数据 The official form as data', get(desks.clinicDesk, `/v1/referrals/${referralId}/form`)],
    ['社区：故事里的患者起付线怎么算的 How the deductible of the story came about', get(desks.clinicDesk, `/v1/patients/${patientId}/episodes`)],
    ['经过 What happened to it', get(desks.clinicDesk, `/v1/referrals/${referralId}/history`)],
  ];
}

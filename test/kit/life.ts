import type { Refusal } from '../../src/kernel/problem.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { ReferralAction } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import type { RecordedTransfer } from '../../src/domain/transfer.js';
import type { Actor } from '../../src/usecase/ports.js';
import { act, type ActCommand } from '../../src/usecase/referral/act.js';
import type { ActionBody } from '../../src/usecase/referral/actions/action.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import type { City } from './city.js';
import { accepted } from './network.js';

/** The moves that tests of a referral's life are made of. */

/** For each action a body that lacks nothing. */
export const BODIES: { readonly [A in ReferralAction]: ActionBody<A> } = {
  submit: {},
  'request-info': { comment: '请补充心电图' },
  'provide-info': { comment: '已补充' },
  accept: {},
  reject: { reasonCode: 'out-of-scope' },
  cancel: { reasonCode: 'form-error' },
  close: { reasonCode: 'gone-elsewhere' },
  retriage: { urgency: 'urgent', reasonCode: 'condition-worse' },
  redirect: { targetInstitutionId: 's1', reasonCode: 'no-capacity' },
  arrive: {},
  'revoke-arrival': { reasonCode: 'not-arrived' },
  receive: {},
  complete: { feedback: { diagnosis: [{ code: 'I20.9', system: 'ICD-10', name: '心绞痛' }], treatment: '药物治疗', outcome: 'improved' } },
  reinstate: {},
  acknowledge: { name: '值班医生' },
};

const BY_SENDER: readonly ReferralAction[] = ['submit', 'provide-info', 'cancel'];

export interface Move {
  /** Absent: whose it is to do. */
  readonly by?: string | Actor;
  /** Beside, or instead of, what stands in {@link BODIES}. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly ifMatch?: number;
}

/** One action, which may be refused. */
export function tryAct(city: City, referral: Referral, action: ReferralAction, { by, body = {}, ifMatch }: Move = {}): Promise<Referral | Refusal> {
  const whose = BY_SENDER.includes(action) ? referral.sourceInstitutionId : referral.targetInstitutionId!;
  const command = { id: referral.id, action, ifMatch: ifMatch ?? null, body: { ...BODIES[action], ...body } } as ActCommand;
  return city.do(by ?? whose, act, command);
}

/** One action, which must not be refused. */
export function must(city: City, referral: Referral, action: ReferralAction, move: Move = {}): Promise<Referral> {
  return accepted(tryAct(city, referral, action, move));
}

/** One action after the other, each by whose it is. */
export async function take(city: City, referral: Referral, ...actions: readonly ReferralAction[]): Promise<Referral> {
  let now = referral;
  for (const action of actions) now = await must(city, now, action);
  return now;
}

export function trySend(city: City, body: ReferralInput, by: string | Actor = body.sourceInstitutionId): Promise<Referral | Refusal> {
  return city.do(by, createReferral, { body });
}

export function send(city: City, body: ReferralInput): Promise<Referral> {
  return accepted(trySend(city, body));
}

/** The referral by which another was followed, as it stands. */
export function successorOf(city: City, redirected: Referral): Promise<Referral> {
  return city.referral(redirected.course.redirectedTo!);
}

export function transfers(city: City): Promise<readonly RecordedTransfer[]> {
  return city.store.read((reads) => reads.transfersAfter(0, 1_000, null));
}

/** Every row of every table: what "and nothing at all changed" compares. */
export function everything(city: City): Promise<Readonly<Record<string, readonly unknown[]>>> {
  return city.rows();
}

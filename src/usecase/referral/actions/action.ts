import type { Static } from 'typebox';
import type { Refusal } from '../../../kernel/problem.js';
import type { ACTION_BODIES } from '../../../contract/referral.js';
import type { Referral } from '../../../domain/referral.js';
import type { Transfer } from '../../../domain/transfer.js';
import type { ReferralAction } from '../../../contract/vocabulary.js';
import type { Unit } from '../../ports.js';
import type { Found } from '../access.js';

export type ActionBody<A extends ReferralAction> = Static<(typeof ACTION_BODIES)[A]>;

/** What an action made of the referral. The dispatcher saves it and appends the event. */
export interface Changed {
  readonly referral: Referral;
  readonly data?: Record<string, unknown>;
  readonly transfer?: Transfer;
}

/** One action, known to be legal for this party in this status. */
export type Action<A extends ReferralAction> = (unit: Unit, found: Found, body: ActionBody<A>) => Promise<Changed | Refusal>;

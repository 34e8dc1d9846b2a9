import { formatInstant, type Instant, type LocalDate } from '../kernel/calendar.js';
import { refuse, type Refusal } from '../kernel/problem.js';
import type { EntitlementItemName, EntitlementState, Level, Priority } from '../contract/vocabulary.js';
import { isMemberOn, ruleVersionOf, type Consortium } from './network.js';
import type { Entitlement, Referral } from './referral.js';
import type { Place } from './reservation.js';

/**
 * 一免三优先: registration fee waived, priority for the expert clinic, the examination, the admission
 * (Guangzhou 2018, line 27, for patients sent up from primary care). Foshan 2017, line 51 grants the
 * priorities without the waiver. Which of them, and to senders of which level, is each consortium's
 * rule; here is only what follows from it.
 */
export interface EntitlementFacts {
  readonly direction: string;
  readonly sourceInstitutionId: string;
  readonly sourceLevel: Level;
  readonly targetInstitutionId: string;
  readonly consortium: Consortium | undefined;
  /** The date that counts: on which the referral is submitted, or really happened. */
  readonly date: LocalDate;
  /** What the target takes for the registration, in fen. */
  readonly registrationFeeFen: number;
  readonly code: string;
}

type Granted = Entitlement['items'][number];

/** The decision at submission, with every condition and the fact behind it, whether it holds or not. */
export function decideEntitlement(facts: EntitlementFacts): Entitlement {
  const { consortium, date } = facts;
  const rule = consortium?.entitlementRule;
  const because: Entitlement['because'] = [
    { rule: 'direction-up', holds: facts.direction === 'up', fact: facts.direction },
    { rule: 'consortium-shared', holds: consortium !== undefined, fact: consortium?.id ?? 'none' },
  ];
  if (consortium && rule) {
    because.push(
      { rule: 'sender-level', holds: rule.senderLevels.includes(facts.sourceLevel), fact: `${facts.sourceLevel} ∈ {${rule.senderLevels.join(', ')}}` },
      { rule: 'sender-member-on-date', holds: isMemberOn(consortium, facts.sourceInstitutionId, date), fact: date },
      { rule: 'receiver-member-on-date', holds: isMemberOn(consortium, facts.targetInstitutionId, date), fact: date },
      { rule: 'rule-grants-something', holds: rule.waiveRegistrationFee || rule.priorities.length > 0, fact: ruleVersionOf(consortium) },
    );
  }
  const ruleVersion = consortium ? ruleVersionOf(consortium) : null;
  if (!rule || because.some((condition) => !condition.holds)) return { eligible: false, because, ruleVersion, items: [], code: null };
  const items: Granted[] = rule.waiveRegistrationFee ? [{ item: 'registration-fee', state: 'granted', amountFen: facts.registrationFeeFen }] : [];
  for (const priority of rule.priorities) items.push({ item: priority, state: 'granted' });
  return { eligible: true, because, ruleVersion, items, code: facts.code };
}

/** The code that the patient shows at the counter; it names the referral, so it needs no index of its own. */
export function entitlementCodeOf(referralNo: string): string {
  return `E${referralNo.slice(1)}`;
}

export function referralNoOfCode(code: string): string {
  return `R${code.slice(1)}`;
}

/** The item redeemed at the counter, once: the amount is what this visit's registration would have cost. */
export function redeem(entitlement: Entitlement | null, item: EntitlementItemName, by: { readonly institutionId: string; readonly at: Instant; readonly amountFen: number }): Entitlement | Refusal {
  const granted = entitlement?.items.find((entry) => entry.item === item);
  if (!entitlement || !granted) return refuse('not_entitled');
  if (granted.state === 'honoured') return refuse('already_redeemed');
  if (granted.state !== 'granted') return refuse('not_entitled');
  return replaceItem(entitlement, {
    ...granted,
    state: 'honoured',
    redeemedAt: formatInstant(by.at),
    redeemedBy: by.institutionId,
    ...(item === 'registration-fee' ? { amountFen: by.amountFen } : {}),
  });
}

/** True while a waiver is granted and neither redeemed nor settled: until then it is worth what the registration costs. */
export function waivesFee(entitlement: Entitlement | null): boolean {
  return entitlement?.items.some((entry) => entry.item === 'registration-fee' && entry.state === 'granted') ?? false;
}

/** The waiver in fen of the fee that it waives, as far as it is not redeemed; the very same where it says so already. */
export function priced(entitlement: Entitlement | null, registrationFeeFen: number): Entitlement | null {
  const fee = entitlement?.items.find((entry) => entry.item === 'registration-fee');
  if (!entitlement || fee?.state !== 'granted' || fee.amountFen === registrationFeeFen) return entitlement;
  return replaceItem(entitlement, { ...fee, amountFen: registrationFeeFen });
}

/** A cancelled visit gives the item back, to be redeemed at the next one. */
export function voidRedemption(entitlement: Entitlement | null, item: EntitlementItemName): Entitlement | Refusal {
  const granted = entitlement?.items.find((entry) => entry.item === item);
  if (!entitlement || !granted) return refuse('not_entitled');
  if (granted.redeemedAt === undefined) return refuse('invalid_transition', { currentStatus: granted.state });
  const { redeemedAt: _at, redeemedBy: _by, ...rest } = granted;
  return replaceItem(entitlement, { ...rest, state: 'granted' });
}

function replaceItem(entitlement: Entitlement, item: Granted): Entitlement {
  return { ...entitlement, items: entitlement.items.map((entry) => (entry.item === item.item ? item : entry)) };
}

/** What each priority is a priority for: a place of that kind honours it, a need of that kind without one misses it. */
const SERVED_BY: Record<Priority, { kind: Place['kind']; tier?: 'expert' }> = {
  'expert-clinic': { kind: 'clinic', tier: 'expert' },
  exam: { kind: 'exam' },
  admission: { kind: 'bed' },
};

export interface Served extends Pick<Place, 'kind' | 'state'> {
  readonly tier?: string | undefined;
}

/** At completion: what was granted and not redeemed was honoured by a place, missed, or not needed. */
export function settleEntitlement(referral: Referral, places: readonly Served[]): Entitlement | null {
  const { entitlement } = referral.course;
  if (!entitlement?.eligible) return entitlement;
  const items = entitlement.items.map((entry): Granted => (entry.state === 'granted' ? { ...entry, state: outcomeOf(entry.item, referral, places) } : entry));
  return { ...entitlement, items };
}

function outcomeOf(item: EntitlementItemName, referral: Referral, places: readonly Served[]): EntitlementState {
  // Whoever came to a clinic was registered there; a waiver that nobody redeemed was paid for.
  if (item === 'registration-fee') {
    const registered = referral.category === 'outpatient' || places.some((p) => p.kind === 'clinic' && p.state === 'fulfilled');
    return registered ? 'missed' : 'not-needed';
  }
  const { kind, tier } = SERVED_BY[item];
  const matching = places.filter((p) => p.kind === kind && (tier === undefined || p.tier === tier));
  if (matching.some((p) => p.state === 'fulfilled')) return 'honoured';
  const needed =
    matching.length > 0 ||
    (kind === 'bed' && referral.category === 'inpatient') ||
    (referral.content.needs ?? []).some((need) => need.kind === kind && (tier === undefined || need.tier === tier));
  return needed ? 'missed' : 'not-needed';
}

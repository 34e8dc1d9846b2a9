import { dataOf, type Rule } from '../step.js';

/** Each item of an entitlement is redeemed once; only what was redeemed is void again. */
export function entitlementsOnce(): Rule {
  const redeemed = new Set<string>();
  return function* ({ events, after }) {
    for (const event of events) {
      if (!event.type.startsWith('referral.entitlement-')) continue;
      const key = `${event.referralId} ${String(dataOf(event)['item'])}`;
      const redeems = event.type === 'referral.entitlement-redeemed';
      if (redeems === redeemed.has(key)) yield `event ${event.seq}: ${key} is ${redeems ? 'redeemed again' : 'void, and was not redeemed'}`;
      if (redeems) redeemed.add(key);
      else redeemed.delete(key);
    }
    if (events.length === 0) return;
    for (const { id, course } of after.referrals.values()) {
      for (const { item, redeemedAt } of course.entitlement?.items ?? []) {
        const key = `${id} ${item}`;
        if ((redeemedAt !== undefined) !== redeemed.has(key)) yield `${key} is ${redeemedAt === undefined ? 'not ' : ''}redeemed, the log says otherwise`;
      }
    }
  };
}

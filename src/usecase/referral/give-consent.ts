import { HOUR } from '../../kernel/calendar.js';
import { field, invalid, isRefusal, refuse } from '../../kernel/problem.js';
import type { Consent } from '../../contract/referral.js';
import { amend, takesPapers } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { UseCase } from '../ports.js';
import { lockForChange, refuseOutsiders } from './access.js';
import { namelessConsent, openPersons, sealPersons } from './persons.js';
import { referralEvent } from './referral-event.js';

/**
 * The consent that an emergency deferred, after its end too, or one that replaces an earlier statement while the referral is open.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, `invalid_content` (not given, or more than an hour ahead).
 */
export const giveConsent: UseCase<{ id: string; ifMatch: number | null; body: { consent: Consent } }, Referral> = async (unit, { id, ifMatch, body }) => {
  const found = await lockForChange(unit, id, ifMatch, refuseOutsiders);
  if (isRefusal(found)) return found;
  const { referral } = found;
  if (!takesPapers(referral)) return refuse('invalid_transition', { currentStatus: referral.status });
  if (!body.consent.given) return invalid(field('/consent/given', '患者未同意转诊', 'The patient has not agreed'));
  if (Date.parse(body.consent.at) > unit.now + HOUR) return invalid(field('/consent/at', '同意时间不能晚于现在', 'Consent lies in the future'));
  const late = referral.course.consentDueAt !== null && unit.now >= referral.course.consentDueAt;
  const facts = late ? [...new Set([...referral.course.facts, 'consent-late'])] : referral.course.facts;
  const after = amend(
    referral,
    {
      content: { ...referral.content, consent: namelessConsent(body.consent) },
      course: { ...referral.course, consentDueAt: null, facts },
      sealedPatient: sealPersons(unit.vault, id, { ...openPersons(unit.vault, referral), consent: body.consent }),
    },
    unit.now,
  );
  await unit.saveReferral(after);
  unit.append(referralEvent(after, 'consent-given', { late }));
  return after;
};

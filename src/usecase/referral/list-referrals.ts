import { localDateOf } from '../../kernel/calendar.js';
import { refuse } from '../../kernel/problem.js';
import { partyOf } from '../../domain/party.js';
import { leads } from '../../domain/network.js';
import { seenAt } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Page, Query } from '../ports.js';
import type { ReferralFilter } from './list-filters.js';

export type ReferralQuestion = Omit<ReferralFilter, 'institutionId' | 'leadOf'>;

/**
 * The caller's referrals, newest first: those it sends or receives, and for the coordinator of a lead
 * those of its consortia. What was never sent is listed to its sender only. One that has lapsed unnoticed
 * is `expired`; a list of the expired shows it once that is written down.
 */
export const listReferrals: Query<ReferralQuestion, Page<Referral>> = async (reads, actor, question) => {
  const institutionId = actor.institutionId;
  if (institutionId === null) return refuse('forbidden');
  const today = localDateOf(reads.now);
  const leadOf = actor.roles.includes('coordinator')
    ? reads.network.consortiaOf(institutionId).filter((c) => leads(c, institutionId, today)).map((c) => c.id)
    : [];
  // A record that was merged is asked for as the one that it went into.
  const person = question.patientId === undefined ? undefined : await reads.patient(question.patientId);
  const page = await reads.referrals({ ...question, ...(person && { patientId: person.id }), institutionId, leadOf });
  const visible = page.data.filter((referral) => partyOf(referral, actor, reads.network, today)).map((referral) => seenAt(referral, reads.now));
  const { status } = question;
  return { data: status === undefined ? visible : visible.filter((referral) => referral.status === status), next: page.next };
};

import t from 'tap';
import { HOUR } from '../../src/kernel/calendar.js';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Actor, Page } from '../../src/usecase/ports.js';
import { listReferrals, type ReferralQuestion } from '../../src/usecase/referral/list-referrals.js';
import { lookupPatient } from '../../src/usecase/network/lookup-patient.js';
import { City } from '../kit/city.js';
import { must, send, successorOf, take } from '../kit/life.js';
import { actorOf, ADMIN, codeOf, downReferral, person, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';

async function list(city: City, who: string | Actor, question: Partial<ReferralQuestion> = {}): Promise<string[]> {
  const page = await city.ask(who, listReferrals, { before: null, limit: 100, ...question });
  return isRefusal(page) ? [page.code] : page.data.map((referral) => referral.id);
}

t.test('everybody’s list is what they send and receive, newest first; a lead’s coordinator sees the consortium’s', async (t) => {
  const city = await City.found(t);
  const up = await send(city, upReferral(1));
  const within = await send(city, upReferral(2, { targetInstitutionId: 's1' }));
  const down = await send(city, downReferral(3, { sourceInstitutionId: 's1', targetInstitutionId: 'p2' }));
  const outside = await send(city, upReferral(4, { targetInstitutionId: 't2' }));
  const other = await send(city, upReferral(5, { sourceInstitutionId: 'p3', targetInstitutionId: 't2' }));
  const draft = await send(city, upReferral(6, { draft: true }));
  const withdrawn = await take(city, await send(city, upReferral(7, { draft: true })), 'cancel');
  const again = await take(city, await send(city, upReferral(7, { draft: true })), 'cancel');
  const ROWS: readonly (readonly [string, Actor, readonly { id: string }[]])[] = [
    ['the sender, its drafts included', actorOf('p1'), [again, withdrawn, draft, outside, within, up]],
    ['a receiver', actorOf('s1', 'clerk'), [down, within]],
    ['the lead’s clerk', actorOf('t1', 'clerk'), [up]],
    ['the lead’s coordinator', actorOf('t1', 'coordinator'), [down, within, up]],
    ['the other lead’s coordinator', actorOf('t2', 'coordinator'), [other, outside]],
    ['a member’s coordinator', actorOf('p2', 'coordinator'), [down]],
    ['somebody else', actorOf('p4'), []],
  ];
  for (const [who, actor, expected] of ROWS) t.same(await list(city, actor), expected.map((referral) => referral.id), who);
  t.same(await list(city, ADMIN), ['forbidden']);
  for (const actor of [actorOf('t1', 'clerk'), actorOf('t1', 'coordinator')]) {
    for (const question of [{ status: 'cancelled' as const, limit: 1 }, { patientId: withdrawn.patientId, limit: 1 }]) {
      t.same(await city.ask(actor, listReferrals, { before: null, ...question }), { data: [], next: null }, 'no page, no cursor names what was never sent');
    }
  }
});

t.test('a list is narrowed by what is asked', async (t) => {
  const city = await City.found(t);
  const up = await send(city, upReferral(1));
  const accepted = await take(city, await send(city, upReferral(2)), 'accept');
  city.clock.advance(HOUR);
  const down = await send(city, downReferral(1));
  const lateral = await send(city, upReferral(3, { direction: 'lateral', targetInstitutionId: 'p2', targetDepartment: '02' }));
  const ROWS: readonly (readonly [Partial<ReferralQuestion>, readonly { id: string }[]])[] = [
    [{ status: 'submitted' }, [lateral, down, up]],
    [{ status: 'accepted' }, [accepted]],
    [{ direction: 'down' }, [down]],
    [{ sourceInstitutionId: 'p1' }, [lateral, accepted, up]],
    [{ targetInstitutionId: 't1' }, [accepted, up]],
    [{ targetInstitutionId: 't1', status: 'accepted' }, [accepted]],
    [{ patientId: up.patientId }, [down, up]],
    [{ referralNo: up.referralNo }, [up]],
    [{ referralNo: 'R000000' }, []],
    [{ changedSince: START + HOUR }, [lateral, down]],
    [{ before: down.id }, [accepted, up]],
  ];
  for (const [question, expected] of ROWS) t.same(await list(city, 'p1', question), expected.map((referral) => referral.id), JSON.stringify(question));
  t.same(await list(city, 'p2', { patientId: up.patientId }), [], 'a number that is not theirs to see narrows to nothing');
});

t.test('a list is paged without loss while new referrals arrive', async (t) => {
  const city = await City.found(t);
  const all: string[] = [];
  for (let n = 0; n < 7; n += 1) all.unshift((await send(city, upReferral(n))).id);
  const seen: string[] = [];
  let before: string | null = null;
  for (let page = 0; page < 10; page += 1) {
    const outcome: Page<Referral> | Refusal = await city.ask('t1', listReferrals, { before, limit: 3 });
    if (isRefusal(outcome)) throw new Error(outcome.code);
    seen.push(...outcome.data.map((referral) => referral.id));
    await send(city, upReferral(100 + page));
    if (outcome.next === null) break;
    before = outcome.next;
  }
  t.same(seen, all);
});

t.test('before writing a referral a clerk learns what is open, of others only how many', async (t) => {
  const city = await City.found(t);
  const mine = await send(city, upReferral(1));
  await send(city, downReferral(1, { sourceInstitutionId: 's1', targetInstitutionId: 'p2', diagnosis: [{ code: 'E11.9', system: 'ICD-10', name: '糖尿病' }] }));
  const look = (who: string) => city.ask(who, lookupPatient, { idType: '01', idNumber: person(1).idNumber! });
  t.match(await look('p1'), { patientId: mine.patientId, openReferrals: [{ id: mine.id }], openElsewhere: 1 });
  t.match(await look('p4'), { openReferrals: { length: 0 }, openElsewhere: 2 });
  t.equal(codeOf(await city.ask('p1', lookupPatient, { idType: '01', idNumber: person(99).idNumber! })), 'not_found');
  const next = await successorOf(city, await must(city, mine, 'redirect'));
  t.match(await look('p1'), { openReferrals: [{ id: next.id }], openElsewhere: 1 });
});

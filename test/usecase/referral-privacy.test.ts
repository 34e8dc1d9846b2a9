import t from 'tap';
import { addDays, HOUR, localDateOf } from '../../src/kernel/calendar.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Patient } from '../../src/contract/referral.js';
import type { ReferralAction } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import { addDocument } from '../../src/usecase/referral/documents.js';
import { recordFollowUp } from '../../src/usecase/referral/follow-ups.js';
import { actionsOf } from '../../src/usecase/referral/get-referral.js';
import { giveConsent } from '../../src/usecase/referral/give-consent.js';
import { expireReferrals } from '../../src/usecase/referral/lapse.js';
import { openPersons } from '../../src/usecase/referral/persons.js';
import { patchReferral } from '../../src/usecase/referral/patch-referral.js';
import { postMessage } from '../../src/usecase/referral/post-message.js';
import { noShow } from '../../src/usecase/reservation/no-show.js';
import { release } from '../../src/usecase/reservation/release.js';
import { City, on } from '../kit/city.js';
import { everything, send, successorOf, take, tryAct, trySend } from '../kit/life.js';
import { accepted, ADMIN, at, codeOf, downReferral, fill, sessionOn, upReferral } from '../kit/network.js';

/** People whose every detail would be recognised anywhere. */
function somebody(n: number): Patient {
  const { idType, idNumber, birthDate, sex } = upReferral(n).patient;
  return {
    name: `慕容${String.fromCodePoint(0x4e00 + 7 * n)}雪`, sex, birthDate, idType, idNumber,
    phone: `1379${String(1_234_567 + n)}`, address: `桃花源路${9_000 + n}号`, healthRecordNo: `DA-${7_000 + n}`,
    ...(n % 3 === 0 ? { guardian: { name: `欧阳${String.fromCodePoint(0x5000 + 7 * n)}霜`, relation: '母亲', phone: `1369${String(2_234_567 + n)}` } } : {}),
  };
}

function secretsOf({ name, idNumber, phone, address, guardian }: Patient): string[] {
  return [name, idNumber!, phone!, address!, ...(guardian ? [guardian.name, guardian.phone!] : [])];
}

const PEOPLE = Array.from({ length: 40 }, (_, n) => somebody(n));
const SECRETS = PEOPLE.flatMap(secretsOf);

/** Actions whose bodies carry free text, with text that names the patient. */
function indiscreet(action: ReferralAction, patient: Patient, down: boolean): Record<string, unknown> {
  const text = `${patient.name}（${patient.idNumber}，${patient.phone}，${patient.address}）`;
  switch (action) {
    case 'complete':
      return { feedback: { diagnosis: [{ code: 'I20.9', system: 'ICD-10', name: text }], treatment: text, outcome: 'improved' }, noReturnReason: text };
    case 'receive':
    case 'arrive':
    case 'submit':
    case 'acknowledge':
      return {};
    case 'reject':
      return { reasonCode: down ? 'bed-full' : 'no-capacity', comment: text };
    case 'redirect':
      return { targetInstitutionId: down ? 'p2' : 's1', comment: text };
    case 'provide-info':
      return { comment: text, changes: { impression: text, treatment: text, patient } };
    default:
      return { comment: text };
  }
}

t.test('no event of a long life of many referrals names a patient, whatever anybody writes', async (t) => {
  const city = await City.found(t);
  const chance = new Prng(20_180_301);
  const live: { referral: Referral; patient: Patient }[] = [];
  let day = 0;
  for (let i = 0; i < 1_000; i += 1) {
    if (i % 50 === 0) {
      city.clock.advance(13 * HOUR);
      const date = addDays(localDateOf(city.clock.now()), 1 + day++);
      if (!(await city.store.read((reads) => reads.session({ poolId: 't1-ct', startsAt: at(date, 8) })))) await fill(city.store, 't1-ct', sessionOn(date, 20));
    }
    const patient = PEOPLE[chance.int(PEOPLE.length)]!;
    const text = `患者${patient.name}，电话${patient.phone}，证件${patient.idNumber}，住${patient.address}`;
    const said = { presentIllness: text, impression: text, treatment: text, reasonCode: 'other', reasonText: text, retroReason: undefined, consent: { given: true, by: patient.name, at: '2018-03-01T08:00:00+08:00' } };
    const known = live[chance.int(Math.max(1, live.length))];
    switch (chance.int(12)) {
      case 0: {
        const down = chance.int(3) === 0;
        const urgency = chance.pick(['routine', 'urgent', 'emergency'] as const);
        const body = down ? downReferral(0, { ...said, patient, reasonCode: 'post-surgery' }) : upReferral(0, { ...said, patient, urgency, draft: chance.int(4) === 0 });
        const made = await trySend(city, body);
        if (codeOf(made) === undefined) live.push({ referral: made as Referral, patient });
        break;
      }
      case 1:
        if (known) await city.do(known.referral.sourceInstitutionId, postMessage, { id: known.referral.id, body: { text } });
        break;
      case 2:
        if (known) await city.do(known.referral.sourceInstitutionId, addDocument, { id: known.referral.id, body: { kind: 'other', title: text, mediaType: 'text/plain', author: '陈全科' }, bytes: Buffer.from(text), sha256: '00' });
        break;
      case 3:
        if (known) {
          const booked = await city.tryReserve(known.referral, [on('t1-ct', addDays(localDateOf(city.clock.now()), 1))], { confirm: true });
          if (codeOf(booked) === undefined) await city.do('t1', chance.int(2) === 0 ? release : noShow, { id: (booked as { id: string }).id, ifMatch: null, comment: text });
        }
        break;
      case 4:
        if (known) {
          await city.do(known.referral.targetInstitutionId!, recordFollowUp, { body: { referralId: known.referral.id, state: 'done', content: text, guidance: text } });
          await city.do(known.referral.sourceInstitutionId, giveConsent, { id: known.referral.id, ifMatch: null, body: { consent: said.consent } });
          await city.do(known.referral.sourceInstitutionId, patchReferral, { id: known.referral.id, ifMatch: null, body: { patient: known.patient, impression: text } });
        }
        break;
      default:
        if (known) {
          const side = chance.pick([known.referral.sourceInstitutionId, known.referral.targetInstitutionId!]);
          const view = await city.ask(side, actionsOf, { id: known.referral.id });
          const actions = 'actions' in view ? view.actions : [];
          if (actions.length === 0) break;
          const lively = actions.filter((action) => !['cancel', 'close', 'reject'].includes(action));
          const action = chance.pick(lively.length > 0 && chance.int(5) > 0 ? lively : actions);
          const done = await tryAct(city, known.referral, action, { by: side, body: indiscreet(action, known.patient, known.referral.direction === 'down') });
          if (action === 'redirect' && codeOf(done) === undefined) known.referral = await successorOf(city, done as Referral);
        }
    }
  }
  city.clock.advance(60 * 24 * HOUR);
  await city.must(ADMIN, expireReferrals, { limit: 1_000 });

  const events = await city.store.read((reads) => reads.eventsAfter(0, 10_000));
  const types = new Set(events.map((event) => event.type));
  for (const type of ['drafted', 'submitted', 'edited', 'accepted', 'rejected', 'redirected', 'cancelled', 'closed', 'arrived', 'received', 'completed', 'followed-up', 'message-posted', 'document-added', 'consent-given', 'retriaged', 'expired', 'info-provided']) {
    t.ok(types.has(`referral.${type}`), `the run came by referral.${type}`);
  }
  t.ok(types.has('reservation.released'), 'and by released places');
  const leaks = events.flatMap((event) => SECRETS.filter((secret) => JSON.stringify(event).includes(secret)).map((secret) => `${event.type}: ${secret}`));
  t.same(leaks, [], `${events.length} events, ${SECRETS.length} secrets`);
  t.ok(SECRETS.every((secret) => secret.length >= 4), 'a secret that could occur by chance would prove nothing');
});

t.test('name, number, telephone and address of a patient are nowhere on the disk in clear', async (t) => {
  const city = await City.found(t);
  for (const [n, patient] of PEOPLE.slice(0, 6).entries()) {
    const consent = { given: true, by: patient.name, toldBy: `${patient.name}的家属`, at: '2018-03-01T08:00:00+08:00' };
    const referral = await send(city, upReferral(n, { patient, consent }));
    t.same((await city.store.read(async (reads) => openPersons(reads.vault, referral))).consent, consent, 'who has consented is kept with the patient');
    await city.must('p1', giveConsent, { id: referral.id, ifMatch: null, body: { consent: { ...consent, relation: `${patient.name}本人` } } });
    await city.must('p1', postMessage, { id: referral.id, body: { text: `请联系${patient.name}，${patient.phone}` } });
    await accepted(city.do('p1', addDocument, { id: referral.id, body: { kind: 'other', title: '病历', mediaType: 'text/plain', author: '陈全科' }, bytes: Buffer.from(secretsOf(patient).join()), sha256: '00' }));
    if (n % 2 === 0) await take(city, referral, 'redirect');
    else await take(city, referral, 'arrive', 'receive', 'complete');
  }
  const rows = JSON.stringify(await everything(city));
  const disk = await city.files();
  const found = PEOPLE.slice(0, 6).flatMap(secretsOf).filter((secret) => rows.includes(secret) || disk.some((bytes) => bytes.includes(secret)));
  t.same(found, []);
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { freshStore } from '../kit/store.js';
import { AREA, CLERK, patientOf, referralOf } from './rows.js';

const NAME = '欧阳明月';
const NUMBER = '440106198001010019';
const PHONE = '13812345678';
const ADDRESS = '新华街建设路一号';

/** Every way in which a text may stand in a file. */
const spellings = (text: string): Buffer[] => [
  Buffer.from(text), Buffer.from(text, 'utf16le'), Buffer.from(Buffer.from(text).toString('base64')), Buffer.from(Buffer.from(text).toString('hex')),
  Buffer.from(JSON.stringify(text).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`).slice(1, -1)),
];

t.test('no name, number, phone, address, message or document stands readable in the files', async (t) => {
  const fixture = await freshStore(t);
  const identity = { name: NAME, idNumber: NUMBER, phone: PHONE, address: ADDRESS };
  const message = `请联系${NAME}，电话${PHONE}`;
  await fixture.store.execute({
    actor: CLERK,
    idempotency: { scope: 's', key: 'a-secret-key', requestHash: 'h' },
    run: async (unit) => {
      const patient = patientOf(unit, NUMBER);
      await unit.insertPatient({ ...patient, sealed: unit.vault.seal(`patient:${patient.id}`, identity) });
      const referral = referralOf(unit, { patientId: patient.id });
      await unit.insertReferral({ ...referral, sealedPatient: unit.vault.seal(`referral:${referral.id}`, identity) });
      const common = { referralId: referral.id, institutionId: 'p1', author: '李医生', at: unit.now };
      await unit.insertMessage({ id: unit.ids.next(AREA), text: message, ...common });
      const facts = { kind: 'report', title: 'CT', mediaType: 'text/plain', bytes: 1, sha256: 'x', state: 'delivered' as const };
      await unit.insertDocument({ id: unit.ids.next(AREA), ...facts, ...common }, Buffer.from(`姓名 ${NAME} ${NUMBER}`));
      return referral.id;
    },
    answer: (id) => ({ status: 201, headers: { location: `/${String(id)}` }, body: JSON.stringify({ id, patient: identity }) }),
  });

  const folder = dirname(fixture.path);
  const readable = (): string[] => {
    const found: string[] = [];
    for (const file of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, file));
      for (const secret of [NAME, NUMBER, PHONE, ADDRESS, message, 'a-secret-key']) {
        if (spellings(secret).some((spelling) => bytes.includes(spelling))) found.push(`${file}: ${secret}`);
      }
    }
    return found;
  };
  t.ok(readdirSync(folder).includes('referral.db-wal'));
  t.strictSame(readable(), [], 'in the running journal');
  await fixture.store.close();
  t.strictSame(readable(), [], 'in the closed file');
  t.ok(readFileSync(fixture.path).includes(Buffer.from('血压控制不佳')), 'while what is not sealed is found by the same search');
});

import t from 'tap';
import { packagedExamples } from '../../src/compose.js';
import { startApp } from '../kit/app.js';
import { play } from '../kit/examples.js';

t.test('every printed example is what the service answers, told in the order of the files', async (t) => {
  const examples = packagedExamples();
  t.ok(examples.length >= 60, 'there is a story to tell');
  t.equal(new Set(examples.map(({ name }) => name)).size, examples.length, 'and every example has its own name');
  const app = await startApp(t, { empty: true });
  for await (const { example, reply, headers, body } of play(app, examples)) {
    const { status, headers: expected = {}, body: printed } = example.response;
    t.strictSame({ status: reply.status, headers, body }, { status, headers: expected, body: printed }, `${example.name}: ${example.summary}`);
  }
});

t.test('nobody in an example exists: telephone numbers that are not issued, an address that is none', async (t) => {
  for (const { name, request } of packagedExamples()) {
    const { patient } = (request.body ?? {}) as { patient?: { phone?: string; address?: string } };
    if (patient === undefined) continue;
    t.match(patient.phone, /^142\d{8}$/, `${name}: no public numbers begin with 142`);
    t.match(patient.address, '示例', `${name}: an address of examples`);
  }
});

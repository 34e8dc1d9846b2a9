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

t.test('the story asks after nothing that it has not been told of', (t) => {
  const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
  const told = new Set<string>();
  for (const { name, request, response } of packagedExamples()) {
    t.strictSame((JSON.stringify(request).match(ID) ?? []).filter((id) => !told.has(id)), [], name);
    for (const id of JSON.stringify(response).match(ID) ?? []) told.add(id);
    if (request.path !== undefined) t.not(response.status, 404, `${name}: what it asks for is there`);
  }
  t.end();
});

t.test('nobody in an example exists: telephone numbers that are not issued, an address that is none', async (t) => {
  for (const { name, request } of packagedExamples()) {
    const { patient } = (request.body ?? {}) as { patient?: { phone?: string; address?: string } };
    if (patient === undefined) continue;
    t.match(patient.phone, /^142\d{8}$/, `${name}: no public numbers begin with 142`);
    t.match(patient.address, '示例', `${name}: an address of examples`);
  }
});

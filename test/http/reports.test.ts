import t from 'tap';
import { startApp, type TestApp } from '../kit/app.js';
import { upReferral } from '../kit/network.js';

/** Figures as JSON for programs and as CSV for spreadsheets, by `Accept` or by `format`. */

async function arrivals(app: TestApp, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) {
    const { id } = (await app.send('p1', 'POST', '/v1/referrals', upReferral(n))).body as { id: string };
    await app.send('t1', 'POST', `/v1/referrals/${id}/arrive`, {});
  }
}

const TRANSFERS = '/v1/reports/transfers?from=2018-01-01&to=2018-12-31&groupBy=month';

t.test('JSON is the standard; CSV comes by Accept where JSON is not wanted too; format decides over both', async (t) => {
  const app = await startApp(t);
  await arrivals(app, 2);
  const forms: readonly (readonly [accept: string | undefined, format: string, mediaType: string])[] = [
    [undefined, '', 'application/json'],
    ['*/*', '', 'application/json'],
    ['application/json', '', 'application/json'],
    ['text/csv', '', 'text/csv'],
    ['text/csv, application/json;q=0.5', '', 'application/json'],
    ['application/json', 'csv', 'text/csv'],
    ['text/csv', 'json', 'application/json'],
  ];
  for (const report of [TRANSFERS, '/v1/reports/consortia?on=2018-03-01']) {
    for (const [accept, format, mediaType] of forms) {
      const reply = await app.send('regulator', 'GET', report + (format && `&format=${format}`), undefined, accept === undefined ? {} : { accept });
      t.equal(reply.status, 200);
      t.equal(reply.headers['content-type'], `${mediaType}; charset=utf-8`, `${report} as ${accept ?? 'whatever'}${format && `, format=${format}`}`);
      t.equal(reply.headers['vary'], 'Accept');
    }
  }
});

t.test('both forms say the same', async (t) => {
  const app = await startApp(t);
  await arrivals(app, 3);
  const json = (await app.send('regulator', 'GET', TRANSFERS)).body as { total: number; rows: Record<string, unknown>[] };
  t.equal(json.total, 3);
  const lines = (await app.send('regulator', 'GET', `${TRANSFERS}&format=csv`)).text.split('\r\n');
  t.equal(lines.at(-1), '', 'the last line ends too');
  t.equal(lines[0], 'period,institutionId,direction,category,count');
  t.strictSame(lines.slice(1, -1), json.rows.map((row) => ['period', 'institutionId', 'direction', 'category', 'count'].map((column) => row[column] ?? '').join(',')));
  t.ok(lines.includes('2018-03,,up,outpatient,3'));
});

t.test('a consortium that is there is counted by its type and tightness', async (t) => {
  const app = await startApp(t);
  const { text } = await app.send('regulator', 'GET', '/v1/reports/consortia?on=2018-03-01&format=csv');
  const lines = text.split('\r\n');
  t.equal(lines[0], 'type,count,tight,loose');
  for (const row of ['medical-group,1,1,0', 'medical-community,1,1,0', 'specialty-alliance,1,0,1']) t.ok(lines.includes(row), row);
});

t.test('what cannot be grouped or reckoned is refused as a problem, whichever form was asked for', async (t) => {
  const app = await startApp(t);
  const wrong = ['groupBy=week', 'groupBy=month,year', 'groupBy=month&format=xlsx', 'from=2018-02-30', 'from=2019-01-01&to=2018-01-01'];
  for (const query of wrong) {
    const base = new URLSearchParams({ from: '2018-01-01', to: '2018-12-31' });
    for (const [name, value] of new URLSearchParams(query)) base.set(name, value);
    const reply = await app.send('regulator', 'GET', `/v1/reports/transfers?${base.toString()}`, undefined, { accept: 'text/csv' });
    t.equal(reply.status, 422, query);
    t.match(reply.headers['content-type'], 'application/problem+json');
  }
});

t.test('a clerk sees no figures', async (t) => {
  const app = await startApp(t);
  const key = await app.makeKey({ name: 'desk', institutionId: 'p1', roles: ['clerk'] });
  const reply = await app.send(null, 'GET', TRANSFERS, undefined, { authorization: `Bearer ${key}` });
  t.equal(reply.status, 403);
});

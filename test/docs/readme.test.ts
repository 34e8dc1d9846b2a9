import t from 'tap';
import { ADMIN_KEY, scratch, scriptsOf, shell, startProgram } from '../kit/program.js';
import { filesBelow, read } from '../kit/source.js';

/** The first thing that a new vendor tries is the first thing that must work. */
t.test('the first referral of the README goes from request to arrival, as it stands there', async (t) => {
  const { address } = await startProgram(t, { DATABASE_URL: `sqlite:${scratch(t)}/referral.db` });
  const script = scriptsOf(read('README.md')).join('\n').replace('http://127.0.0.1:3000', address).replace('ADMIN_KEY=change-me-please', `ADMIN_KEY=${ADMIN_KEY}`);
  const said = await shell(script);
  t.match(said, /R\w+ scheduled/, 'the place is booked with the referral');
  t.match(said, /^3000$/m, 'the fee of that clinic is waived');
  t.match(said, /^arrived$/m, 'the transfer is executed');
  t.match(said, /"referral\.arrived"/, 'and stands in the history');
});

t.test('what the documents link to is there', async (t) => {
  const documents = filesBelow('').filter((path) => path.endsWith('.md'));
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)(?<target>[^)#\s]+)(#[^)]*)?\)/g)]
      .map((m) => new URL(m.groups!.target!, `file:///${path}`).pathname.slice(1))
      .filter((target) => !filesBelow('').includes(target) && !filesBelow('').some((file) => file.startsWith(`${target.replace(/\/$/, '')}/`)))
      .map((target) => `${path} → ${target}`),
  );
  t.same(broken, []);
});

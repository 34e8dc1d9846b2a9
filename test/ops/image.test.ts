import t from 'tap';
import { filesBelow, read } from '../kit/source.js';

/** What an operator relies on in the image, read from its recipe: no engine is needed to see a slip. */
const recipe = read('Dockerfile').replaceAll(/\\\n\s*/g, ' ');
const lines = recipe.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
const stages = recipe.split(/^FROM /m).slice(1);
const last = stages.at(-1)!;

t.test('the image is built in two stages and the compiler stays in the first', async (t) => {
  t.equal(stages.length, 2);
  t.ok(stages.every((stage) => stage.startsWith('node:24-bookworm-slim')), 'both stages stand on the same Node, so the native driver fits');
  t.match(stages[0], /python3 make g\+\+/);
  t.notMatch(last, /apt-get|npm /, 'the second stage only copies');
  t.match(stages[0], /npm prune --omit=dev/, 'tools for development are left behind');
});

t.test('the service runs as a user without rights and writes to one volume', async (t) => {
  t.match(last, /^USER node$/m);
  t.match(last, /mkdir \/data && chown node:node \/data && chmod 700 \/data/);
  t.match(last, /^VOLUME \/data$/m);
  t.match(last, /DATABASE_URL=sqlite:\/data\/referral\.db/);
  t.ok(last.indexOf('chown node:node /data') < last.indexOf('VOLUME /data'), 'a change after VOLUME would be lost');
  t.ok(last.indexOf('USER node') < last.indexOf('\nCMD'), 'the user is set before the command');
});

t.test('the service answers from outside, as production, and says itself whether it is ready', async (t) => {
  t.match(last, /NODE_ENV=production/);
  t.match(last, /HOST=0\.0\.0\.0/);
  t.match(last, /^HEALTHCHECK .*CMD \["node", .*\/readyz/m);
  t.match(last, /^CMD \["node", "dist\/src\/main\.js"\]$/m, 'node itself gets the signal to stop');
});

t.test('everything the recipe copies exists and is let through to the engine', async (t) => {
  const copied = lines.filter((line) => line.startsWith('COPY ') && !line.includes('--from')).flatMap((line) => line.split(/\s+/).slice(1, -1));
  const allowed = read('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const files = filesBelow('');
  t.same(copied.filter((path) => !files.some((file) => file === path || file.startsWith(`${path}/`))), [], 'nothing is missing');
  t.same(copied.filter((path) => !allowed.includes(path)), [], 'nothing is kept out');
  t.same(read('.dockerignore').split('\n')[0], '*', 'all else is kept out: data, keys, installed packages');
});

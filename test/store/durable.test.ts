import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createDurably } from '../../src/store/durable.js';
import { freshFolder } from '../kit/store.js';

t.test('a file is made with all of its text and for its owner alone, and nothing else is left beside it', async (t) => {
  const folder = freshFolder(t);
  const path = join(folder, 'new.key');
  createDurably(path, 'all of it\n', 0o600);
  t.equal(readFileSync(path, 'utf8'), 'all of it\n');
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(folder), ['new.key']);
});

t.test('what another has made meanwhile is not replaced', async (t) => {
  const folder = freshFolder(t);
  const path = join(folder, 'new.key');
  createDurably(path, 'the first\n', 0o600);
  t.throws(() => createDurably(path, 'the second\n', 0o600), { code: 'EEXIST' });
  t.equal(readFileSync(path, 'utf8'), 'the first\n');
  t.same(readdirSync(folder), ['new.key']);
});

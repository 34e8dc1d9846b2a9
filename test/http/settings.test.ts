import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readConfig } from '../../src/config.js';
import { parseInstant } from '../../src/kernel/calendar.js';
import { scratch } from '../kit/program.js';
import { ROOT } from '../kit/source.js';

/** A wrong setting stops the start with a sentence that names it. */

const KEY = Buffer.alloc(32, 7).toString('base64');

const WRONG: readonly (readonly [setting: string, value: string, why: string])[] = [
  ['PORT', '65536', 'no such port'],
  ['PORT', '-1', 'negative'],
  ['PORT', '3000.5', 'not whole'],
  ['PORT', '0x10', 'not decimal'],
  ['PORT', 'http', 'not a number'],
  ['RATE_LIMIT', '0', 'nobody could ask anything'],
  ['RATE_LIMIT', '1e3', 'not decimal'],
  ['MAX_WAIT_MS', '10', 'less than a commit may take'],
  ['MAX_WAIT_MS', '0.5', 'not whole'],
  ['MAX_CONNECTIONS', '0', 'nobody could connect'],
  ['DATABASE_CONNECTIONS', '5', 'too few for reading, writing, numbering and listening'],
  ['DATABASE_URL', 'mysql://localhost/x', 'another engine'],
  ['DATABASE_URL', './data/referral.db', 'no scheme'],
  ['DATABASE_URL', 'sqlite:', 'no file'],
  ['DATABASE_URL', 'sqlite:/data/', 'a folder'],
  ['DATA_KEY', 'short', 'not 32 bytes'],
  ['DATA_KEY', Buffer.alloc(31).toString('base64'), '31 bytes'],
  ['DATA_KEY', Buffer.alloc(32).toString('hex'), 'not base64'],
  ['ADMIN_KEY', 'two words', 'cannot stand in a header'],
  ['ADMIN_KEY', '管理员', 'cannot stand in a header'],
  ['ADMIN_KEY', 'x'.repeat(257), 'too long'],
  ['LOG_LEVEL', 'verbose', 'no such level'],
  ['TEST_CLOCK', 'yesterday', 'no instant'],
  ['TEST_CLOCK', '2018-03-01T09:00:00', 'no offset'],
];

t.test('a wrong setting is refused by name', async (t) => {
  for (const [name, value, why] of WRONG) {
    t.throws(() => readConfig({ [name]: value }), { name: 'ConfigError', message: new RegExp(`^${name} [^\n]+\\.$`) }, `${name}=${value.slice(0, 40)}: ${why}`);
  }
});

t.test('a server database needs its key in the environment, and no clock of a test runs in production', async (t) => {
  t.throws(() => readConfig({ DATABASE_URL: 'postgres://localhost/referral' }), { name: 'ConfigError', message: /^DATA_KEY is required with PostgreSQL/ });
  t.equal(readConfig({ DATABASE_URL: 'postgres://localhost/referral', DATA_KEY: KEY }).databaseFile, null);
  t.throws(() => readConfig({ NODE_ENV: 'production', TEST_CLOCK: '2018-03-01T09:00:00+08:00' }), { name: 'ConfigError', message: /^TEST_CLOCK is refused with NODE_ENV=production/ });
});

t.test('without settings the service starts as documented; an empty setting is none', async (t) => {
  const standard = {
    host: '127.0.0.1', port: 3_000, databaseUrl: 'sqlite:./data/referral.db', databaseFile: './data/referral.db',
    databaseConnections: 20, adminKey: null, dataKey: null, logLevel: 'info', rateLimit: 500, maxWaitMs: 500, maxConnections: 10_000, testClock: null,
  };
  t.strictSame(readConfig({}), standard);
  t.strictSame(readConfig({ PORT: '', ADMIN_KEY: ' ', DATA_KEY: '', TEST_CLOCK: '' }), standard);
  t.match(readConfig({ PORT: '0', DATABASE_URL: 'sqlite:///var/lib/referral.db', DATA_KEY: KEY, TEST_CLOCK: '2018-03-01T09:00:00+08:00' }), {
    port: 0, databaseFile: '/var/lib/referral.db', dataKey: Buffer.alloc(32, 7), testClock: parseInstant('2018-03-01T09:00:00+08:00'),
  });
});

t.test('the program ends with that one sentence, no stack and no database', async (t) => {
  const folder = scratch(t);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/src/main.js')], {
    cwd: folder, encoding: 'utf8', env: { NODE_ENV: 'production', TEST_CLOCK: '2018-03-01T09:00:00+08:00' },
  });
  t.strictSame({ status, stdout }, { status: 1, stdout: '' });
  t.match(stderr, /^referral-router cannot start: TEST_CLOCK is refused with NODE_ENV=production[^\n]*\n$/);
  t.strictSame(readdirSync(folder), [], 'nothing was made');
});

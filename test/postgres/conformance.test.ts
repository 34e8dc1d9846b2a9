import t from 'tap';
import { freshPostgres } from '../kit/postgres-store.js';
import { releases, startServer } from '../kit/postgres.js';
import { storesAre, type Teardown } from '../kit/store.js';
import { accountsConform } from '../store/account-conformance.js';
import { listsConform } from '../store/conformance-lists.js';
import { capacityConforms, directoryConforms, referralConforms } from '../store/conformance.js';
import { insuranceConforms } from '../store/insurance-conformance.js';
import { logConforms } from '../store/log-conformance.js';

const servers = await Promise.all(releases().map((release) => startServer(t, release)));
storesAre((t, options) => freshPostgres(servers[0]!, t, options));
await import('../store/idempotency.test.js');

for (const server of servers) {
  const { release } = server;
  const open = (t: Teardown) => freshPostgres(server, t);
  t.test(`PostgreSQL ${release}: directory`, async (t) => directoryConforms(t, open));
  t.test(`PostgreSQL ${release}: capacity`, async (t) => capacityConforms(t, open));
  t.test(`PostgreSQL ${release}: referrals and what goes with them`, async (t) => referralConforms(t, open));
  t.test(`PostgreSQL ${release}: log and ledger`, async (t) => logConforms(t, open));
  t.test(`PostgreSQL ${release}: stays and their ledger`, async (t) => insuranceConforms(t, open));
  t.test(`PostgreSQL ${release}: contracts, budgets and what they are charged with`, async (t) => accountsConform(t, open));
  t.test(`PostgreSQL ${release}: lists`, async (t) => listsConform(t, open));
}

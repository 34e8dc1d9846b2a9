import t from 'tap';
import { freshStore } from '../kit/store.js';
import { accountsConform } from './account-conformance.js';
import { listsConform } from './conformance-lists.js';
import { capacityConforms, directoryConforms, referralConforms } from './conformance.js';
import { insuranceConforms } from './insurance-conformance.js';
import { logConforms } from './log-conformance.js';

t.test('SQLite: directory', async (t) => directoryConforms(t, freshStore));
t.test('SQLite: capacity', async (t) => capacityConforms(t, freshStore));
t.test('SQLite: referrals and what goes with them', async (t) => referralConforms(t, freshStore));
t.test('SQLite: log and ledger', async (t) => logConforms(t, freshStore));
t.test('SQLite: stays and their ledger', async (t) => insuranceConforms(t, freshStore));
t.test('SQLite: contracts, budgets and what they are charged with', async (t) => accountsConform(t, freshStore));
t.test('SQLite: lists', async (t) => listsConform(t, freshStore));

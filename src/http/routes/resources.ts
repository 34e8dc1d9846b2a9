import { AssertionError } from '../../kernel/assert.js';
import { CommandTable } from '../commands.js';
import type { Http } from '../operation.js';
import { actionRoutes } from './actions.js';
import { backtestRoutes } from './backtests.js';
import { budgetCommands } from './budgets.js';
import { capacityRoutes } from './capacity.js';
import { contractRoutes } from './contracts.js';
import { conversationRoutes } from './conversation.js';
import { directoryRoutes } from './directory.js';
import { ledgerRoutes } from './ledger.js';
import { policyRoutes } from './policies.js';
import { referralRoutes } from './referrals.js';
import { reservationRoutes } from './reservations.js';
import { routingRoutes } from './routing.js';
import { stayRoutes } from './stays.js';

/** Every route whose questions and commands need nothing but the store. */
export function resourceRoutes(http: Http): void {
  directoryRoutes(http);
  capacityRoutes(http);
  referralRoutes(http);
  actionRoutes(http);
  conversationRoutes(http);
  reservationRoutes(http);
  routingRoutes(http);
  policyRoutes(http);
  stayRoutes(http);
  ledgerRoutes(http);
  contractRoutes(http);
  budgetCommands(http);
  backtestRoutes(http);
}

/** The commands of those routes without an app to be asked through: for a thread that only writes. */
export function commandTable(): CommandTable {
  const commands = new CommandTable();
  const nobody = () => Promise.reject(new AssertionError('nobody asks in this thread'));
  resourceRoutes({ app: { route: () => undefined }, store: { read: nobody }, commands, commander: { run: nobody } });
  return commands;
}

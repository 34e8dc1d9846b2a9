import type { Kit } from '../columns.js';
import { accountTables } from './account.js';
import { capacityTables } from './capacity.js';
import { directoryTables } from './directory.js';
import { insuranceTables } from './insurance.js';
import { logTables } from './log.js';
import { referralTables } from './referral.js';

/** All tables on one engine. */
export function schemaOf(kit: Kit) {
  return { ...directoryTables(kit), ...capacityTables(kit), ...referralTables(kit), ...insuranceTables(kit), ...accountTables(kit), ...logTables(kit) };
}

export type Tables = ReturnType<typeof schemaOf>;

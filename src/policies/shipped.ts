import type { PolicyInput } from '../contract/insurance.js';
import { frozen } from '../kernel/frozen.js';
import { rulesOf, type Policy } from '../domain/policy.js';
import foshanEmployee from './fs-employee-2017.json' with { type: 'json' };
import foshanResident from './fs-resident-2017.json' with { type: 'json' };
import guangzhouEmployee from './gz-employee-2018.json' with { type: 'json' };
import guangzhouResident from './gz-resident-2018.json' with { type: 'json' };
import jiangmenEmployee from './jm-employee-2017.json' with { type: 'json' };
import jiangmenResident from './jm-resident-2017.json' with { type: 'json' };
import mianyangEmployee from './my-employee-2017.json' with { type: 'json' };
import mianyangResident from './my-resident-2017.json' with { type: 'json' };
import yueyangEmployee from './yy-employee-2022.json' with { type: 'json' };
import yueyangResident from './yy-resident-2022.json' with { type: 'json' };

/**
 * The rules of five cities, each with its clause. No document gives an amount, so the amounts are examples:
 * they can be read and simulated, and are applied to no patient until an administrator writes the policy
 * with the amounts of the insured area.
 */
const DOCUMENTS: readonly object[] = [
  foshanEmployee, foshanResident, guangzhouEmployee, guangzhouResident, jiangmenEmployee, jiangmenResident,
  mianyangEmployee, mianyangResident, yueyangEmployee, yueyangResident,
];

/** As they stand in the files; a test holds them to the contract. */
export const SHIPPED_DOCUMENTS = DOCUMENTS as readonly (PolicyInput & { readonly id: string })[];

/** The same by id, at version 0. */
export const SHIPPED: ReadonlyMap<string, Policy> = new Map(
  SHIPPED_DOCUMENTS.map((document) => [document.id, frozen({ ...rulesOf(document), id: document.id, version: 0, updatedAt: null })]),
);

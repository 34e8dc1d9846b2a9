import { bindGroup, type Binder, type Bound } from '../bind.js';
import type { Kit } from '../columns.js';
import { schemaOf } from '../tables/schema.js';
import { backtestQueries, budgetQueries, chargeQueries, contractQueries, personQueries } from './account.js';
import { placeQueries, reservationQueries, sessionQueries } from './capacity.js';
import { careQueries } from './care.js';
import { directoryQueries } from './directory.js';
import { accumulatorQueries, entryQueries, stayQueries, sweepQueries } from './insurance.js';
import { referralList, type ListParams, type Sieve, type Walk } from './lists.js';
import { answerQueries, filingQueries, logQueries, transferQueries } from './log.js';
import { patientQueries, referralQueries } from './referral.js';

/** Every query of the service, as text for one engine. */
export function catalogueOf(kit: Kit) {
  const t = schemaOf(kit);
  return {
    directory: directoryQueries(kit, t),
    session: sessionQueries(kit, t),
    reservation: reservationQueries(kit, t),
    place: placeQueries(kit, t),
    referral: referralQueries(kit, t),
    patient: patientQueries(kit, t),
    care: careQueries(kit, t),
    stay: stayQueries(kit, t),
    accumulator: accumulatorQueries(kit, t),
    entry: entryQueries(kit, t),
    sweep: sweepQueries(kit, t),
    contract: contractQueries(kit, t),
    budget: budgetQueries(kit, t),
    charge: chargeQueries(kit, t),
    person: personQueries(kit, t),
    backtest: backtestQueries(kit, t),
    log: logQueries(kit, t),
    transfer: transferQueries(kit, t),
    filing: filingQueries(kit, t),
    answer: answerQueries(kit, t),
    /** Lists of referrals are built by need: which index they walk, and what is sieved on the way. */
    referralList: (walk: Walk, sieves: ReadonlySet<Sieve>) => referralList(kit, t, walk, sieves),
  };
}

export type Catalogue = ReturnType<typeof catalogueOf>;
type Groups = Omit<Catalogue, 'referralList'>;
type Ids = readonly { readonly id: string }[];

/** The catalogue on one connection. */
export type Queries = { readonly [G in keyof Groups]: Bound<Groups[G]> } & {
  list(walk: Walk, sieves: readonly Sieve[], params: ListParams): Promise<Ids>;
};

export function bindCatalogue(binder: Binder, catalogue: Catalogue): Queries {
  const { referralList: build, ...groups } = catalogue;
  const lists = new Map<string, (params: ListParams) => Promise<Ids>>();
  const bound = Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, bindGroup(binder, group)])) as {
    readonly [G in keyof Groups]: Bound<Groups[G]>;
  };
  return {
    ...bound,
    list(walk, sieves, params) {
      const shape = `${walk}:${sieves.join()}`;
      let list = lists.get(shape);
      if (list === undefined) lists.set(shape, (list = binder.bind(build(walk, new Set(sieves)))));
      return list(params);
    },
  };
}

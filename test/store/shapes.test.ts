import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import t from 'tap';
import { IdMaker } from '../../src/kernel/ids.js';
import { normalisePatient } from '../../src/domain/identity.js';
import type { Patient } from '../../src/contract/referral.js';
import type { Queries } from '../../src/store/queries/catalogue.js';
import { Directory } from '../../src/store/directory.js';
import { StoreUnit } from '../../src/store/unit.js';
import { openVault } from '../../src/store/vault.js';
import { contentOf } from '../../src/usecase/referral/draft.js';
import { person, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';
import { CLERK, patientOf, placeOf, referralOf, reservationOf } from './rows.js';

/**
 * Records of a kind have one hidden class (decision 0019). The engine is asked itself, after as many calls as it
 * takes to settle on how a record is made.
 */
setFlagsFromString('--allow-natives-syntax');
const haveSameMap = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;
const SETTLED = 2_000;

/** As a statement arrives, without what only some of them say. */
function stated(n: number): Patient {
  const { idType: _type, ...patient } = person(n);
  return JSON.parse(JSON.stringify(patient)) as Patient;
}

async function lastTwo(make: (n: number) => object | Promise<object>): Promise<[object, object]> {
  for (let n = 0; n < SETTLED; n += 1) await make(n);
  return [await make(SETTLED), await make(SETTLED + 1)];
}

for (const [what, make] of [
  ['the content of a referral', (n) => contentOf(JSON.parse(JSON.stringify(upReferral(n))) as ReturnType<typeof upReferral>)],
  ['a patient with the kind of document filled in', (n) => normalisePatient(stated(n))],
] satisfies [string, (n: number) => object][]) {
  t.test(`${what} has one shape`, async (t) => {
    t.ok(haveSameMap(...(await lastTwo(make))));
  });
}

t.test('the rows that a submission writes have one shape each', async (t) => {
  const written = new Map<string, object>();
  const unit = new StoreUnit({ ...world(), queries: recorder((query, row) => written.set(query, row)) }, CLERK, START);
  const submit = async () => {
    const referral = referralOf(unit);
    await unit.insertPatient(patientOf(unit, '1'));
    await unit.insertReservation(reservationOf(unit, referral.id, [placeOf('pool', START)]));
    await unit.insertReferral(referral);
    return Object.fromEntries(written);
  };
  const [one, other] = (await lastTwo(submit)) as Record<string, object>[];
  t.strictSame(Object.keys(one ?? {}), ['patient.insert', 'reservation.insert', 'place.insert', 'referral.insert']);
  for (const [query, row] of Object.entries(one ?? {})) t.ok(haveSameMap(row, other?.[query] ?? {}), query);
});

function world() {
  return {
    directory: new Directory(),
    vault: openVault(new Uint8Array(32), [], randomBytes),
    log: { write: () => Promise.resolve() },
    ids: new IdMaker(randomBytes),
    recent: { changed: () => undefined },
  };
}

/** Queries that do nothing but tell with what they were asked. */
function recorder(tell: (query: string, row: object) => void): Queries {
  const group = (name: string) => new Proxy({}, { get: (_, query) => async (row: object) => (tell(`${name}.${String(query)}`, row), 1) });
  return new Proxy({}, { get: (_, name) => group(String(name)) }) as Queries;
}

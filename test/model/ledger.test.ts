import t from 'tap';
import fc from 'fast-check';
import { formatInstant } from '../../src/kernel/calendar.js';
import { assess } from '../../src/domain/deductible.js';
import { insuranceYearOf } from '../../src/domain/insurance-year.js';
import { rulesOf } from '../../src/domain/policy.js';
import type { PolicyInput } from '../../src/contract/insurance.js';
import { City } from '../kit/city.js';
import { assess as opinionOn, recorded, type OpinionStay } from '../kit/deductible-opinion.js';
import { policyInput } from '../kit/insurance.js';
import { entriesOf, writePolicy } from '../kit/ledger.js';
import { chainOf, HEARD, INSURED_AREA, INSURERS, life, numberOf, type Insurer, type Life } from '../kit/person-life.js';
import { Teller } from '../kit/person-messages.js';

/**
 * The same facts in any order give the same ledger: random lives told to the real use cases on the real
 * store, late, twice, out of order, corrected, voided, under several papers; and the sums of the entries
 * held against the second opinion on the facts alone.
 */
const POLICIES: Record<Insurer, PolicyInput> = {
  difference: policyInput({ validFrom: '2017-01-01', referral: { linkWindowHours: 96 } }),
  yearly: policyInput({ area: INSURED_AREA.yearly, validFrom: '2017-01-01', insuranceYearStart: '04-01', annualCapFen: 3_000_000, referral: { onUp: 'zero', onDown: 'zero', window: 'insurance-year', sameConsortium: false } }),
  repeat: policyInput({ area: INSURED_AREA.repeat, validFrom: '2017-01-01', repeatStay: { kind: 'percent-off', bp: 5_000, from: 2 }, fixed: [{ when: 'day-surgery', deductibleFen: 30_000 }], referral: { onLateral: 'full', credit: 'standard' } }),
};

async function found(t: Parameters<typeof City.found>[0]): Promise<City> {
  const city = await City.found(t);
  city.clock.set(HEARD);
  for (const insurer of INSURERS) {
    // A visit has its row at every level, so that it is assessed.
    const { benefits, ...rest } = POLICIES[insurer];
    const visits = benefits.map((row) => ({ ...row, visitType: 'outpatient' as const, deductibleFen: 0, ratioBp: 4_500 }));
    POLICIES[insurer] = { ...rest, benefits: [...benefits.filter((row) => row.visitType !== 'outpatient'), ...visits] };
    await writePolicy(city, insurer, POLICIES[insurer]);
  }
  return city;
}

/** What each leg bears, by its place, as the ledger adds it up. */
async function sums(city: City, { legs }: Life, n: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const [i, { house }] of legs.entries()) {
    const stay = await city.store.read((reads) => reads.stayByNumber(house, numberOf(n, i)));
    const entries = stay ? await entriesOf(city, stay) : [];
    const sum = entries.reduce((total, entry) => total + entry.deltaFen, 0);
    if (stay && sum !== (stay.figures?.deductibleFen ?? 0)) throw new Error(`leg ${i}: the entries add up to ${sum}, the stay says ${stay.figures?.deductibleFen}`);
    if (entries.some((entry, k) => entry.resultFen !== entries.slice(0, k + 1).reduce((total, each) => total + each.deltaFen, 0))) throw new Error(`leg ${i}: an entry does not say what it comes to`);
    found[i] = sum;
  }
  return found;
}

/** The same from the facts alone, by the second opinion. */
function fromScratch(facts: Life, n: number): Record<string, number> {
  const newest = [...facts.outside].sort((a, b) => (a.asOf > b.asOf ? -1 : 1));
  const opinions = opinionOn({
    policy: POLICIES[facts.insurer],
    personKind: 'active',
    stays: recorded(chainOf(facts).map(stayFor), new Map(facts.legs.map((_, i) => [String(i), numberOf(n, i)]))),
    outside: newest.filter(({ year }, i) => newest.findIndex((each) => each.year === year) === i),
  });
  const borne = new Map(opinions.map((opinion) => [opinion.key, opinion.deductibleFen]));
  return Object.fromEntries(facts.legs.map((_, i) => [i, borne.get(String(i)) ?? 0]));
}

function stayFor({ key, institutionId, level, kind, admittedAt, dischargedAt, diagnosisCode, settlement, arrival, referral }: ReturnType<typeof chainOf>[number]): OpinionStay {
  return {
    key, level, kind,
    institution: institutionId,
    admittedAt: formatInstant(admittedAt),
    dischargedAt: dischargedAt === null ? null : formatInstant(dischargedAt),
    mainDiagnosis: diagnosisCode,
    ...settlement,
    arrival:
      arrival.via === 'referral'
        ? {
            via: 'referral', direction: arrival.direction, senderLevel: arrival.senderLevel, referredAt: formatInstant(arrival.submittedAt),
            fromStay: arrival.fromStay, sameConsortium: arrival.sameConsortium, fromInstitution: arrival.fromInstitutionId, referral,
          }
        : { via: arrival.via },
  };
}

const telling = life.chain((facts) => {
  const count = new Teller(null as never, facts, 0).messages().length;
  const order = fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i), { minLength: count, maxLength: count });
  return fc.record({ facts: fc.constant(facts), first: order, second: order });
});

class Coverage {
  readonly counts = new Map<string, number>();

  see(what: string, times: number | boolean): void {
    if (Number(times) > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + Number(times));
  }

  add(facts: Life): void {
    const chain = chainOf(facts);
    const start = POLICIES[facts.insurer].insuranceYearStart ?? '01-01';
    for (const stay of chain) {
      this.see(`came ${stay.arrival.via === 'referral' ? stay.arrival.direction : stay.arrival.via}`, true);
      this.see(`kind ${stay.kind}`, true);
      this.see('not settled', stay.settlement === null);
    }
    this.see(facts.insurer, true);
    this.see('year end', new Set(chain.map((stay) => insuranceYearOf(stay.admittedAt, start))).size > 1);
    this.see('overlap', chain.some((stay, i) => chain.slice(0, i).some((before) => (before.dischargedAt ?? Infinity) > stay.admittedAt)));
    const outcomes = assess(chain.map((stay) => ({ ...stay, policy: rulesOf(POLICIES[facts.insurer]) })));
    this.see('late discharge', outcomes.some((outcome) => outcome.overlaps.some((overlap) => overlap.lateDischarge)));
    this.see('linked', outcomes.some((outcome) => outcome.linkedTo !== null));
    this.see('admitted with the sender’s stay', chain.some(({ arrival, admittedAt }) => arrival.via === 'referral' && chain.some((other) => other.institutionId === arrival.fromInstitutionId && other.admittedAt === admittedAt)));
    this.see('a referral named again', chain.some(({ key, arrival, referral }) => arrival.via === 'referral' && referral !== key));
    this.see('void', facts.legs.some((leg) => leg.versions.at(-1)!.voided));
    this.see('void for a while', facts.legs.some((leg) => leg.versions.some((each, i) => each.voided && i < leg.versions.length - 1)));
    this.see('about somebody else for a while', facts.legs.some((leg) => leg.versions.some((each) => each.mistaken)));
    this.see('outside stays', facts.outside.length > 0);
  }
}

const WANTED = [
  ...INSURERS, 'came up', 'came down', 'came lateral', 'came emergency', 'came none', 'kind inpatient', 'kind day-surgery', 'kind outpatient', 'not settled', 'year end', 'overlap', 'late discharge',
  'linked', 'void', 'void for a while', 'about somebody else for a while', 'outside stays', 'admitted with the sender’s stay', 'a referral named again', 'merged', 'refused at first',
];

t.test('any order of arrival of the same facts gives the same ledger, which is what the facts alone come to', { timeout: 280_000 }, async (t) => {
  const city = await found(t);
  const coverage = new Coverage();
  let n = 1_000;
  await fc.assert(
    fc.asyncProperty(telling, async ({ facts, first, second }) => {
      const told: Record<string, number>[] = [];
      for (const order of [first, second]) {
        n += 1;
        const teller = new Teller(city, facts, n);
        await teller.deliver(order);
        told.push(await sums(city, facts, n));
        coverage.see('merged', teller.merged);
        coverage.see('refused at first', teller.repeated);
      }
      coverage.add(facts);
      const expected = fromScratch(facts, n);
      for (const got of told) if (JSON.stringify(got) !== JSON.stringify(expected)) throw new Error(`the ledger has ${JSON.stringify(got)}, the facts come to ${JSON.stringify(expected)}`);
    }),
    { numRuns: 160 },
  );
  t.comment([...coverage.counts].sort().map(([what, count]) => `${what} ${count}`).join(' · '));
  t.same(WANTED.filter((what) => !coverage.counts.has(what)), [], 'and everything was met');
});

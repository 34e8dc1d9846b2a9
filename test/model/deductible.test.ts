import { randomInt } from 'node:crypto';
import t from 'tap';
import fc from 'fast-check';
import { records, requests } from '../kit/deductible-cases.js';
import { Coverage, WANTED, WANTED_OF_RECORDS } from '../kit/deductible-coverage.js';
import { EXAMPLES } from '../kit/deductible-examples.js';
import { assess, insuranceYear, type OpinionPolicy, type OpinionRequest } from '../kit/deductible-opinion.js';
import { assessByService, differences } from '../kit/deductible-service.js';

/** The figures of the service held against a naive second reckoning, over a hundred thousand random lives and more. */
const seed = Number(process.env['DEDUCTIBLE_SEED'] ?? randomInt(0x7fff_ffff));

for (const [who, reckon] of [['the second opinion', assess], ['the service', assessByService]] as const) {
  t.test(`the examples that came with the rules come out to the fen, by ${who}`, async (t) => {
    for (const { situation, request, deductibleYuan, fundYuan } of EXAMPLES) {
      const found = reckon(request);
      t.same(found.map((o) => o.deductibleFen / 100), deductibleYuan, `${situation}: borne`);
      t.same(found.map((o) => o.fundFen! / 100), fundYuan, `${situation}: the fund pays`);
    }
  });
}

t.test('the dates of an insurance year are those of Shanghai', async (t) => {
  for (const [instant, start, year] of [
    ['2025-12-31T15:59:59Z', '01-01', 2025], ['2025-12-31T16:00:00Z', '01-01', 2026], ['2026-06-30T15:59:59Z', '07-01', 2025], ['2026-06-30T16:00:00Z', '07-01', 2026],
  ] as const) t.equal(insuranceYear(instant, start), year, `${instant}, years from ${start}`);
});

for (const [title, made, wanted, numRuns] of [
  ['100 000 random requests', requests, WANTED, 100_000],
  ['30 000 random records, of two policies and of referrals that name an institution alone', records, WANTED_OF_RECORDS, 30_000],
] as const) {
  t.test(`${title} come out as the second opinion says, figure by figure, and meet every situation`, { timeout: 240_000 }, async (t) => {
    const coverage = new Coverage();
    t.comment(`seed ${seed}: DEDUCTIBLE_SEED=${seed} brings the same lives again`);
    fc.assert(
      fc.property(made, (request: OpinionRequest) => {
        const opinions = assess(request);
        coverage.add(request, opinions);
        const wrong = differences(assessByService(request), opinions);
        if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\nrules ${opinions.map((o) => `${o.key}: ${o.rules.join(', ')}`).join(' | ')}`);
      }),
      { numRuns, seed },
    );
    t.comment(coverage.toString());
    t.same(coverage.missing(wanted), [], 'no situation was left out');
  });
}

const word = (change: Partial<OpinionPolicy['referral']>) => (policy: OpinionPolicy): OpinionPolicy => ({ ...policy, referral: { ...policy.referral, ...change } });

t.test('whoever reads one word of the policy wrongly is found out', async (t) => {
  const misreadings: Record<string, (policy: OpinionPolicy) => OpinionPolicy> = {
    'a year from January': (p) => ({ ...p, insuranceYearStart: '01-01' }),
    'no cap': (p) => ({ ...p, annualCapFen: null }),
    'a fen more of the cap': (p) => ({ ...p, annualCapFen: p.annualCapFen === null ? null : p.annualCapFen! + 1 }),
    'any referral is good': word({ sameConsortium: false }),
    'no window': word({ linkWindowHours: null }),
    'any disease': word({ sameDisease: 'none' }),
    'up at full': word({ onUp: 'full' }),
    'down at the difference': word({ onDown: 'difference' }),
    'lateral at nothing': word({ onLateral: 'zero' }),
    'credit for the standard': word({ credit: 'standard' }),
    'always by episode': word({ window: 'episode' }),
    'nobody is penalised': (p) => ({ ...p, unreferredPenalty: { ...p.unreferredPenalty!, bp: 0 } }),
    'any sender spares the penalty': (p) => ({ ...p, unreferredPenalty: { ...p.unreferredPenalty!, senderLevels: ['primary', 'secondary', 'tertiary', 'provincial'] } }),
    'no repeat rule': (p) => ({ ...p, repeatStay: { kind: 'none' } }),
    'from the second on': (p) => ({ ...p, repeatStay: { ...p.repeatStay!, from: 2 } }),
    'no floor': (p) => ({ ...p, repeatStay: { ...p.repeatStay!, floorFen: 0 } }),
    'the lower of both': (p) => ({ ...p, stacking: 'min' }),
    'the last fixed amount': (p) => ({ ...p, fixed: [...p.fixed!].reverse() }),
  };
  for (const [misreading, misread] of Object.entries(misreadings)) {
    const found = fc.check(
      fc.property(requests, (request) => differences(assessByService(request), assess({ ...request, policy: misread(request.policy) })).length === 0),
      { numRuns: 5_000, seed, endOnFailure: true },
    );
    t.ok(found.failed, misreading);
  }
});

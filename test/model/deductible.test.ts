import { randomInt } from 'node:crypto';
import t from 'tap';
import fc from 'fast-check';
import { records, requests } from '../kit/deductible-cases.js';
import { Coverage, WANTED, WANTED_OF_RECORDS } from '../kit/deductible-coverage.js';
import { EXAMPLES } from '../kit/deductible-examples.js';
import { assess, type Opinion, type OpinionRequest } from '../kit/deductible-opinion.js';

/** The figures of the service held against a naive second reckoning, over a hundred thousand random lives. */
const SEED = Number(process.env['DEDUCTIBLE_SEED'] ?? randomInt(0x7fff_ffff));

for (const [who, reckon] of [['the second opinion', assess]] as const) {
  t.test(`the examples that came with the rules, by ${who}`, async (t) => {
    for (const { situation, request, deductibleYuan, fundYuan } of EXAMPLES) {
      const found = reckon(request);
      t.same(found.map((o) => o.deductibleFen / 100), deductibleYuan, `${situation}: borne`);
      t.same(found.map((o) => o.fundFen! / 100), fundYuan, `${situation}: the fund pays`);
    }
  });
}

t.test('the dates of an insurance year are those of Shanghai', async (t) => {
  const { insuranceYear } = await import('../kit/deductible-opinion.js');
  for (const [instant, start, year] of [
    ['2025-12-31T15:59:59Z', '01-01', 2025], ['2025-12-31T16:00:00Z', '01-01', 2026], ['2026-06-30T15:59:59Z', '07-01', 2025], ['2026-06-30T16:00:00Z', '07-01', 2026],
  ] as const) t.equal(insuranceYear(instant, start), year, `${instant}, years from ${start}`);
});

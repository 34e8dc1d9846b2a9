import t, { type Test } from 'tap';
import type { StepCode } from '../../src/contract/vocabulary.js';
import { assess } from '../../src/domain/deductible.js';
import { episodesOf } from '../../src/domain/episode.js';
import { assessed, chainOf, plainRules, yuanOf, type Leg, type PolicyChange } from '../kit/insurance.js';

/** The arithmetic of one chain. Amounts in yuan: primary 250 / 90 %, secondary 500 / 85 %, tertiary 1 000 / 80 %, unless a row says otherwise. */
interface Row {
  readonly situation: string;
  readonly policy?: PolicyChange;
  readonly legs: readonly Leg[];
  readonly borne: readonly number[];
  readonly fund?: readonly (number | null)[];
  /** Steps of the last stay beside those that every stay has. */
  readonly steps?: readonly StepCode[];
}

const EVERYWHERE: readonly StepCode[] = ['standard', 'deductible', 'ratio', 'fund', 'not-referred'];
const FOSHAN: PolicyChange = { referral: { sameConsortium: false, onUp: 'zero', onDown: 'zero', onLateral: 'zero', window: 'insurance-year' } };
const CHRISTMAS: readonly Leg[] = [{ at: 'secondary', yuan: 5_000, day: '2017-12-20' }, { at: 'tertiary', yuan: 20_000, by: 'up', day: '2018-01-03' }];

function check(t: Test, rows: readonly Row[]): void {
  for (const { situation, policy, legs, borne, fund, steps } of rows) {
    const stays = assessed(plainRules(policy), legs);
    t.same(stays.map((stay) => yuanOf(stay.deductibleFen)), borne, `${situation}: borne`);
    if (fund) t.same(stays.map((stay) => yuanOf(stay.fundFen)), fund, `${situation}: the fund pays`);
    if (steps) t.same(stays.at(-1)!.steps.map((step) => step.code).filter((code) => !EVERYWHERE.includes(code)), steps, `${situation}: steps`);
    for (const [i, stay] of stays.entries()) {
      const { settlement } = chainOf(plainRules(policy), 'active', legs)[i]!;
      if (settlement) t.equal(stay.fundFen! + stay.personalFen!, settlement.totalFen, `${situation}: what the fund does not pay the patient pays`);
    }
  }
}

t.test('the switches: what a referral does to the deductible, by direction', async (t) => {
  const up: readonly Leg[] = [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }];
  const down: readonly Leg[] = [{ at: 'tertiary', yuan: 30_000 }, { at: 'primary', yuan: 3_000, by: 'down' }];
  const over: readonly Leg[] = [{ at: 'secondary', yuan: 3_000 }, { at: 'secondary', yuan: 3_000, by: 'lateral' }];
  check(t, [
    { situation: 'up, difference', legs: up, borne: [250, 750], fund: [2_475, 23_400], steps: ['link', 'relief-difference'] },
    { situation: 'up, zero', policy: { referral: { onUp: 'zero' } }, legs: up, borne: [250, 0], steps: ['link', 'relief-zero'] },
    { situation: 'up, full', policy: { referral: { onUp: 'full' } }, legs: up, borne: [250, 1_000], steps: ['link', 'no-relief'] },
    { situation: 'down, zero', legs: down, borne: [1_000, 0], steps: ['link', 'relief-zero'] },
    { situation: 'down, difference: the highest standard is paid already', policy: { referral: { onDown: 'difference' } }, legs: down, borne: [1_000, 0], steps: ['link', 'relief-difference'] },
    { situation: 'down, full', policy: { referral: { onDown: 'full' } }, legs: down, borne: [1_000, 250], steps: ['link', 'no-relief'] },
    { situation: 'lateral, difference: the same standard is not due again', legs: over, borne: [500, 0], steps: ['link', 'relief-difference'] },
    { situation: 'lateral, full', policy: { referral: { onLateral: 'full' } }, legs: over, borne: [500, 500], steps: ['link', 'no-relief'] },
    { situation: 'no referral', legs: [up[0]!, { at: 'tertiary', yuan: 30_000 }], borne: [250, 1_000], steps: [] },
    { situation: 'an emergency', legs: [up[0]!, { at: 'tertiary', yuan: 30_000, by: 'emergency' }], borne: [250, 1_000], steps: ['emergency'] },
    { situation: 'a referral out of the consortium, where the policy asks for one', legs: [up[0]!, { ...up[1]!, outside: true }], borne: [250, 1_000], steps: ['outside-consortium'] },
    { situation: 'the same where it does not', policy: { referral: { sameConsortium: false } }, legs: [up[0]!, { ...up[1]!, outside: true }], borne: [250, 750], steps: ['link', 'relief-difference'] },
  ]);
});

t.test('the link: which earlier stay a referral continues', async (t) => {
  const window: PolicyChange = { referral: { linkWindowHours: 72 } };
  const two = (change: Partial<Leg>, first: Partial<Leg> = {}): readonly Leg[] => [
    { at: 'primary', yuan: 3_000, day: '2018-03-01', until: '2018-03-05T12:00:00+08:00', ...first },
    { at: 'tertiary', yuan: 30_000, by: 'up', day: '2018-03-20', ...change },
  ];
  check(t, [
    { situation: 'no window: however late', legs: two({ referredAt: '2018-03-19T12:00:00+08:00' }), borne: [250, 750] },
    { situation: '72 hours to the second', policy: window, legs: two({ referredAt: '2018-03-08T12:00:00+08:00' }), borne: [250, 750] },
    { situation: '72 hours and one second', policy: window, legs: two({ referredAt: '2018-03-08T12:00:01+08:00' }), borne: [250, 1_000], steps: ['link-too-late'] },
    { situation: '72 hours and a millisecond', policy: window, legs: two({ referredAt: '2018-03-08T12:00:00.001+08:00' }), borne: [250, 1_000], steps: ['link-too-late'] },
    { situation: 'not discharged yet is no gap', policy: window, legs: two({}, { until: null }), borne: [250, 750], steps: ['link', 'relief-difference', 'late-discharge'] },
    { situation: 'discharged after the submission is no gap', policy: window, legs: two({ referredAt: '2018-03-05T11:00:00+08:00' }), borne: [250, 750] },
    { situation: 'the same three characters of the diagnosis', policy: { referral: { sameDisease: 'icd3' } }, legs: two({ diagnosis: 'I25.9' }), borne: [250, 750] },
    { situation: 'another disease', policy: { referral: { sameDisease: 'icd3' } }, legs: two({ diagnosis: 'I21.0' }), borne: [250, 1_000], steps: ['another-disease'] },
    { situation: 'a diagnosis that nobody has stated agrees with none', policy: { referral: { sameDisease: 'icd3' } }, legs: two({ diagnosis: null }), borne: [250, 1_000], steps: ['another-disease'] },
    { situation: 'the referral names no stay and no house', legs: two({ from: 0 }), borne: [250, 1_000], steps: ['no-earlier-stay'] },
    { situation: 'it names a stay that is not there', legs: two({ from: 7 }), borne: [250, 1_000], steps: ['no-earlier-stay'] },
    { situation: 'it names an outpatient visit, which is never linked', policy: { benefits: withClinic() }, legs: two({}, { kind: 'outpatient' }), borne: [0, 1_000], steps: ['no-earlier-stay'] },
    {
      situation: 'it names the house alone: the latest stay there',
      legs: [
        { at: 'secondary', yuan: 9_000, house: 's1', day: '2018-02-01' },
        { at: 'primary', yuan: 3_000, house: 'p1', day: '2018-03-01' },
        { at: 'secondary', yuan: 9_000, house: 's1', day: '2018-03-10' },
        { at: 'tertiary', yuan: 30_000, by: 'up', from: 0, fromHouse: 'p1', day: '2018-03-20' },
      ],
      borne: [500, 250, 500, 750],
    },
  ]);
});

t.test('the gap of a link: what is entered late leaves none, and is never negative', async (t) => {
  const rows: [situation: string, until: string | null, gapMs: number][] = [
    ['an hour before the submission', '2018-03-05T10:00:00+08:00', 3_600_000],
    ['at the submission', '2018-03-05T11:00:00+08:00', 0],
    ['an hour after it', '2018-03-05T12:00:00+08:00', 0],
    ['not yet', null, 0],
  ];
  for (const [situation, until, gapMs] of rows) {
    const legs: Leg[] = [{ until, at: 'primary', yuan: 3_000, day: '2018-03-01' }, { at: 'tertiary', yuan: 30_000, by: 'up', day: '2018-03-20', referredAt: '2018-03-05T11:00:00+08:00' }];
    t.equal(assessed(plainRules(), legs)[1]!.steps.find((step) => step.code === 'link')?.numbers.gapMs, gapMs, `discharged ${situation}`);
  }
});

/** Outpatient rows beside those for stays. */
function withClinic(): PolicyChange['benefits'] {
  return [
    ...plainRules().benefits,
    { personKind: 'active', level: 'primary', visitType: 'outpatient', deductibleFen: 0, ratioBp: 8_000 },
    { personKind: 'active', level: 'tertiary', visitType: 'outpatient', deductibleFen: 5_000, ratioBp: 4_500 },
  ];
}

t.test('the credit: what counts against the highest standard', async (t) => {
  const four: readonly Leg[] = [
    { at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 12_000, by: 'up' }, { at: 'tertiary', yuan: 40_000, by: 'up' }, { at: 'primary', yuan: 5_000, by: 'down' },
  ];
  const small: readonly Leg[] = [{ at: 'primary', yuan: 100 }, { at: 'tertiary', yuan: 30_000, by: 'up' }];
  check(t, [
    { situation: 'a chain bears its highest standard once', legs: four, borne: [250, 250, 500, 0], fund: [1_575, 9_987.5, 31_600, 4_500] },
    { situation: 'paid: a first stay that cost less leaves the rest to the second', legs: small, borne: [100, 900], fund: [0, 23_280] },
    { situation: 'standard: it does not', policy: { referral: { credit: 'standard' } }, legs: small, borne: [100, 750], fund: [0, 23_400] },
    {
      situation: 'down and up again: the highest standard counts, wherever it was',
      legs: [{ at: 'tertiary', yuan: 300 }, { at: 'primary', yuan: 5_000, by: 'down' }, { at: 'secondary', yuan: 5_000, by: 'up' }],
      borne: [300, 0, 500],
    },
    {
      situation: 'two stays that continue the same one: only what led to each of them counts',
      legs: [{ at: 'primary', yuan: 3_000 }, { at: 'secondary', yuan: 3_000, by: 'up' }, { at: 'tertiary', yuan: 3_000, by: 'up', from: 1 }],
      borne: [250, 250, 750],
    },
  ]);
});

t.test('the insurance year as a window: every earlier stay of the year counts, and none of another', async (t) => {
  check(t, [
    { situation: 'within the year', policy: FOSHAN, legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000, by: 'up' }], borne: [500, 0], steps: ['counted-in-year', 'relief-zero'] },
    { situation: 'over New Year', policy: FOSHAN, legs: CHRISTMAS, borne: [500, 1_000], steps: ['none-in-year'] },
    { situation: 'over New Year, where the insurance year begins in July', policy: { ...FOSHAN, insuranceYearStart: '07-01' }, legs: CHRISTMAS, borne: [500, 0] },
    {
      situation: 'the year changes at midnight in Shanghai, not in Greenwich', policy: FOSHAN,
      legs: [{ at: 'secondary', yuan: 5_000, day: '2017-12-31T23:59:59+08:00' }, { at: 'secondary', yuan: 5_000, day: '2018-01-01T00:00:00+08:00' }, { at: 'tertiary', yuan: 9_000, by: 'up', day: '2018-01-01T00:00:01+08:00' }],
      borne: [500, 500, 0],
    },
    { situation: 'whether or not the earlier stay is the one that the referral names', policy: FOSHAN, legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000, by: 'up', from: 0 }], borne: [500, 0] },
    { situation: 'neither window nor disease matters', policy: { referral: { ...FOSHAN.referral, linkWindowHours: 1, sameDisease: 'icd3' } }, legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000, by: 'up', diagnosis: 'C34.1' }], borne: [500, 0] },
    { situation: 'who was not referred bears the standard', policy: FOSHAN, legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000 }], borne: [500, 1_000] },
    { situation: 'an earlier stay without a standard leaves no second deductible to waive', policy: { ...FOSHAN, fixed: [{ when: 'mental', deductibleFen: 0 }] }, legs: [{ at: 'secondary', yuan: 5_000, kind: 'mental' }, { at: 'tertiary', yuan: 20_000, by: 'up' }], borne: [0, 1_000], steps: ['counted-in-year', 'no-first-deductible'] },
    { situation: 'an outpatient visit does not count', policy: { ...FOSHAN, benefits: withClinic() }, legs: [{ at: 'tertiary', yuan: 500, kind: 'outpatient' }, { at: 'tertiary', yuan: 20_000, by: 'up' }], borne: [50, 1_000], steps: ['none-in-year'] },
  ]);
  const [, second] = assessed(plainRules(FOSHAN), [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000, by: 'up' }]);
  t.match(second, { linkedTo: null, episode: '2' }, 'a year is no link');
});

t.test('repeated stays: a percentage, a step down to a floor, and how they meet a referral', async (t) => {
  const half: PolicyChange = { repeatStay: { kind: 'percent-off', bp: 5_000, from: 2 } };
  const steps: PolicyChange = { repeatStay: { kind: 'step-minus', stepFen: 10_000, floorFen: 30_000 } };
  const thrice: readonly Leg[] = [{ at: 'secondary', yuan: 5_000 }, { at: 'secondary', yuan: 5_000 }, { at: 'secondary', yuan: 5_000 }, { at: 'secondary', yuan: 5_000 }];
  const up: readonly Leg[] = [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }];
  check(t, [
    { situation: 'half off from the second on', policy: half, legs: thrice, borne: [500, 250, 250, 250], steps: ['repeat-percent-off'] },
    { situation: 'from the third on', policy: { repeatStay: { kind: 'percent-off', bp: 5_000, from: 3 } }, legs: thrice, borne: [500, 500, 250, 250] },
    { situation: 'half a fen goes up', policy: { ...half, benefits: [{ personKind: 'active', level: 'secondary', deductibleFen: 33_333, ratioBp: 8_500 }] }, legs: thrice.slice(0, 2), borne: [333.33, 166.67] },
    { situation: 'a hundred less each time, down to three hundred', policy: steps, legs: thrice, borne: [500, 400, 300, 300], steps: ['repeat-step-minus'] },
    { situation: 'a floor above the standard does not raise it', policy: steps, legs: [{ at: 'primary', yuan: 3_000 }, { at: 'primary', yuan: 3_000 }], borne: [250, 250] },
    { situation: 'the next year counts anew', policy: half, legs: CHRISTMAS.map(({ by: _, ...leg }) => leg), borne: [500, 1_000] },
    { situation: 'an outpatient visit is no stay of the year', policy: { ...half, benefits: withClinic() }, legs: [{ at: 'tertiary', yuan: 100, kind: 'outpatient' }, { at: 'tertiary', yuan: 5_000 }], borne: [50, 1_000] },
    { situation: 'the lower of referral and repetition', policy: half, legs: up, borne: [250, 500], steps: ['link', 'relief-difference', 'repeat-percent-off', 'stacking'] },
    { situation: 'the referral alone', policy: { ...half, stacking: 'referral-only' }, legs: up, borne: [250, 750], steps: ['link', 'relief-difference'] },
    { situation: 'no relief by referral: the repetition applies', policy: { ...half, referral: { onUp: 'full' } }, legs: up, borne: [250, 500], steps: ['link', 'no-relief', 'repeat-percent-off'] },
    { situation: 'also where only the referral would stack', policy: { ...half, stacking: 'referral-only', referral: { onUp: 'full' } }, legs: up, borne: [250, 500] },
    { situation: 'a fixed amount is not reduced', policy: { ...half, fixed: [{ when: 'day-surgery', deductibleFen: 60_000 }] }, legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 9_000, kind: 'day-surgery' }], borne: [250, 600], steps: ['fixed'] },
  ]);
});

t.test('a fixed amount replaces the standard, for its kind of stay alone', async (t) => {
  const fixed: PolicyChange = { fixed: [{ when: 'day-surgery', deductibleFen: 50_000 }, { when: 'mental', deductibleFen: 0 }] };
  check(t, [
    { situation: 'day surgery', policy: fixed, legs: [{ at: 'tertiary', yuan: 9_000, kind: 'day-surgery' }], borne: [500], fund: [6_800], steps: ['fixed'] },
    { situation: 'mental illness', policy: fixed, legs: [{ at: 'tertiary', yuan: 9_000, kind: 'mental' }], borne: [0], fund: [7_200] },
    { situation: 'any other stay', policy: fixed, legs: [{ at: 'tertiary', yuan: 9_000, kind: 'day-chemo' }], borne: [1_000], steps: [] },
    { situation: 'never more than its own standard', policy: fixed, legs: [{ at: 'secondary', yuan: 200 }, { at: 'tertiary', yuan: 20_000, kind: 'mental', by: 'up' }], borne: [200, 0], fund: [0, 16_000] },
  ]);
});

t.test('the eligible cost limits what is borne, and only what is settled is paid for', async (t) => {
  check(t, [
    { situation: 'less than the standard', legs: [{ at: 'tertiary', yuan: 600 }], borne: [600], fund: [0], steps: ['eligible-lower'] },
    { situation: 'eligible cost alone counts', legs: [{ at: 'tertiary', yuan: 9_000, eligibleYuan: 6_000 }], borne: [1_000], fund: [4_000] },
    { situation: 'nothing is eligible', legs: [{ at: 'tertiary', yuan: 9_000, eligibleYuan: 0 }], borne: [0], fund: [0] },
    { situation: 'not settled: the whole standard for the time being', legs: [{ at: 'primary' }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [250, 750], fund: [null, 23_400] },
    { situation: 'half a fen goes up', legs: [{ at: 'secondary', yuan: 500.03 }], borne: [500], fund: [0.03] },
  ]);
  const [first] = assessed(plainRules(), [{ at: 'primary' }]);
  t.match(first, { provisional: true, fundFen: null, personalFen: null });
});

t.test('the ratio of who comes unreferred falls, emergencies and referrals from the listed levels apart', async (t) => {
  const penalty: PolicyChange = { benefits: withClinic(), unreferredPenalty: { bp: 1_000, visitTypes: ['outpatient'], senderLevels: ['primary'] } };
  const everywhere: PolicyChange = { benefits: withClinic(), unreferredPenalty: { bp: 9_000, visitTypes: ['inpatient', 'outpatient'], senderLevels: ['primary'] } };
  const clinic = (leg: Partial<Leg> = {}): readonly Leg[] => [{ at: 'tertiary', yuan: 250, kind: 'outpatient', from: 0, ...leg }];
  const rows: readonly (readonly [what: string, policy: PolicyChange, legs: readonly Leg[], ratioBp: number])[] = [
    ['an outpatient who comes by himself', penalty, clinic(), 3_500],
    ['referred by primary care', penalty, clinic({ by: 'up', senderLevel: 'primary' }), 4_500],
    ['referred by primary care of no shared consortium', penalty, clinic({ by: 'up', senderLevel: 'primary', outside: true }), 4_500],
    ['referred by a secondary hospital', penalty, clinic({ by: 'up', senderLevel: 'secondary' }), 3_500],
    ['an emergency referred by a secondary hospital', penalty, clinic({ by: 'up', senderLevel: 'secondary', emergencyReferral: true }), 4_500],
    ['an emergency', penalty, clinic({ by: 'emergency' }), 4_500],
    ['at primary care', penalty, [{ at: 'primary', yuan: 100, kind: 'outpatient' }], 8_000],
    ['a stay, where the penalty is for outpatients', penalty, [{ at: 'tertiary', yuan: 9_000 }], 8_000],
    ['never below nothing', everywhere, [{ at: 'tertiary', yuan: 9_000 }], 0],
  ];
  for (const [what, policy, legs, ratioBp] of rows) t.equal(assessed(plainRules(policy), legs)[0]!.ratioBp, ratioBp, what);
});

t.test('an outpatient visit has its own row, and is never linked, counted or numbered', async (t) => {
  const policy = plainRules({ benefits: withClinic() });
  const [clinic] = assessed(policy, [{ at: 'tertiary', yuan: 250, kind: 'outpatient' }]);
  t.match(clinic, { standardFen: 5_000, deductibleFen: 5_000, ratioBp: 4_500, fundFen: 9_000, linkedTo: null, episode: null });
  t.match(assessed(policy, [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 250, kind: 'outpatient', by: 'up' }])[1], { deductibleFen: 5_000, linkedTo: null });
});

t.test('the annual cap limits the fund in order of admission, visits included, and begins anew with the year', async (t) => {
  check(t, [
    { situation: 'what is left', policy: { annualCapFen: 3_000_000 }, legs: [{ at: 'tertiary', yuan: 26_000 }, { at: 'tertiary', yuan: 26_000 }, { at: 'tertiary', yuan: 26_000 }], borne: [1_000, 1_000, 1_000], fund: [20_000, 10_000, 0], steps: ['annual-cap'] },
    { situation: 'a visit draws on it too', policy: { annualCapFen: 10_000, benefits: withClinic() }, legs: [{ at: 'primary', yuan: 100, kind: 'outpatient' }, { at: 'tertiary', yuan: 2_000 }], borne: [0, 1_000], fund: [80, 20] },
    { situation: 'the next year', policy: { annualCapFen: 100_000 }, legs: [{ at: 'tertiary', yuan: 26_000, day: '2017-12-20' }, { at: 'tertiary', yuan: 26_000, day: '2018-01-03' }], borne: [1_000, 1_000], fund: [1_000, 1_000] },
    { situation: 'what is not settled draws nothing', policy: { annualCapFen: 100_000 }, legs: [{ at: 'tertiary' }, { at: 'tertiary', yuan: 26_000 }], borne: [1_000, 1_000], fund: [null, 1_000] },
  ]);
});

t.test('overlapping stays change nothing: with the chain a late discharge, with another a matter for supervision', async (t) => {
  const stays = assessed(plainRules(), [
    { at: 'primary', yuan: 3_000, day: '2018-03-01', until: '2018-03-20' },
    { at: 'tertiary', yuan: 30_000, by: 'up', day: '2018-03-10', until: '2018-03-30' },
    { at: 'secondary', yuan: 5_000, day: '2018-03-15' },
    { at: 'secondary', yuan: 5_000, day: '2018-03-20' },
  ]);
  t.same(stays.map((stay) => stay.overlaps), [
    [],
    [{ key: '1', lateDischarge: true }],
    [{ key: '1', lateDischarge: false }, { key: '2', lateDischarge: false }],
    [{ key: '2', lateDischarge: false }],
  ], 'a discharge at the instant of the admission is no overlap');
  t.same(stays.map((stay) => yuanOf(stay.deductibleFen)), [250, 750, 500, 500]);
});

t.test('each stay goes by its own policy, and what a later policy counts was borne under the earlier', async (t) => {
  const [before, after] = [plainRules(), plainRules({ referral: { onUp: 'zero' } })];
  const stays = assessed(before, [{ at: 'primary', yuan: 3_000 }, { at: 'secondary', yuan: 3_000, by: 'up' }, { at: 'tertiary', yuan: 3_000, by: 'up', policy: after }]);
  t.same(stays.map((stay) => yuanOf(stay.deductibleFen)), [250, 250, 0]);
});

t.test('a stay without a policy or a row is a stay of the year, bears nothing, and says why', async (t) => {
  const rules = plainRules({ repeatStay: { kind: 'percent-off', bp: 5_000 } });
  const legs: readonly Leg[] = [
    { at: 'primary', yuan: 3_000, policy: null }, { at: 'provincial', yuan: 3_000 }, { at: 'primary', yuan: 3_000, person: null }, { at: 'tertiary', yuan: 9_000 },
  ];
  const outcomes = assess(chainOf(rules, 'active', legs));
  t.same(outcomes.map((outcome) => (outcome.assessed ? yuanOf(outcome.deductibleFen) : outcome.reason)), ['no-policy', 'no-benefit-row', 'no-benefit-row', 500]);
  t.same(outcomes[0]!.steps.map((step) => step.code), ['no-policy']);
  t.same(episodesOf(outcomes).map(({ stays, provisional }) => [stays, provisional]), [[['1'], true], [['2'], true], [['3'], true], [['4'], false]]);
});

t.test('the order in which the stays are given changes nothing, but for those of the same instant', async (t) => {
  const chain = chainOf(plainRules(), 'active', [{ at: 'primary', yuan: 3_000 }, { at: 'secondary', yuan: 3_000, by: 'up' }, { at: 'tertiary', yuan: 3_000, by: 'up' }]);
  t.same([...assess([...chain].reverse())].reverse(), assess(chain));
  const same = chainOf(plainRules(FOSHAN), 'active', [{ at: 'secondary', yuan: 5_000, day: '2018-03-01' }, { at: 'tertiary', yuan: 5_000, by: 'up', from: 0, day: '2018-03-01' }]);
  t.same(assess(same).map((stay) => stay.assessed && stay.deductibleFen), [50_000, 0]);
  t.same(assess([...same].reverse()).map((stay) => stay.assessed && stay.deductibleFen), [100_000, 50_000]);
});

t.test('an episode sums what its chain bears, from its first stay on', async (t) => {
  const outcomes = assessed(plainRules(), [{ at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 12_000, by: 'up' }, { at: 'primary', yuan: 5_000 }]);
  t.same(episodesOf(outcomes), [
    { episode: '1', stays: ['1', '2'], highestStandardFen: 50_000, deductibleFen: 50_000, fundFen: 1_156_250, personalFen: 243_750, provisional: false },
    { episode: '3', stays: ['3'], highestStandardFen: 25_000, deductibleFen: 25_000, fundFen: 427_500, personalFen: 72_500, provisional: false },
  ]);
});

t.test('what the insurer states of stays outside counts in number, credit and cap of its year, and is named', async (t) => {
  const stated = new Map([[2018, { stays: 1, borneFen: 40_000, paidFen: 500_000, asOf: '2018-02-28' }]]);
  const named = { stays: 1, borneFen: 40_000, paidFen: 500_000, asOf: '2018-02-28' };
  const one = (policy: PolicyChange, ...legs: readonly Leg[]) => assessed(plainRules(policy), legs, 'active', stated).at(-1)!;
  const year = (change: PolicyChange['referral']): PolicyChange => ({ referral: { ...FOSHAN.referral, ...change } });
  const rows: readonly (readonly [what: string, policy: PolicyChange, legs: readonly Leg[], borne: number, fund: number, names: boolean])[] = [
    ['in number', { repeatStay: { kind: 'percent-off', bp: 5_000 } }, [{ at: 'tertiary', yuan: 2_000 }], 500, 1_200, true],
    ['in credit', year({ onUp: 'difference' }), [{ at: 'tertiary', yuan: 2_000, by: 'up', from: 0 }], 600, 1_120, true],
    ['as the first deductible', year({}), [{ at: 'tertiary', yuan: 2_000, by: 'up', from: 0 }], 0, 1_600, true],
    ['in the cap', { annualCapFen: 550_000 }, [{ at: 'tertiary', yuan: 2_000 }], 1_000, 500, true],
    ['not in a chain', {}, [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 2_000, by: 'up' }], 750, 1_000, false],
    ['not in another year', { annualCapFen: 550_000 }, [{ at: 'tertiary', yuan: 2_000, day: '2019-01-01' }], 1_000, 800, false],
    ['not in credit by standards, of which it states none', year({ onUp: 'difference', credit: 'standard' }), [{ at: 'tertiary', yuan: 2_000, by: 'up', from: 0 }], 1_000, 800, true],
  ];
  for (const [what, policy, legs, borne, fund, names] of rows) {
    const stay = one(policy, ...legs);
    t.same([yuanOf(stay.deductibleFen), yuanOf(stay.fundFen)], [borne, fund], what);
    t.same(stay.outside, names ? named : null, `${what}: the basis`);
    t.equal(stay.steps.filter((step) => step.code === 'outside-stays').length, names ? 1 : 0, `${what}: said once`);
  }
});

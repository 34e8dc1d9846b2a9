import t from 'tap';
import { must } from '../../src/kernel/assert.js';
import { WHOLE_BP } from '../../src/kernel/money.js';
import type { PolicyPart, PersonKind } from '../../src/contract/vocabulary.js';
import { rulesOf, type PolicyRules } from '../../src/domain/policy.js';
import { SHIPPED, SHIPPED_DOCUMENTS } from '../../src/policies/shipped.js';
import { assessed, yuanOf, type Leg } from '../kit/insurance.js';

/**
 * What each city's document says, as an insurance clerk can check it: situation, clause, amounts in yuan.
 * The rules are the documents'; the amounts are the examples of the shipped policies, since no document
 * gives any. Each city stands under its own heading; the clause is where the rule of the row is found.
 */
interface Row {
  readonly situation: string;
  /** The line of the document, and the part of the policy that decides by it. */
  readonly line: number | null;
  readonly part: PolicyPart;
  readonly person?: PersonKind;
  readonly change?: (rules: PolicyRules) => PolicyRules;
  readonly legs: readonly Leg[];
  readonly borne: readonly number[];
  readonly fund: readonly number[];
}

function shipped(id: string): PolicyRules {
  return must(SHIPPED.get(id), `${id} is shipped`);
}

function city(name: string, rows: Readonly<Record<string, readonly Row[]>>): void {
  t.test(name, async (t) => {
    for (const [id, list] of Object.entries(rows)) {
      for (const { situation, line, part, person, change, legs, borne, fund } of list) {
        const rules = change ? change(shipped(id)) : shipped(id);
        const stays = assessed(rules, legs, person ?? (rules.scheme === 'employee' ? 'active' : 'resident'));
        t.same(stays.map((stay) => yuanOf(stay.deductibleFen)), borne, `${id} · ${situation}: borne`);
        t.same(stays.map((stay) => yuanOf(stay.fundFen)), fund, `${id} · ${situation}: the fund pays`);
        const step = must(stays.at(-1)!.steps.findLast((each) => each.rule === part), `a step by ${part} in ${situation}`);
        t.equal(step.provenance.status, line === null ? 'illustrative' : 'sourced', `${id} · ${situation}: where the rule comes from`);
        if (line !== null) t.match(step.provenance.citation, `第 ${line} 行`, `${id} · ${situation}: the clause is named`);
      }
    }
  });
}

const withCredit = (rules: PolicyRules): PolicyRules => ({ ...rules, referral: { ...rules.referral, credit: 'standard' } });
const noneForMental = (rules: PolicyRules): PolicyRules => ({ ...rules, fixed: [{ when: 'mental', deductibleFen: 0 }] });
const clinic = (leg: Partial<Leg>): readonly Leg[] => [{ at: 'tertiary', yuan: 200, kind: 'outpatient', from: 0, ...leg }];

city('Guangzhou 2018: within a consortium the deductibles of referred stays accumulate (line 39, line 67)', {
  'gz-employee-2018': [
    { situation: 'primary, then up to tertiary', line: 39, part: 'referral', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [250, 750], fund: [2_475, 23_400] },
    { situation: 'the same without a referral', line: 39, part: 'referral', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000 }], borne: [250, 1_000], fund: [2_475, 23_200] },
    { situation: 'the same, but the two share no consortium', line: 39, part: 'referral', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up', outside: true }], borne: [250, 1_000], fund: [2_475, 23_200] },
    { situation: 'a first stay of 100', line: 67, part: 'referral', legs: [{ at: 'primary', yuan: 100 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [100, 900], fund: [0, 23_280] },
    { situation: 'a first stay of 100, were standards credited', line: 67, part: 'referral', change: withCredit, legs: [{ at: 'primary', yuan: 100 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [100, 750], fund: [0, 23_400] },
    { situation: 'tertiary, then down to primary', line: 67, part: 'referral', legs: [{ at: 'tertiary', yuan: 40_000 }, { at: 'primary', yuan: 8_000, by: 'down' }], borne: [1_000, 0], fund: [31_200, 7_200] },
    {
      situation: 'up in two steps and down again', line: 67, part: 'referral',
      legs: [{ at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 12_000, by: 'up' }, { at: 'tertiary', yuan: 40_000, by: 'up' }, { at: 'primary', yuan: 5_000, by: 'down' }],
      borne: [250, 250, 500, 0], fund: [1_575, 9_987.5, 31_600, 4_500],
    },
    { situation: 'up to a stay without a standard: never more than its own', line: 67, part: 'referral', change: noneForMental, legs: [{ at: 'secondary', yuan: 200 }, { at: 'tertiary', yuan: 20_000, by: 'up', kind: 'mental' }], borne: [200, 0], fund: [0, 16_000] },
    { situation: 'from a chain over New Year', line: 67, part: 'referral', legs: [{ at: 'primary', yuan: 3_000, day: '2018-12-28' }, { at: 'tertiary', yuan: 30_000, by: 'up', day: '2019-01-03' }], borne: [250, 750], fund: [2_475, 23_400] },
    { situation: 'a pensioner, up to tertiary', line: 39, part: 'referral', person: 'retired', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [175, 525], fund: [2_627.25, 25_348.5] },
    { situation: 'an outpatient at tertiary who was not referred: ten points less', line: 67, part: 'unreferredPenalty', legs: clinic({}), borne: [0], fund: [70] },
    { situation: 'an outpatient referred by a secondary hospital: not by primary care', line: 39, part: 'unreferredPenalty', legs: clinic({ by: 'up', senderLevel: 'secondary' }), borne: [0], fund: [70] },
    { situation: 'an outpatient referred by primary care', line: null, part: 'benefits', legs: clinic({ by: 'up', senderLevel: 'primary' }), borne: [0], fund: [90] },
    { situation: 'an emergency', line: null, part: 'benefits', legs: clinic({ by: 'emergency' }), borne: [0], fund: [90] },
  ],
  'gz-resident-2018': [
    { situation: 'a resident, up to tertiary', line: 39, part: 'referral', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [200, 600], fund: [2_380, 19_110] },
    { situation: 'a student, down to primary', line: 67, part: 'referral', person: 'student', legs: [{ at: 'tertiary', yuan: 10_000 }, { at: 'primary', yuan: 2_000, by: 'down' }], borne: [500, 0], fund: [6_650, 1_700] },
  ],
});

city('Xinhui 2017: the deductible of a referred stay is reckoned on (line 35)', {
  'jm-employee-2017': [
    { situation: 'primary, then up to secondary', line: 35, part: 'referral', legs: [{ at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 10_000, by: 'up' }], borne: [300, 300], fund: [1_530, 8_245] },
    { situation: 'the referral need not be of one consortium', line: 35, part: 'referral', legs: [{ at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 10_000, by: 'up', outside: true }], borne: [300, 300], fund: [1_530, 8_245] },
    { situation: 'secondary, then down to primary', line: 35, part: 'referral', legs: [{ at: 'secondary', yuan: 10_000 }, { at: 'primary', yuan: 2_000, by: 'down' }], borne: [600, 0], fund: [7_990, 1_800] },
    { situation: 'not referred', line: 35, part: 'referral', legs: [{ at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 10_000 }], borne: [300, 600], fund: [1_530, 7_990] },
  ],
  'jm-resident-2017': [
    { situation: 'a resident, up to secondary', line: 35, part: 'referral', legs: [{ at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 10_000, by: 'up' }], borne: [200, 200], fund: [1_530, 7_350] },
  ],
});

city('Foshan 2017: within a year no second deductible after a referral, up or down (line 78)', {
  'fs-resident-2017': [
    { situation: 'secondary, then up in the same year', line: 78, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000, by: 'up' }], borne: [600, 0], fund: [3_960, 17_000] },
    { situation: 'admitted on 20 December and on 3 January', line: 78, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000, day: '2017-12-20' }, { at: 'tertiary', yuan: 20_000, by: 'up', day: '2018-01-03' }], borne: [600, 1_200], fund: [3_960, 15_980] },
    { situation: 'a first stay without a standard is no first deductible', line: 78, part: 'referral', change: noneForMental, legs: [{ at: 'secondary', yuan: 5_000, kind: 'mental' }, { at: 'tertiary', yuan: 20_000, by: 'up' }], borne: [0, 1_200], fund: [4_500, 15_980] },
    { situation: 'tertiary, then down', line: 78, part: 'referral', legs: [{ at: 'tertiary', yuan: 20_000 }, { at: 'primary', yuan: 3_000, by: 'down' }], borne: [1_200, 0], fund: [15_980, 2_760] },
    { situation: 'the year counts, not the chain: an unreferred first stay half a year before', line: 78, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000, day: '2018-02-01' }, { at: 'tertiary', yuan: 20_000, by: 'up', from: 0, day: '2018-09-01' }], borne: [600, 0], fund: [3_960, 17_000] },
    { situation: 'not referred', line: 78, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000 }], borne: [600, 1_200], fund: [3_960, 15_980] },
  ],
  'fs-employee-2017': [
    { situation: 'an employee, up in the same year', line: 78, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000 }, { at: 'tertiary', yuan: 20_000, by: 'up' }], borne: [600, 0], fund: [4_048, 18_000] },
  ],
});

city('Mianyang 2017: the document has no rule of insurance, so each stay bears its own', {
  'my-employee-2017': [
    { situation: 'primary, then up to tertiary', line: null, part: 'referral', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [200, 800], fund: [2_576, 24_820] },
    { situation: 'tertiary, then down to primary', line: null, part: 'referral', legs: [{ at: 'tertiary', yuan: 30_000 }, { at: 'primary', yuan: 3_000, by: 'down' }], borne: [800, 200], fund: [24_820, 2_576] },
  ],
  'my-resident-2017': [
    { situation: 'a resident, up to tertiary', line: null, part: 'referral', legs: [{ at: 'primary', yuan: 3_000 }, { at: 'tertiary', yuan: 30_000, by: 'up' }], borne: [200, 800], fund: [2_380, 18_980] },
  ],
});

city('Yueyang 2022: within the medical community no second deductible after a referral (line 49)', {
  'yy-employee-2022': [
    { situation: 'secondary, then up to tertiary', line: 49, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000, day: '2022-06-01' }, { at: 'tertiary', yuan: 20_000, by: 'up', day: '2022-06-10' }], borne: [500, 0], fund: [3_825, 16_400] },
    { situation: 'to a hospital outside the community', line: 49, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000, day: '2022-06-01' }, { at: 'tertiary', yuan: 20_000, by: 'up', outside: true, day: '2022-06-10' }], borne: [500, 1_100], fund: [3_825, 15_498] },
    { situation: 'no year is named: a chain over New Year too', line: 49, part: 'referral', legs: [{ at: 'secondary', yuan: 5_000, day: '2022-12-28' }, { at: 'tertiary', yuan: 20_000, by: 'up', day: '2023-01-04' }], borne: [500, 0], fund: [3_825, 16_400] },
  ],
  'yy-resident-2022': [
    { situation: 'a resident, down to primary', line: 49, part: 'referral', legs: [{ at: 'tertiary', yuan: 20_000, day: '2022-06-01' }, { at: 'primary', yuan: 3_000, by: 'down', day: '2022-06-20' }], borne: [800, 0], fund: [12_480, 2_550] },
  ],
});

t.test('each city has a policy for employees and one for residents, with every person and level, and no amount that claims a source', async (t) => {
  t.same(
    [...SHIPPED.values()].map(({ area, scheme }) => `${area} ${scheme}`).sort(),
    ['430600', '440100', '440600', '440700', '510700'].flatMap((area) => [`${area} employee`, `${area} resident`]).sort(),
  );
  for (const { id, ...document } of SHIPPED_DOCUMENTS) {
    const rules = rulesOf(document);
    const stays = rules.benefits.filter((row) => row.visitType === 'inpatient');
    t.equal(stays.length, 8, `${id}: two kinds of person, four levels`);
    t.equal((rules.clauses.benefits ?? rules.provenance).status, 'illustrative', `${id}: the amounts are examples`);
    t.match(rules.provenance.citation, /示例数额.*examples/, `${id}: and say so`);
  }
});

t.test('Guangzhou 2018, line 33: primary care and the others differ by 35 points or more for ordinary outpatients', async (t) => {
  for (const id of ['gz-employee-2018', 'gz-resident-2018']) {
    const clinics = shipped(id).benefits.filter((row) => row.visitType === 'outpatient');
    for (const row of clinics.filter(({ level }) => level !== 'primary')) {
      const primary = must(clinics.find(({ level, personKind }) => level === 'primary' && personKind === row.personKind), 'a row of primary care');
      t.ok(primary.ratioBp - row.ratioBp >= (35 * WHOLE_BP) / 100, `${id} ${row.personKind} ${row.level}`);
    }
  }
});

t.test('who bears an overrun is data: shared in Guangzhou, and in Yueyang shared for residents and not made up for employees', async (t) => {
  const overspend = (id: string) => shipped(id).budget?.overspend.kind;
  t.same(['gz-employee-2018', 'gz-resident-2018', 'yy-employee-2022', 'yy-resident-2022', 'fs-employee-2017'].map(overspend), ['share', 'share', 'none', 'share', undefined]);
  t.same(shipped('gz-employee-2018').budget?.surplusKeptBp, WHOLE_BP, '结余留用');
});

import t from 'tap';
import { isRefusal, type FieldError } from '../../src/kernel/problem.js';
import type { PolicyInput } from '../../src/contract/insurance.js';
import { insuranceYearOf, startOfInsuranceYear } from '../../src/domain/insurance-year.js';
import { policyOn, type Policies, type Policy } from '../../src/domain/policy.js';
import { contradictions, writePolicy } from '../../src/domain/policy-check.js';
import { SHIPPED_DOCUMENTS } from '../../src/policies/shipped.js';
import { plainRules, policyInput, type PolicyChange } from '../kit/insurance.js';

const NOW = Date.UTC(2018, 2, 1);
const NONE = shelf();

function shelf(...written: readonly Policy[]): Policies {
  return {
    policy: (id) => written.find((policy) => policy.id === id),
    policyVersion: (id, version) => written.find((policy) => policy.id === id && policy.version === version),
    policies: () => written,
  };
}

function written(id: string, change: PolicyChange = {}, before?: Policy, others: Policies = NONE): Policy {
  const outcome = writePolicy(before, id, policyInput(change), others, NOW);
  if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome.extra));
  return outcome;
}

function errorsOf(input: PolicyInput, others: Policies = NONE, id = 'p'): readonly FieldError[] {
  const outcome = writePolicy(undefined, id, input, others, NOW);
  return isRefusal(outcome) ? (outcome.extra.errors ?? []) : [];
}

const [PRIMARY, SECONDARY, TERTIARY] = policyInput().benefits as [PolicyInput['benefits'][number], PolicyInput['benefits'][number], PolicyInput['benefits'][number]];

t.test('a policy that contradicts itself is refused, with a pointer to each place', async (t) => {
  const rows: readonly (readonly [what: string, change: PolicyChange & { readonly id?: string }, pointers: readonly string[]])[] = [
    ['nothing wrong', {}, []],
    ['another id than in the path', { id: 'q' }, ['/id']],
    ['a district for a prefecture', { area: '440114' }, ['/area']],
    ['it ends before it begins', { validUntil: '2017-12-31' }, ['/validUntil']],
    ['it is valid for a day', { validUntil: '2018-01-01' }, []],
    ['a year that begins on a day that is not', { insuranceYearStart: '02-30' }, ['/insuranceYearStart']],
    ['a year that begins on a day of leap years', { insuranceYearStart: '02-29' }, ['/insuranceYearStart']],
    ['a year that begins in month 13', { insuranceYearStart: '13-01' }, ['/insuranceYearStart']],
    ['the same row twice', { benefits: [PRIMARY, SECONDARY, TERTIARY, { ...PRIMARY, ratioBp: 1 }] }, ['/benefits/3']],
    ['twice, once with the visit type that is meant without one', { benefits: [PRIMARY, SECONDARY, TERTIARY, { ...TERTIARY, visitType: 'inpatient' }] }, ['/benefits/3']],
    ['a row for stays and one for outpatients', { benefits: [PRIMARY, SECONDARY, TERTIARY, { ...PRIMARY, visitType: 'outpatient' }] }, []],
    ['a level is missing', { benefits: [PRIMARY, TERTIARY] }, ['/benefits']],
    ['a level is missing for one kind of person', { benefits: [PRIMARY, SECONDARY, TERTIARY, { ...PRIMARY, personKind: 'retired' }, { ...SECONDARY, personKind: 'retired' }] }, ['/benefits']],
    ['a city without a provincial hospital', { benefits: [PRIMARY, SECONDARY, TERTIARY] }, []],
    [
      'a provincial hospital for one kind of person and not for the other',
      { benefits: [...[PRIMARY, SECONDARY, TERTIARY].flatMap((row) => [row, { ...row, personKind: 'retired' as const }]), { ...TERTIARY, level: 'provincial' }] },
      ['/benefits'],
    ],
    ['rows for outpatients alone', { benefits: [PRIMARY, SECONDARY, TERTIARY, { ...PRIMARY, personKind: 'retired', visitType: 'outpatient' }] }, ['/benefits', '/benefits', '/benefits']],
    ['a student among employees', { benefits: [PRIMARY, SECONDARY, TERTIARY].map((row) => ({ ...row, personKind: 'student' as const })) }, ['/benefits/0/personKind', '/benefits/1/personKind', '/benefits/2/personKind']],
    ['a kind of stay that is fixed twice', { fixed: [{ when: 'mental', deductibleFen: 0 }, { when: 'mental', deductibleFen: 1 }] }, ['/fixed/1/when']],
    ['a penalty for no visit', { unreferredPenalty: { bp: 1, visitTypes: [], senderLevels: ['primary'] } }, ['/unreferredPenalty/visitTypes']],
    ['a penalty that no referral spares', { unreferredPenalty: { bp: 1, visitTypes: ['outpatient'], senderLevels: [] } }, ['/unreferredPenalty/senderLevels']],
    ['a penalty of nothing', { unreferredPenalty: { bp: 0, visitTypes: [], senderLevels: [] } }, []],
    ['a visit type and a level listed twice', { unreferredPenalty: { bp: 1, visitTypes: ['outpatient', 'outpatient'], senderLevels: ['primary', 'primary'] } }, ['/unreferredPenalty/visitTypes/1', '/unreferredPenalty/senderLevels/1']],
    ['a percentage without a figure', { repeatStay: { kind: 'percent-off' } }, ['/repeatStay/bp']],
    ['a step without a floor', { repeatStay: { kind: 'step-minus', stepFen: 1 } }, ['/repeatStay/floorFen']],
    ['a percentage with a floor', { repeatStay: { kind: 'percent-off', bp: 1, floorFen: 1 } }, ['/repeatStay/floorFen']],
    ['no rule with a figure', { repeatStay: { kind: 'none', bp: 1 } }, ['/repeatStay/bp']],
    ['a shared overrun without its shares', { budget: { surplusKeptBp: 10_000, overspend: { kind: 'share' } } }, ['/budget/overspend/bp', '/budget/overspend/capBp']],
    ['an overrun that is not made up, with a share', { budget: { surplusKeptBp: 10_000, overspend: { kind: 'none', bp: 1 } } }, ['/budget/overspend/bp']],
    ['a window and a disease beside a year, which asks for neither', { referral: { window: 'insurance-year', linkWindowHours: 72, sameDisease: 'icd3' } }, []],
  ];
  for (const [what, { id, ...change }, expected] of rows) {
    const errors = errorsOf({ ...policyInput(change), ...(id !== undefined && { id }) });
    t.same(errors.map((error) => error.pointer), expected, what);
    t.ok(errors.every(({ message }) => message.zh !== '' && message.en !== ''), `${what}: in both languages`);
  }
});

t.test('an admission falls under one policy of its area and scheme at most', async (t) => {
  const others = shelf(written('q', { validFrom: '2018-01-01', validUntil: '2018-12-31' }), written('r', { validFrom: '2020-01-01' }), written('s', { scheme: 'resident', benefits: residents() }));
  const rows: readonly (readonly [what: string, change: PolicyChange, pointers: readonly string[]])[] = [
    ['between them', { validFrom: '2019-01-01', validUntil: '2019-12-31' }, []],
    ['from the last day of one', { validFrom: '2018-12-31', validUntil: '2019-12-31' }, ['/validFrom']],
    ['until the first day of the other', { validFrom: '2019-01-01', validUntil: '2020-01-01' }, ['/validUntil']],
    ['open, over the other', { validFrom: '2019-01-01' }, ['/validUntil']],
    ['inside one', { validFrom: '2018-06-01', validUntil: '2018-06-30' }, ['/validFrom']],
    ['around one', { validFrom: '2017-01-01', validUntil: '2019-12-31' }, ['/validUntil']],
    ['in another area', { area: '440600' }, []],
  ];
  for (const [what, change, expected] of rows) t.same(errorsOf(policyInput(change), others).map((error) => error.pointer), expected, what);
  t.same(errorsOf(policyInput(), others, 'q').map((error) => error.pointer), ['/validUntil'], 'a policy may overlap with what it was before, and still not with another');
});

function residents(): PolicyInput['benefits'] {
  return policyInput().benefits.map((row) => ({ ...row, personKind: 'resident' as const }));
}

t.test('the policy of an admission: by area, scheme and local date, both ends included', async (t) => {
  const policies = shelf(
    written('old', { validFrom: '2017-01-01', validUntil: '2017-12-31' }), written('new', { validFrom: '2018-01-01' }), written('residents', { scheme: 'resident', benefits: residents() }),
  );
  for (const [area, scheme, date, id] of [
    ['440100', 'employee', '2017-01-01', 'old'], ['440100', 'employee', '2017-12-31', 'old'], ['440100', 'employee', '2018-01-01', 'new'], ['440100', 'employee', '2030-01-01', 'new'],
    ['440100', 'employee', '2016-12-31', undefined], ['440100', 'resident', '2018-05-01', 'residents'], ['440600', 'employee', '2018-05-01', undefined],
  ] as const) t.equal(policyOn(policies, area, scheme, date)?.id, id, `${area} ${scheme} ${date}`);
});

t.test('each change is a version, and the same again is none', async (t) => {
  const first = written('p');
  t.match(first, { id: 'p', version: 1, updatedAt: NOW, stacking: 'min', fixed: [], repeatStay: { kind: 'none' }, clauses: {}, budget: null });
  t.equal(written('p', {}, first), first, 'what a document leaves out is what it was');
  t.equal(written('p', { stacking: 'min', fixed: [] }, first), first, 'said or not said');
  t.match(written('p', { annualCapFen: 1 }, first), { version: 2, annualCapFen: 1 });
});

t.test('the insurance year is named by the year in which it begins, at midnight in Shanghai', async (t) => {
  for (const [instant, start, year] of [
    ['2018-12-31T23:59:59+08:00', '01-01', 2018], ['2018-12-31T16:00:00Z', '01-01', 2019], ['2018-06-30T23:59:59+08:00', '07-01', 2017], ['2018-07-01T00:00:00+08:00', '07-01', 2018],
  ] as const) t.equal(insuranceYearOf(Date.parse(instant), start), year, `${instant} from ${start}`);
  t.equal(startOfInsuranceYear(2018, '07-01'), Date.parse('2018-07-01T00:00:00+08:00'));
});

t.test('the shipped policies could be written as they stand, all of them together', async (t) => {
  const policies: Policy[] = [];
  for (const document of SHIPPED_DOCUMENTS) {
    const outcome = writePolicy(undefined, document.id, document, shelf(...policies), NOW);
    if (isRefusal(outcome)) t.same(outcome.extra.errors, [], document.id);
    else policies.push(outcome);
  }
  t.equal(policies.length, 10);
});

t.test('an inline policy is asked for contradictions alone, at its place in the request', async (t) => {
  const rules = plainRules({ benefits: [PRIMARY, PRIMARY], area: '440114' });
  t.same(contradictions(rules, '/policy').map((error) => error.pointer), ['/policy/benefits/1']);
});

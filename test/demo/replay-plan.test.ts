import t from 'tap';
import { addDays, DAY } from '../../src/kernel/calendar.js';
import { rulesOf } from '../../src/domain/policy.js';
import { contradictions } from '../../src/domain/policy-check.js';
import { checkStay } from '../../src/domain/stay.js';
import { SHIPPED_DOCUMENTS } from '../../src/policies/shipped.js';
import { levelStep } from '../../src/domain/network.js';
import { HUADU_GROUP, TCM_GROUP } from '../../src/demo/city/consortia.js';
import { CONSORTIA_BY_TYPE, DAYS, FROM, REFERRALS, scaled, TERTIARY_INSTITUTIONS, TO } from '../../src/demo/replay/figures.js';
import { replayNetwork } from '../../src/demo/replay/network.js';
import { capacitiesOf, LONGEST_STAY, Plan, type Planned } from '../../src/demo/replay/plan.js';
import { replayPolicies } from '../../src/demo/replay/insurance.js';
import { receiversSettlement, receiversStay, sendersSettlement, sendersStay, toldLater } from '../../src/demo/replay/stays.js';
import { closingsAt, submissionsAt, timeline } from '../../src/demo/replay/timeline.js';

const network = replayNetwork();
const institutions = new Map(network.institutions.map((i) => [i.id, i.body]));

t.test('the figures are those of the letter', async (t) => {
  t.equal(REFERRALS.reduce((sum, stream) => sum + stream.count, 0), 374_504);
  t.equal(Object.values(CONSORTIA_BY_TYPE).reduce((a, b) => a + b), 144);
  t.equal(DAYS, 1_186);
  t.equal(addDays(FROM, DAYS - 1), TO);
});

t.test('a scale rounds each figure half up', async (t) => {
  const counts = (scale: number): number[] => scaled(scale).map((s) => s.count);
  for (const [scale, expected] of [
    [1, [260_557, 77_859, 7_994, 28_094]],
    [0.01, [2_606, 779, 80, 281]],
    [0.25, [65_139, 19_465, 1_999, 7_024]], // 1 998.5 and 7 023.5 go up
    [0, [0, 0, 0, 0]],
  ] as const) t.same(counts(scale), expected, `scale ${scale}`);
});

t.test('the network has the size of the letter: 144 consortia of five types, 50 tertiary institutions, each a member, 11 districts, each with a consortium', async (t) => {
  const types: Record<string, number> = {};
  for (const { body } of network.consortia) types[body.type] = (types[body.type] ?? 0) + 1;
  t.same(types, CONSORTIA_BY_TYPE);
  const tertiary = network.institutions.filter((i) => i.body.level === 'tertiary').map((i) => i.id);
  t.equal(tertiary.length, TERTIARY_INSTITUTIONS);
  const members = new Set(network.consortia.flatMap((c) => [c.lead.id, ...c.memberIds]));
  t.same(tertiary.filter((id) => !members.has(id)), []);
  const districts = new Set([...members].map((id) => institutions.get(id)!.district));
  t.equal(districts.size, 11);
  t.equal(new Set(network.consortia.map((c) => c.id)).size, 144, 'no id twice');
  t.equal(institutions.size, network.institutions.length);
});

t.test('every pair of institutions fits the direction: up is higher, down is lower or a rehabilitation hospital', async (t) => {
  const wrong = network.consortia.flatMap(({ lead, senders, takers }) =>
    [...senders, ...takers].filter((side) => levelStep(institutions.get(side.id)!.level, institutions.get(lead.id)!.level) <= 0).map((side) => `${side.id} and ${lead.id}`));
  t.same(wrong, []);
});

for (const [scale, seed] of [[1, 1], [0.01, 2], [0.003, 77]] as const) {
  t.test(`at scale ${scale}, seed ${seed}, the days add up to the figures, nobody is planned twice, and no place is short`, async (t) => {
    const plan = new Plan(network, scaled(scale), seed);
    const capacities = capacitiesOf(plan);
    const counts = new Map<string, number>();
    const numbers = new Set<number>();
    const taken = new Map<string, number>();
    let closed = 0;
    let early = 0;
    for (let day = -1; day <= DAYS + LONGEST_STAY; day += 1) {
      closed += plan.closingsOn(day).length;
      for (const p of plan.arrivalsOn(day)) {
        const name = `${p.stream.direction} ${p.stream.category}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
        numbers.add(p.number);
        if (addDays(FROM, day - 1) < p.consortium.since) early += 1;
        take(p, taken);
      }
    }
    t.same(scaled(scale).map((s) => counts.get(`${s.direction} ${s.category}`) ?? 0), scaled(scale).map((s) => s.count));
    t.equal(numbers.size, plan.total);
    t.equal(closed, plan.total, 'whoever arrives also ends');
    t.equal(early, 0, 'nobody is referred within a consortium before it was founded');
    const short = [...taken].filter(([session, count]) => {
      const [id, kind] = session.split('|') as [string, 'clinic' | 'beds'];
      return 2 * count > capacities.get(id)![kind];
    });
    t.same(short, [], 'half of the places, those open to all, would be enough');
  });
}

function take({ target, day, nights }: Planned, taken: Map<string, number>): void {
  for (let night = 0; night < Math.max(1, nights); night += 1) {
    const session = `${target.id}|${nights > 0 ? 'beds' : 'clinic'}|${day + night}`;
    taken.set(session, (taken.get(session) ?? 0) + 1);
  }
}

t.test('the two groups of Huadu refer from the day they were founded', async (t) => {
  const plan = new Plan(network, scaled(1), 1);
  const used = (day: number): Set<string> => new Set(plan.arrivalsOn(day).map((p) => p.consortium.id));
  const founded = Math.round((Date.parse('2017-12-19') - Date.parse(FROM)) / DAY);
  t.notOk(used(founded).has(HUADU_GROUP), 'who arrives on the day was sent on its eve');
  t.ok(used(founded + 1).has(HUADU_GROUP) && used(founded + 1).has(TCM_GROUP));
});

t.test('a day is the same whenever it is asked for', async (t) => {
  t.same(new Plan(network, scaled(1), 5).arrivalsOn(600), new Plan(network, scaled(1), 5).arrivalsOn(600));
});

t.test('each inpatient leaves one stay and begins another, at plausible times and costs, told of in whatever order hospitals do', async (t) => {
  const plan = new Plan(network, scaled(0.01), 1);
  const wrong: string[] = [];
  const told = { 'with the referral': 0, 'on the day': 0, 'after the next stay was settled': 0 };
  let belowDeductible = 0;
  for (let day = 0; day < DAYS; day += 1) {
    for (const p of plan.arrivalsOn(day)) {
      const later = toldLater(p);
      if (p.nights === 0) {
        if (later !== null) wrong.push(`${p.number} is no inpatient`);
        continue;
      }
      told[later === null ? 'with the referral' : later === p.day ? 'on the day' : 'after the next stay was settled'] += 1;
      const [first, next, before, after] = [sendersStay(p), receiversStay(p, 'r'), sendersSettlement(p), receiversSettlement(p, 'r')];
      for (const [{ body }, now] of [[first, submissionsAt(day - 1)], [next, submissionsAt(day)], [before, later === null ? submissionsAt(day - 1) : closingsAt(later)], [after, closingsAt(day + p.stay)]] as const) {
        wrong.push(...checkStay(body, now - DAY).map(({ pointer }) => `${p.number}${pointer}`));
      }
      const { dischargedAt, admittedAt, settlement } = before.body;
      if (!(Date.parse(admittedAt) < submissionsAt(day - 1))) wrong.push(`${p.number} was not there when it was referred`);
      if (!(Date.parse(dischargedAt!) <= Date.parse(next.body.admittedAt))) wrong.push(`${p.number} is in two beds`);
      if (!(settlement!.eligibleFen > 0 && after.body.settlement!.eligibleFen > 0)) wrong.push(`${p.number} costs nothing`);
      if (settlement!.eligibleFen < 25_000) belowDeductible += 1;
      if (JSON.stringify(first) === JSON.stringify(before) ? later !== null : later === null) wrong.push(`${p.number} is told of twice or not at all`);
    }
  }
  t.same(wrong, []);
  for (const [when, count] of Object.entries(told)) t.ok(count > 361 / 10, `${when}: ${count}`);
  t.ok(belowDeductible > 5, `${belowDeductible} stays cost less than a deductible, so that what they leave is owed by the next`);
});

t.test('the policies are the shipped ones of Guangzhou, and before 2018 the same rules, every part of them an example', async (t) => {
  const policies = replayPolicies();
  t.same(policies.map(({ id, body }) => [id, body.validFrom, body.validUntil]), [
    ['gz-employee-replay', '2014-12-01', '2017-12-31'], ['gz-employee-2018', '2018-01-01', null],
    ['gz-resident-replay', '2014-12-01', '2017-12-31'], ['gz-resident-2018', '2018-01-01', null],
  ]);
  for (const { id, body } of policies) {
    const shipped = SHIPPED_DOCUMENTS.find((document) => document.id === id.replace('replay', '2018'))!;
    t.same(contradictions(rulesOf(body), ''), []);
    const { id: _id, validFrom: _from, validUntil: _until, provenance, clauses, ...rules } = body;
    const { id: _id2, validFrom: _from2, validUntil: _until2, provenance: provenance2, clauses: clauses2, ...shippedRules } = shipped;
    t.same(rules, shippedRules, `${id} has the rules of ${shipped.id}`);
    if (id === shipped.id) t.same([provenance, clauses], [provenance2, clauses2]);
    else for (const { status, citation } of [provenance, ...Object.values(clauses!)]) t.ok(status === 'illustrative' && citation.length <= 500, citation);
  }
});

t.test('moments of the timeline rise, and the timetables cover every day once, before anybody books', async (t) => {
  let last = Number.NEGATIVE_INFINITY;
  let covered = 0;
  for (const moment of timeline()) {
    if (moment.at <= last) t.fail(`${moment.kind} does not come after what is before it`);
    last = moment.at;
    if (moment.kind === 'timetables') {
      if (moment.from !== covered) t.equal(moment.from, covered);
      covered = moment.until;
    }
    if (moment.kind === 'submissions' && moment.day < DAYS - 1 && covered <= moment.day + 1 + LONGEST_STAY) t.fail(`day ${moment.day} books beyond day ${covered}`);
  }
  t.equal(covered, DAYS + LONGEST_STAY);
});

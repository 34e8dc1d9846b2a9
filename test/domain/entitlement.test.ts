import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import type { ENTITLEMENT_ITEMS, Level, PlaceState, PoolKind } from '../../src/contract/vocabulary.js';
import { decideEntitlement, entitlementCodeOf, priced, redeem, referralNoOfCode, settleEntitlement, voidRedemption, type Served } from '../../src/domain/entitlement.js';
import type { Consortium } from '../../src/domain/network.js';
import type { Entitlement } from '../../src/domain/referral.js';
import { codeOf, SINCE, upReferral } from '../kit/network.js';
import { networkOf, NOON, referralOf } from '../kit/referral.js';

type Item = (typeof ENTITLEMENT_ITEMS)[number];

const network = networkOf();
const group = (id: string, more: Partial<Consortium> = {}): Consortium => ({ ...network.consortium(id)!, ...more });
const left = (id: string, who: string, until: string): Consortium => {
  const consortium = group(id);
  return { ...consortium, members: consortium.members.map((m) => (m.institutionId === who ? { ...m, periods: [{ role: 'member', from: SINCE, until }] } : m)) };
};

const ALL_FOUR: readonly Item[] = ['registration-fee', 'expert-clinic', 'exam', 'admission'];
const THREE: readonly Item[] = ['expert-clinic', 'exam', 'admission'];

interface Row {
  readonly what: string;
  readonly direction?: string;
  readonly from?: string;
  readonly level?: Level;
  readonly to?: string;
  readonly under: Consortium | undefined;
  readonly items: readonly Item[];
  /** The conditions that do not hold. */
  readonly fails: readonly string[];
}

/** g1 has Guangzhou's rule (一免三优先, Guangzhou 2018, line 27), g2 Foshan's (对上转患者优先办理, Foshan 2017, line 51). */
const ROWS: readonly Row[] = [
  { what: 'Guangzhou: primary to tertiary', under: group('g1'), items: ALL_FOUR, fails: [] },
  { what: 'Guangzhou: secondary to tertiary', from: 's1', level: 'secondary', under: group('g1'), items: [], fails: ['sender-level'] },
  { what: 'Guangzhou: primary to secondary', to: 's1', under: group('g1'), items: ALL_FOUR, fails: [] },
  { what: 'Guangzhou: on the way down', direction: 'down', from: 't1', level: 'tertiary', to: 'p1', under: group('g1'), items: [], fails: ['direction-up', 'sender-level'] },
  { what: 'Guangzhou: sideways', direction: 'lateral', to: 'p2', under: group('g1'), items: [], fails: ['direction-up'] },
  { what: 'Foshan: primary to tertiary, no waiver', from: 'p3', to: 't2', under: group('g2'), items: THREE, fails: [] },
  { what: 'Foshan: secondary to tertiary', from: 's2', level: 'secondary', to: 't2', under: group('g2'), items: THREE, fails: [] },
  { what: 'an alliance whose rule grants nothing', from: 't1', level: 'tertiary', to: 'v1', under: group('a1'), items: [], fails: ['sender-level', 'rule-grants-something'] },
  { what: 'no consortium shared', to: 't2', under: undefined, items: [], fails: ['consortium-shared'] },
  { what: 'the sender’s last day as a member', under: left('g1', 'p1', '2018-03-05'), items: ALL_FOUR, fails: [] },
  { what: 'the day after the sender left', under: left('g1', 'p1', '2018-03-04'), items: [], fails: ['sender-member-on-date'] },
  { what: 'the day after the receiver left', under: left('g1', 't1', '2018-03-04'), items: [], fails: ['receiver-member-on-date'] },
  { what: 'a rule with the waiver alone', under: group('g1', { entitlementRule: { waiveRegistrationFee: true, priorities: [], senderLevels: ['primary'] } }), items: ['registration-fee'], fails: [] },
  { what: 'a rule with one priority', under: group('g1', { entitlementRule: { waiveRegistrationFee: false, priorities: ['exam'], senderLevels: ['primary'] } }), items: ['exam'], fails: [] },
];

function decide({ direction = 'up', from = 'p1', level = 'primary', to = 't1', under }: Pick<Row, 'direction' | 'from' | 'level' | 'to' | 'under'>): Entitlement {
  return decideEntitlement({ direction, sourceInstitutionId: from, sourceLevel: level, targetInstitutionId: to, consortium: under, date: '2018-03-05', registrationFeeFen: 2_000, code: 'E1' });
}

t.test('who is entitled to what, and if not, for which reason', async (t) => {
  for (const row of ROWS) {
    const { eligible, items, because, code, ruleVersion } = decide(row);
    t.same(items.map((i) => i.item), row.items, row.what);
    t.same(because.filter((b) => !b.holds).map((b) => b.rule), row.fails, `${row.what}: what does not hold`);
    t.equal(eligible, row.fails.length === 0, `${row.what}: eligible`);
    t.equal(code, eligible ? 'E1' : null, `${row.what}: a code only for who has something to show it for`);
    t.equal(ruleVersion, row.under ? `${row.under.id}@${row.under.version}` : null, `${row.what}: the rule it was decided by`);
    t.ok(because.every((b) => b.fact !== ''), `${row.what}: a fact behind every condition`);
  }
});

t.test('the waiver carries its amount in fen, priorities carry none', async (t) => {
  const { items } = decide({ under: group('g1') });
  t.same(items.map((i) => i.amountFen), [2_000, undefined, undefined, undefined]);
  t.ok(items.every((i) => i.state === 'granted'));
});

const granted = decide({ under: group('g1') });
const counter = { institutionId: 't1', at: NOON, amountFen: 5_000 };
const must = (outcome: ReturnType<typeof redeem>): Entitlement => {
  if (isRefusal(outcome)) throw new Error(outcome.code);
  return outcome;
};
const item = (entitlement: Entitlement | null, name: Item) => entitlement?.items.find((i) => i.item === name);

t.test('an item is redeemed once, at what this registration costs', async (t) => {
  const redeemed = must(redeem(granted, 'registration-fee', counter));
  t.same(item(redeemed, 'registration-fee'), { item: 'registration-fee', state: 'honoured', amountFen: 5_000, redeemedAt: '2018-03-05T12:00:00.000+08:00', redeemedBy: 't1' });
  t.same(item(redeemed, 'exam'), item(granted, 'exam'), 'the others stay');
  t.equal(codeOf(redeem(redeemed, 'registration-fee', counter)), 'already_redeemed');
  t.notOk(isRefusal(redeem(redeemed, 'exam', counter)), 'each item on its own');
});

t.test('what was not granted cannot be redeemed', async (t) => {
  const foshan = decide({ from: 'p3', to: 't2', under: group('g2') });
  t.equal(codeOf(redeem(foshan, 'registration-fee', counter)), 'not_entitled', 'Foshan waives no fee');
  t.equal(codeOf(redeem(decide({ under: undefined }), 'exam', counter)), 'not_entitled', 'an outside referral');
  t.equal(codeOf(redeem(null, 'exam', counter)), 'not_entitled', 'not yet decided');
});

t.test('a cancelled visit gives the item back, to be redeemed at the next', async (t) => {
  const back = must(voidRedemption(must(redeem(granted, 'registration-fee', counter)), 'registration-fee'));
  t.same(item(back, 'registration-fee'), { item: 'registration-fee', state: 'granted', amountFen: 5_000 });
  t.notOk(isRefusal(redeem(back, 'registration-fee', counter)));
  t.equal(codeOf(voidRedemption(granted, 'registration-fee')), 'invalid_transition', 'nothing was redeemed');
  t.equal(codeOf(voidRedemption(null, 'registration-fee')), 'not_entitled');
});

t.test('the fee is the one of the clinic, until it is redeemed', async (t) => {
  t.equal(item(priced(granted, 5_000), 'registration-fee')?.amountFen, 5_000);
  t.equal(item(priced(must(redeem(granted, 'registration-fee', counter)), 9_000), 'registration-fee')?.amountFen, 5_000);
  t.equal(priced(null, 5_000), null);
  const none = decide({ under: undefined });
  t.equal(priced(none, 5_000), none, 'nothing to price');
});

const place = (kind: PoolKind, state: PlaceState, tier?: string): Served => ({ kind, state, tier });

interface Settled {
  readonly what: string;
  readonly category?: 'outpatient' | 'inpatient' | 'exam';
  readonly needs?: readonly { kind: PoolKind; tier?: 'expert' | 'general' }[];
  readonly places: readonly Served[];
  /** registration-fee, expert-clinic, exam, admission. */
  readonly states: readonly [string, string, string, string];
}

const SETTLED: readonly Settled[] = [
  { what: 'an examination alone', category: 'exam', places: [place('exam', 'fulfilled')], states: ['not-needed', 'not-needed', 'honoured', 'not-needed'] },
  { what: 'an outpatient who simply came: the registration was paid', places: [], states: ['missed', 'not-needed', 'not-needed', 'not-needed'] },
  { what: 'the expert was seen, nobody redeemed the waiver', places: [place('clinic', 'fulfilled', 'expert')], states: ['missed', 'honoured', 'not-needed', 'not-needed'] },
  { what: 'an inpatient after a visit to the clinic', category: 'inpatient', places: [place('clinic', 'fulfilled', 'general'), place('bed', 'fulfilled')], states: ['missed', 'not-needed', 'not-needed', 'honoured'] },
  { what: 'an inpatient who never got a bed', category: 'inpatient', places: [], states: ['not-needed', 'not-needed', 'not-needed', 'missed'] },
  { what: 'a bed given up', category: 'inpatient', places: [place('bed', 'released')], states: ['not-needed', 'not-needed', 'not-needed', 'missed'] },
  { what: 'the expert asked for, a general clinic given', needs: [{ kind: 'clinic', tier: 'expert' }], places: [place('clinic', 'fulfilled', 'general')], states: ['missed', 'missed', 'not-needed', 'not-needed'] },
  { what: 'an examination asked for, none given', needs: [{ kind: 'exam' }], places: [], states: ['missed', 'not-needed', 'missed', 'not-needed'] },
  { what: 'an examination moved: one released, one done', places: [place('exam', 'released'), place('exam', 'fulfilled')], states: ['missed', 'not-needed', 'honoured', 'not-needed'] },
];

t.test('at completion each item was honoured, missed or not needed', async (t) => {
  for (const { what, category = 'outpatient', needs, places, states } of SETTLED) {
    const referral = referralOf({ course: { entitlement: granted }, content: needs ? { needs: [...needs] } : {} }, upReferral(1, { category }));
    t.same(settleEntitlement(referral, places)?.items.map((i) => i.state), states, what);
  }
});

t.test('what was redeemed stays honoured, who had nothing still has nothing', async (t) => {
  const redeemed = must(redeem(granted, 'registration-fee', counter));
  t.equal(item(settleEntitlement(referralOf({ course: { entitlement: redeemed } }), []), 'registration-fee')?.state, 'honoured');
  const none = decide({ under: undefined });
  t.equal(settleEntitlement(referralOf({ course: { entitlement: none } }), [place('exam', 'fulfilled')]), none);
  t.equal(settleEntitlement(referralOf(), []), null);
});

t.test('the code leads back to the referral', async (t) => {
  t.equal(entitlementCodeOf('R180305ABCDEFGHJK'), 'E180305ABCDEFGHJK');
  t.equal(referralNoOfCode(entitlementCodeOf('R180305ABCDEFGHJK')), 'R180305ABCDEFGHJK');
});

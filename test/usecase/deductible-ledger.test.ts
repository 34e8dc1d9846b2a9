import t from 'tap';
import { settle } from '../../src/relay/tick.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { entriesOf, insured, march, put, sendDown, sendUp, stayOf, stored, sumOf, told, under, writePolicy } from '../kit/ledger.js';
import { must } from '../kit/life.js';
import { accepted, ADMIN, INSTITUTIONS, putMembership, SINCE } from '../kit/network.js';
import { putInstitution } from '../../src/usecase/network/put-institution.js';

/** A city with the policy of the worked examples, late in March. */
async function found(t: Parameters<typeof City.found>[0]): Promise<City> {
  const city = await City.found(t);
  await writePolicy(city);
  return city;
}

/** The city moves on to a day of March. */
function goTo(city: City, day: number): void {
  city.clock.set(Date.parse(march(day, 18)));
}

const one = insured(1);

t.test('a stay that a referral led to bears the difference, and the ledger says so (Guangzhou 2018, line 39)', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const first = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const second = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  t.match(second.standing, {
    outcome: { assessed: true, standardFen: 100_000, deductibleFen: 75_000, fundFen: 2_340_000, linkedTo: first.stay.id, episode: first.stay.id },
    effect: { came: 'referred', deductibleFen: 75_000, unreferredDeductibleFen: 100_000 },
    policy: { id: 'employee', version: 1 },
  });
  t.same([await sumOf(city, first.stay), await sumOf(city, second.stay)], [250, 750]);
  t.same(await told(city, second.stay), ['assessment 750 stay-recorded']);
});

t.test('an entry bears the number of the event that tells of it, and nothing of the patient', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const { stay } = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const [entry] = await entriesOf(city, stay);
  const [event] = await city.events(0, 'deductible.assessed');
  t.match(event, { seq: entry!.seq, subject: `stay:${stay.id}`, institutionIds: ['p1'], referralId: null });
  t.strictSame(event!.data, { deltaFen: 25_000, resultFen: 25_000, policyId: 'employee', policyVersion: 1, because: 'stay-recorded' });
  t.strictSame(entry, {
    area: '440100', seq: event!.seq, stayId: stay.id, institutionId: 'p1', patientId: stay.patientId, insuredArea: '440100', kind: 'assessment',
    deltaFen: 25_000, resultFen: 25_000, policyId: 'employee', policyVersion: 1, because: 'stay-recorded', at: city.clock.now(),
  });
});

t.test('an earlier stay that becomes known late changes the later ones, each by an entry of its own', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const second = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  t.same(await told(city, second.stay), ['assessment 1000 stay-recorded'], 'nothing to continue yet');
  const first = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  t.same(await told(city, first.stay), ['assessment 250 stay-recorded']);
  t.same(await told(city, second.stay), ['assessment 1000 stay-recorded', 'adjustment -250 stay-recorded']);
});

t.test('what did not change has no entry: a record sent twice, another cost above the deductible', async (t) => {
  const city = await found(t);
  goTo(city, 9);
  const { stay } = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const seq = await city.lastSeq();
  t.match(await put(city, 'p1', 'A', stayOf(one, 2, 3_000)), { applied: true, created: false, stay: { version: 1 } });
  t.equal(await city.lastSeq(), seq, 'sent twice: nothing happened');
  await put(city, 'p1', 'A', stayOf(one, 2, 4_000, { sourceVersion: 2 }));
  t.equal((await entriesOf(city, stay)).length, 1);
});

t.test('a voided stay leaves no trace in the sums', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const first = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const second = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { voided: true, sourceVersion: 2 }));
  t.same(await told(city, first.stay), ['assessment 250 stay-recorded', 'reversal -250 stay-voided']);
  t.same(await told(city, second.stay), ['assessment 750 stay-recorded', 'adjustment 250 stay-voided']);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { sourceVersion: 3 }));
  t.same([await sumOf(city, first.stay), await sumOf(city, second.stay)], [250, 750], 'and comes back whole');
});

t.test('a discharge that is entered late is no gap, and an overlap with it no matter for supervision', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const first = await put(city, 'p1', 'A', stayOf(one, 2, null));
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 12);
  const second = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  t.match(second.standing?.outcome, { deductibleFen: 75_000, overlaps: [{ key: first.stay.id, lateDischarge: true }] });
  t.same((await stored(city, second.stay)).figures?.overlaps, []);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { dischargedAt: march(5, 7), sourceVersion: 2 }));
  t.same([await sumOf(city, first.stay), await sumOf(city, second.stay)], [250, 750]);
  const other = await put(city, 't2', 'C', stayOf(one, 6, null));
  t.same((await stored(city, other.stay)).figures?.overlaps, [second.stay.id], 'with a stay that it does not continue, it is');
});

t.test('what was settled stays settled, and what is owed is shown', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const { stay } = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  t.match(await stored(city, stay), { settled: { deductibleFen: 100_000, fundFen: 2_320_000, personalFen: 680_000 } });
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  t.match(await stored(city, stay), { settled: { deductibleFen: 100_000, personalFen: 680_000 }, figures: { deductibleFen: 75_000, personalFen: 660_000 } }, 'the patient is owed 200 yuan');
  await put(city, 't1', 'B', stayOf(one, 5, 30_000, { ...under(referral), dischargedAt: march(8), sourceVersion: 2 }));
  t.match(await stored(city, stay), { settled: { deductibleFen: 100_000 } }, 'the same amounts are the same settlement');
  await put(city, 't1', 'B', stayOf(one, 5, 31_000, { ...under(referral), sourceVersion: 3 }));
  t.match(await stored(city, stay), { settled: { totalFen: 3_100_000, deductibleFen: 75_000 }, figures: { deductibleFen: 75_000 } }, 'other amounts are another');
});

t.test('a stay in the new insurance year starts anew, a chain goes on over the year’s end', async (t) => {
  const city = await City.found(t);
  await writePolicy(city, 'yearly', policyInput({ validFrom: '2017-01-01', referral: { onUp: 'zero', window: 'insurance-year', sameConsortium: false } }));
  goTo(city, 20);
  const year = async (person: ReturnType<typeof insured>, admittedAt: string, number: string) => {
    const from = await put(city, 's1', `A${number}`, stayOf(person, 2, 5_000, { admittedAt, dischargedAt: undefined }));
    const referral = await sendUp(city, person, 's1', 't1', { occurredAt: march(4), retroReason: '补录' });
    const to = await put(city, 't1', `B${number}`, stayOf(person, 5, 20_000, under(referral)));
    return [await sumOf(city, from.stay), await sumOf(city, to.stay)];
  };
  t.same(await year(insured(2), march(2), '1'), [500, 0]);
  t.same(await year(insured(3), '2017-12-20T08:00:00+08:00', '2'), [500, 1_000]);
  await writePolicy(city, 'by-chain', policyInput({ area: '440600', validFrom: '2017-01-01' }));
  t.same(await year(insured(4, { area: '440600', scheme: 'employee', personKind: 'active' }), '2017-12-20T08:00:00+08:00', '3'), [500, 500]);
});

t.test('a transfer that a desk takes back takes the relief back, and gives it again with the arrival', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await must(city, await sendUp(city, one, 'p1', 't1'), 'arrive');
  goTo(city, 9);
  const { stay } = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  const revoked = await must(city, referral, 'revoke-arrival');
  await must(city, revoked, 'arrive');
  t.same(await told(city, stay), ['assessment 750 stay-recorded', 'adjustment 250 transfer-reversed', 'adjustment -250 transfer-executed']);
});

t.test('a stay keeps the level and the consortium of its day, whatever the directory says later', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const { stay } = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: SINCE, until: '2018-03-01' });
  await accepted(city.store.write(ADMIN, (unit) => putInstitution(unit, { id: 't1', body: { ...INSTITUTIONS['t1']!, level: 'secondary', levelSince: '2018-03-05' } })));
  await put(city, 't1', 'B', stayOf(one, 5, 31_000, { ...under(referral), sourceVersion: 2 }));
  t.match(await stored(city, stay), { level: 'tertiary', figures: { deductibleFen: 75_000 } });
  await put(city, 't1', 'B', stayOf(one, 6, 31_000, { ...under(referral), sourceVersion: 3 }));
  t.match(await stored(city, stay), { level: 'secondary' }, 'another day of admission, the level of that day');
});

t.test('down, a referral costs nothing; from outside the consortium it brings no relief', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  await put(city, 't1', 'A', stayOf(one, 2, 40_000));
  const down = await sendDown(city, one, 't1', 'p1');
  const outside = await sendDown(city, one, 't1', 'p0', { diagnosis: [{ code: 'I10.x00', system: 'ICD-10', name: '高血压' }] });
  goTo(city, 12);
  t.equal(await sumOf(city, (await put(city, 'p1', 'B', stayOf(one, 5, 8_000, under(down)))).stay), 0);
  t.equal(await sumOf(city, (await put(city, 'p0', 'C', stayOf(one, 9, 8_000, under(outside)))).stay), 250);
});

t.test('the referral names the stay before; where it names none, it is the latest at the sender', async (t) => {
  const city = await found(t);
  goTo(city, 8);
  const elsewhere = await put(city, 's1', 'A', stayOf(one, 2, 5_000));
  const here = await put(city, 'p1', 'B', stayOf(one, 5, 3_000));
  const unnamed = await sendUp(city, one, 'p1', 't1');
  goTo(city, 14);
  t.match(await put(city, 't1', 'C', stayOf(one, 9, null, under(unnamed))), { standing: { outcome: { linkedTo: here.stay.id, deductibleFen: 75_000 } } });
  const named = await sendUp(city, one, 'p1', 't1', { fromStayId: elsewhere.stay.id, diagnosis: [{ code: 'I10.x00', system: 'ICD-10', name: '高血压' }] });
  goTo(city, 20);
  t.match(await put(city, 't1', 'D', stayOf(one, 15, null, under(named))), { standing: { outcome: { linkedTo: elsewhere.stay.id, deductibleFen: 50_000 } } });
});

t.test('a stay that turns out to be another person’s leaves one chain and enters the other', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const two = insured(2);
  const wrong = await put(city, 'p1', 'A', stayOf(two, 2, 3_000));
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const { stay } = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  t.equal(await sumOf(city, stay), 1_000);
  const right = await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { sourceVersion: 2 }));
  t.not(right.stay.patientId, wrong.stay.patientId);
  t.equal(await sumOf(city, stay), 750);
});

t.test('an emergency spares the penalty of coming by oneself, and so does a referral from primary care', async (t) => {
  const city = await City.found(t);
  const penalty = { bp: 1_000, visitTypes: ['outpatient'] as const, senderLevels: ['primary'] as const };
  const outpatient = { personKind: 'active', level: 'tertiary', visitType: 'outpatient', deductibleFen: 0, ratioBp: 4_500 } as const;
  await writePolicy(city, 'employee', policyInput({ benefits: [...policyInput().benefits, outpatient], unreferredPenalty: { ...penalty, visitTypes: [...penalty.visitTypes], senderLevels: [...penalty.senderLevels] } }));
  goTo(city, 4);
  const referral = await sendUp(city, one, 'p1', 't1', { category: 'outpatient' });
  goTo(city, 9);
  const visit = { kind: 'outpatient', dischargedAt: undefined } as const;
  const rows = [
    ['by himself', { arrival: { via: 'none' } }, { came: 'unreferred', ratioBp: 3_500, unreferredRatioBp: 3_500 }],
    ['as an emergency', { arrival: { via: 'emergency' } }, { came: 'emergency', ratioBp: 4_500, unreferredRatioBp: 3_500 }],
    ['referred', under(referral), { came: 'referred', ratioBp: 4_500, unreferredRatioBp: 3_500 }],
  ] as const;
  for (const [how, arrival, effect] of rows) {
    const { standing } = await put(city, 't1', how, stayOf(one, 5, 200, { ...visit, ...arrival }));
    t.match(standing, { effect, outcome: { episode: null } }, how);
  }
});

t.test('without a policy a stay waits; the relay assesses it when one arrives, a few stays at a time', async (t) => {
  const city = await City.found(t);
  goTo(city, 9);
  const stays = [];
  for (let n = 1; n <= 23; n += 1) stays.push((await put(city, 'p1', `A${n}`, stayOf(insured(n), 2, 3_000))).stay);
  const elsewhere = await put(city, 'p1', 'X', stayOf(insured(30, { area: '440600', scheme: 'employee', personKind: 'active' }), 2, 3_000));
  const unstated = await put(city, 'p1', 'Y', stayOf(insured(31, null), 2, 3_000));
  t.match([stays[0], elsewhere.stay, unstated.stay], [{ figures: null, policyId: null }, { figures: null }, { figures: null }]);
  t.equal(elsewhere.standing?.unassessed, 'no-policy');

  const before = await city.lastSeq();
  await writePolicy(city, 'later', policyInput({ validFrom: '2018-06-01' }));
  t.equal(await city.lastSeq(), before + 1, 'a policy of another time wakes nobody');
  await writePolicy(city, 'now', policyInput({ validUntil: '2018-05-31' }));
  for (const stay of stays) t.same(await told(city, stay), ['assessment 250 policy-arrived']);
  t.same(await told(city, elsewhere.stay), []);
  t.equal(await city.store.write(ADMIN, async (unit) => ((await unit.lockSweep()) === undefined ? 0 : 1)), 0, 'the work is over');
});

t.test('whoever insures the patient elsewhere, or has no row for the person, is told apart from a missing policy', async (t) => {
  const city = await found(t);
  goTo(city, 9);
  const rows = [
    ['retired', { ...insured(1), insurance: { area: '440100', scheme: 'employee', personKind: 'retired' } }, 'no-benefit-row'],
    ['resident', { ...insured(2), insurance: { area: '440100', scheme: 'resident', personKind: 'resident' } }, 'no-policy'],
    ['not stated', { ...insured(3), insurance: undefined }, 'insurance-not-stated'],
    ['a district of the city', { ...insured(4), insurance: { area: '440114', scheme: 'employee', personKind: 'active' } }, null],
  ] as const;
  for (const [who, patient, why] of rows) t.equal((await put(city, 'p1', who, stayOf(patient, 2, 3_000))).standing?.unassessed, why, who);
  await settle(city.store);
});

t.test('a stay that says nothing of the insurance takes what its referral says', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 9);
  const { insurance: _insurance, ...silent } = one;
  t.match((await put(city, 't1', 'B', stayOf(silent, 5, 30_000, under(referral)))).stay, { insuredArea: '440100', personKind: 'active', figures: { deductibleFen: 100_000 } });
});

t.test('the policy of the first assessment stays, whatever is written later; one that fits no more is left', async (t) => {
  const city = await found(t);
  goTo(city, 9);
  const { stay } = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  await writePolicy(city, 'employee', policyInput({ benefits: policyInput().benefits.map((row) => ({ ...row, deductibleFen: 10_000 })) }));
  await put(city, 'p1', 'A', stayOf(one, 2, 3_100, { sourceVersion: 2 }));
  t.match(await stored(city, stay), { policyVersion: 1, figures: { deductibleFen: 25_000 } });
  const other = await put(city, 'p1', 'B', stayOf(insured(2), 2, 3_000));
  t.match(other.stay, { policyVersion: 2, figures: { deductibleFen: 10_000 } });

  const resident = { ...one, insurance: { area: '440100', scheme: 'resident', personKind: 'resident' } } as const;
  await writePolicy(city, 'resident', policyInput({ scheme: 'resident', benefits: policyInput().benefits.map((row) => ({ ...row, personKind: 'resident' as const, deductibleFen: 20_000 })) }));
  await put(city, 'p1', 'A', stayOf(resident, 2, 3_100, { sourceVersion: 3 }));
  t.same(await told(city, stay), ['assessment 250 stay-recorded', 'reversal -250 stay-recorded', 'assessment 200 stay-recorded'], 'what one account booked is taken back, not carried over');
});

t.test('two stays under one referral: the arrival stands as long as one of them does', async (t) => {
  const city = await found(t);
  goTo(city, 4);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await sendUp(city, one, 'p1', 't1');
  goTo(city, 12);
  const visit = await put(city, 't1', 'V', stayOf(one, 5, null, { ...under(referral), kind: 'outpatient' }));
  const ward = await put(city, 't1', 'W', stayOf(one, 5, 30_000, { ...under(referral), admittedAt: march(5, 12) }));
  t.match([(await stored(city, visit.stay)).executedReferral, (await stored(city, ward.stay)).executedReferral], [true, false]);
  await put(city, 't1', 'V', stayOf(one, 5, null, { ...under(referral), kind: 'outpatient', voided: true, sourceVersion: 2 }));
  t.equal((await city.referral(referral.id)).status, 'arrived');
  t.match(await stored(city, ward.stay), { executedReferral: true, figures: { deductibleFen: 75_000 } });
  await put(city, 't1', 'W', stayOf(one, 5, 30_000, { admittedAt: march(5, 12), sourceVersion: 2 }));
  t.equal((await city.referral(referral.id)).status, 'submitted', 'the last one that names it no more takes it back');
  t.equal(await sumOf(city, ward.stay), 1_000);
});

t.test('a referral entered after the fact counts from when it happened', async (t) => {
  const city = await City.found(t);
  await writePolicy(city, 'employee', policyInput({ referral: { linkWindowHours: 24 } }));
  goTo(city, 4);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000, { dischargedAt: march(4, 9) }));
  goTo(city, 12);
  const late = await sendUp(city, one, 'p1', 't1', { occurredAt: march(4, 10), retroReason: '系统故障' });
  t.equal(await sumOf(city, (await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(late)))).stay), 750);
});

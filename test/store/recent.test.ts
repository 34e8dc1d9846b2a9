import t from 'tap';
import { refuse } from '../../src/kernel/problem.js';
import type { Referral } from '../../src/domain/referral.js';
import { RecentReferrals } from '../../src/store/recent.js';
import { accepted } from '../kit/network.js';
import { freshStore, type Fixture } from '../kit/store.js';
import { referralOf as plain } from '../kit/referral.js';
import { CLERK, referralOf } from './rows.js';

/** What is kept in memory of referrals must never differ from what the file says. */

const insert = ({ store }: Fixture): Promise<Referral> =>
  accepted(
    store.write(CLERK, async (unit) => {
      const referral = referralOf(unit);
      await unit.insertReferral(referral);
      return referral;
    }),
  );

const read = ({ store }: Fixture, id: string): Promise<Referral | undefined> => store.read((reads) => reads.referral(id));

t.test('a referral that nobody changed is decoded once, and is the very same object', async (t) => {
  const fixture = await freshStore(t);
  const { id } = await insert(fixture);
  t.equal(await read(fixture, id), await read(fixture, id));
});

t.test('a change is seen by the first read after its commit', async (t) => {
  const fixture = await freshStore(t);
  const { id } = await insert(fixture);
  for (let version = 2; version < 30; version += 1) {
    const before = read(fixture, id);
    const changed = fixture.store.write(CLERK, async (unit) => {
      const referral = (await unit.lockReferral(id)) as Referral;
      await unit.saveReferral({ ...referral, version });
      return version;
    });
    const during = read(fixture, id);
    await Promise.all([before, during]);
    await accepted(changed);
    t.equal((await read(fixture, id))?.version, version);
  }
});

t.test('a change that was refused or failed is never seen', async (t) => {
  const fixture = await freshStore(t);
  const { id } = await insert(fixture);
  await read(fixture, id);
  const save = (then: () => ReturnType<typeof refuse>) =>
    fixture.store.write(CLERK, async (unit) => {
      const referral = (await unit.lockReferral(id)) as Referral;
      await unit.saveReferral({ ...referral, version: 2 });
      return then();
    });
  await save(() => refuse('session_full'));
  t.equal((await read(fixture, id))?.version, 1);
  await t.rejects(save(() => { throw new Error('a bug'); }));
  t.equal((await read(fixture, id))?.version, 1);
});

t.test('what was read before a commit is not kept after it', async (t) => {
  const recent = new RecentReferrals(1_000_000);
  const old = plain();
  const since = recent.commits;
  recent.changed(old.id);
  recent.committed();
  recent.keep(old, since);
  t.equal(recent.get(old.id), undefined, 'found before, so perhaps already wrong');
  recent.keep(old, recent.commits);
  t.equal(recent.get(old.id), old);
  recent.changed(old.id);
  t.equal(recent.get(old.id), old, 'until the commit the old one is the truth');
  recent.committed();
  t.equal(recent.get(old.id), undefined);
});

t.test('no more is kept than the limit, and what was used last stays', async (t) => {
  const recent = new RecentReferrals(30_000);
  const referrals = Array.from({ length: 20 }, (_, i) => plain({ referral: { id: `r${i}` } }));
  recent.keep(referrals[0]!, 0);
  for (const referral of referrals.slice(1)) {
    recent.get('r0');
    recent.keep(referral, 0);
  }
  const kept = referrals.filter(({ id }) => recent.get(id)).map(({ id }) => id);
  t.ok(kept.length > 2 && kept.length < 20, `${kept.length} of 20 are kept`);
  t.ok(kept.includes('r0') && kept.includes('r19') && !kept.includes('r1'), 'the one used all along and the newest; not the oldest');
});

import type { Test } from 'tap';
import { HOUR, MINUTE } from '../../src/kernel/calendar.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Referral } from '../../src/domain/referral.js';
import type { ReferralFilter } from '../../src/usecase/referral/list-filters.js';
import { START } from '../kit/store.js';
import type { OpenFresh } from '../kit/store.js';
import { saved } from './conformance.js';
import { COURSE, institutionOf, referralOf } from './rows.js';

/** Lists of referrals against a list that is filtered by hand. */

const INSTITUTIONS = ['p1', 'p2', 'h1', 'h2'] as const;
const CONSORTIA = ['g1', 'g2', null] as const;
const STATUSES = ['draft', 'submitted', 'accepted', 'completed', 'cancelled'] as const;
const DIRECTIONS = ['up', 'down'] as const;
const PATIENTS = ['018f0000-0000-7000-912d-000000000001', '018f0000-0000-7000-912d-000000000002'];

/** One of the values, or nothing. */
function maybe<T>(prng: Prng, values: readonly T[]): T | undefined {
  return prng.int(3) === 0 ? prng.pick(values) : undefined;
}

function someFilter(prng: Prng, all: readonly Referral[]): ReferralFilter {
  return {
    institutionId: prng.int(4) === 0 ? null : prng.pick(INSTITUTIONS),
    leadOf: prng.int(3) === 0 ? ['g1', 'g2'].slice(prng.int(2)) : [],
    status: maybe(prng, STATUSES),
    direction: maybe(prng, DIRECTIONS),
    sourceInstitutionId: maybe(prng, INSTITUTIONS),
    targetInstitutionId: maybe(prng, INSTITUTIONS),
    patientId: maybe(prng, PATIENTS),
    referralNo: prng.int(10) === 0 ? prng.pick(all).referralNo : undefined,
    changedSince: maybe(prng, [START + HOUR]),
    before: prng.int(3) === 0 ? prng.pick(all).id : null,
    limit: 1 + prng.int(8),
  };
}

/** Who may see it: its sender always; its receiver and the leads of its consortium, and whoever sees all, once it was sent. */
function visible(r: Referral, filter: ReferralFilter): boolean {
  if (filter.institutionId !== null && r.sourceInstitutionId === filter.institutionId) return true;
  if (r.course.submittedAt === null) return false;
  if (filter.institutionId === null && filter.leadOf.length === 0) return true;
  return r.targetInstitutionId === filter.institutionId && filter.institutionId !== null || filter.leadOf.some((id) => id === r.consortiumId);
}

function matches(r: Referral, f: ReferralFilter): boolean {
  const same = (wanted: string | undefined, is: string | null): boolean => wanted === undefined || wanted === is;
  return (
    visible(r, f) && same(f.status, r.status) && same(f.direction, r.direction) && same(f.sourceInstitutionId, r.sourceInstitutionId) &&
    same(f.targetInstitutionId, r.targetInstitutionId) && same(f.patientId, r.patientId) && same(f.referralNo, r.referralNo) &&
    (f.changedSince === undefined || r.updatedAt >= f.changedSince) && (f.before === null || r.id < f.before)
  );
}

export function listsConform(t: Test, open: OpenFresh): void {
  t.test('a list holds what the filter says, newest first, whatever is combined', async (t) => {
    const fixture = await open(t);
    const prng = new Prng(2018);
    const all = await saved(fixture, async (unit) => {
      await unit.saveInstitution(institutionOf('h1'));
      await unit.saveInstitution(institutionOf('h2', { area: '440600' }));
      const made: Referral[] = [];
      for (let i = 0; i < 120; i++) {
        const area = prng.pick(['440100', '440600']);
        const status = prng.pick(STATUSES);
        const unsent = status === 'draft' || (status === 'cancelled' && prng.int(2) === 0);
        const referral = referralOf(unit, {
          area, status, course: { ...COURSE, submittedAt: unsent ? null : START }, direction: prng.pick(DIRECTIONS), sourceInstitutionId: prng.pick(INSTITUTIONS),
          targetInstitutionId: prng.pick([...INSTITUTIONS, null]), consortiumId: prng.pick(CONSORTIA), patientId: prng.pick(PATIENTS),
          updatedAt: START + prng.int(120) * MINUTE,
        });
        await unit.insertReferral(referral);
        made.push(referral);
      }
      return made;
    });
    let found = 0;
    for (let i = 0; i < 1_500; i++) {
      const filter = someFilter(prng, all);
      const expected = all.filter((r) => matches(r, filter)).sort((a, b) => (a.id < b.id ? 1 : -1));
      const page = await fixture.store.read((reads) => reads.referrals(filter));
      const next = expected.length > filter.limit ? expected[filter.limit - 1]!.id : null;
      const got = { ids: page.data.map((r) => r.id), next: page.next };
      found += got.ids.length;
      const wanted = { ids: expected.slice(0, filter.limit).map((r) => r.id), next };
      if (JSON.stringify(got) !== JSON.stringify(wanted)) t.strictSame({ filter, ...got }, { filter, ...wanted });
    }
    t.ok(found > 1_000, `${found} rows were compared`);
  });
}

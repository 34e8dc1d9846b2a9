import type { OpinionPolicy, OpinionRequest, OpinionStay } from './deductible-opinion.js';

/** The examples that came with the rules: amounts in yuan, for an insurance clerk to check by hand. */
export interface Example {
  readonly situation: string;
  readonly request: OpinionRequest;
  readonly deductibleYuan: readonly number[];
  readonly fundYuan: readonly number[];
}

type Level = OpinionStay['level'];
interface Leg {
  readonly level: Level;
  readonly yuan: number;
  readonly direction?: 'up' | 'down';
  readonly admitted?: string;
  readonly kind?: OpinionStay['kind'];
  readonly linked?: boolean;
}

const benefit = (personKind: string, level: Level, yuan: number, percent: number): OpinionPolicy['benefits'][number] => ({ personKind, level, deductibleFen: yuan * 100, ratioBp: percent * 100 });

const GUANGZHOU: OpinionPolicy = {
  benefits: [benefit('active', 'primary', 250, 90), benefit('active', 'secondary', 500, 85), benefit('active', 'tertiary', 1_000, 80)],
  referral: {
    sameConsortium: true, linkWindowHours: null, sameDisease: 'none', onUp: 'difference', onDown: 'zero', onLateral: 'difference', credit: 'paid', window: 'episode',
  },
};
const STANDARD_CREDIT: OpinionPolicy = { ...GUANGZHOU, referral: { ...GUANGZHOU.referral, credit: 'standard' } };
const FOSHAN: OpinionPolicy = {
  benefits: [benefit('resident', 'secondary', 600, 90), benefit('resident', 'tertiary', 1_200, 85)],
  referral: { ...GUANGZHOU.referral, sameConsortium: false, onUp: 'zero', onDown: 'zero', onLateral: 'zero', window: 'insurance-year' },
};
const noDeductibleFor = (kind: string, policy: OpinionPolicy): OpinionPolicy => ({ ...policy, fixed: [{ when: kind, deductibleFen: 0 }] });

/** Legs one after the other, ten days apart, each referred from the one before. */
function chain(policy: OpinionPolicy, personKind: string, legs: readonly Leg[]): OpinionRequest {
  const stays = legs.map(({ level, yuan, direction, admitted, kind = 'inpatient', linked = true }, i): OpinionStay => {
    const admittedAt = Date.parse(admitted ?? '2026-03-01T08:00:00+08:00') + (admitted ? 0 : i * 10 * 86_400_000);
    return {
      key: `leg ${i + 1}`, level, kind, mainDiagnosis: 'I25.100',
      admittedAt: new Date(admittedAt).toISOString(), dischargedAt: new Date(admittedAt + 5 * 86_400_000).toISOString(),
      totalFen: yuan * 100, eligibleFen: yuan * 100,
      arrival: direction && linked ? { via: 'referral', direction, senderLevel: legs[i - 1]!.level, fromStay: `leg ${i}`, sameConsortium: true } : { via: 'none' },
    };
  });
  return { policy, personKind, stays };
}

export const EXAMPLES: readonly Example[] = [
  {
    situation: '1 · Guangzhou, primary 3 000, up to tertiary 30 000',
    request: chain(GUANGZHOU, 'active', [{ level: 'primary', yuan: 3_000 }, { level: 'tertiary', yuan: 30_000, direction: 'up' }]),
    deductibleYuan: [250, 750], fundYuan: [2_475, 23_400],
  },
  {
    situation: '1 · the same without a referral',
    request: chain(GUANGZHOU, 'active', [{ level: 'primary', yuan: 3_000 }, { level: 'tertiary', yuan: 30_000, direction: 'up', linked: false }]),
    deductibleYuan: [250, 1_000], fundYuan: [2_475, 23_200],
  },
  {
    situation: '2 · a first stay of 100 in all, credit for what was paid',
    request: chain(GUANGZHOU, 'active', [{ level: 'primary', yuan: 100 }, { level: 'tertiary', yuan: 30_000, direction: 'up' }]),
    deductibleYuan: [100, 900], fundYuan: [0, 23_280],
  },
  {
    situation: '2 · the same, credit for the standard',
    request: chain(STANDARD_CREDIT, 'active', [{ level: 'primary', yuan: 100 }, { level: 'tertiary', yuan: 30_000, direction: 'up' }]),
    deductibleYuan: [100, 750], fundYuan: [0, 23_400],
  },
  {
    situation: '3 · tertiary 40 000, down to primary 8 000',
    request: chain(GUANGZHOU, 'active', [{ level: 'tertiary', yuan: 40_000 }, { level: 'primary', yuan: 8_000, direction: 'down' }]),
    deductibleYuan: [1_000, 0], fundYuan: [31_200, 7_200],
  },
  {
    situation: '4 · primary, secondary, tertiary, and down again',
    request: chain(GUANGZHOU, 'active', [
      { level: 'primary', yuan: 2_000 }, { level: 'secondary', yuan: 12_000, direction: 'up' }, { level: 'tertiary', yuan: 40_000, direction: 'up' }, { level: 'primary', yuan: 5_000, direction: 'down' },
    ]),
    deductibleYuan: [250, 250, 500, 0], fundYuan: [1_575, 9_987.5, 31_600, 4_500],
  },
  {
    situation: '5 · Foshan, a resident, secondary 5 000, up in the same year to tertiary 20 000',
    request: chain(FOSHAN, 'resident', [{ level: 'secondary', yuan: 5_000 }, { level: 'tertiary', yuan: 20_000, direction: 'up' }]),
    deductibleYuan: [600, 0], fundYuan: [3_960, 17_000],
  },
  {
    situation: '6 · the same over the end of the year',
    request: chain(FOSHAN, 'resident', [
      { level: 'secondary', yuan: 5_000, admitted: '2025-12-20T09:00:00+08:00' }, { level: 'tertiary', yuan: 20_000, direction: 'up', admitted: '2026-01-03T09:00:00+08:00' },
    ]),
    deductibleYuan: [600, 1_200], fundYuan: [3_960, 15_980],
  },
  {
    situation: '7 · Guangzhou, secondary 200 in all, up to a tertiary stay of a kind without deductible',
    request: chain(noDeductibleFor('mental', GUANGZHOU), 'active', [{ level: 'secondary', yuan: 200 }, { level: 'tertiary', yuan: 20_000, direction: 'up', kind: 'mental' }]),
    deductibleYuan: [200, 0], fundYuan: [0, 16_000],
  },
  {
    situation: '8 · Foshan, a first stay of a kind without deductible, then up in the same year',
    request: chain(noDeductibleFor('mental', FOSHAN), 'resident', [{ level: 'secondary', yuan: 5_000, kind: 'mental' }, { level: 'tertiary', yuan: 20_000, direction: 'up' }]),
    deductibleYuan: [0, 1_200], fundYuan: [4_500, 15_980],
  },
];

import { insuranceYear, type Opinion, type OpinionRequest, type OpinionStay } from './deductible-opinion.js';

/** Which situations a generator has made: counted, so that a test can demand each and print how often. */
export class Coverage {
  readonly counts = new Map<string, number>();

  add({ policy, stays, outside }: OpinionRequest, opinions: readonly Opinion[]): void {
    const ordered = [...stays].sort((a, b) => Date.parse(a.admittedAt) - Date.parse(b.admittedAt));
    const seen = new Set(opinions.flatMap((o) => o.rules));
    const see = (what: string, when: boolean): void => void (when && seen.add(what));
    const year = (s: OpinionStay): number => insuranceYear(s.admittedAt, (s.policy ?? policy).insuranceYearStart);
    see('listed out of order', ordered.some((s, i) => s !== stays[i]));
    see('two policies', new Set(stays.map((s) => s.policy ?? policy)).size > 1);
    see('outside stays', (outside ?? []).some((o) => o.stays > 0 && stays.some((s) => year(s) === o.year)));
    see('stated by another insurer', (outside ?? []).some((o) => stays.some((s) => year(s) === o.year && o.insurer !== undefined && o.insurer !== (s.policy ?? policy).area)));
    see('insurance year not from January', policy.insuranceYearStart !== '01-01');
    see('stays on both sides of a year end', new Set(stays.map(year)).size > 1);
    ordered.forEach((s, i) => {
      const { linkedTo, counted, episode } = opinions.find((o) => o.key === s.key)!;
      see(`kind ${s.kind}`, true);
      see(`level ${s.level}`, true);
      see(`via ${s.arrival.via}`, true);
      see('referral written after the admission', Boolean(s.arrival.referredAt) && Date.parse(s.arrival.referredAt!) > Date.parse(s.admittedAt));
      see('of one instant', i > 0 && ordered[i - 1]!.admittedAt === s.admittedAt);
      for (const earlier of ordered.slice(0, i)) if (overlap(earlier, s)) see(earlier.key === linkedTo ? 'overlaps the stay that it continues' : 'overlaps another stay', true);
      const window = (s.policy ?? policy).referral.window;
      see(`counted by ${window}`, s.arrival.via === 'referral' && counted.length > 0);
      see('third of a chain', window === 'episode' && counted.length >= 2);
      see('chain over a year end', linkedTo !== null && year(ordered.find((e) => e.key === linkedTo)!) !== year(s));
      see('two continue one stay', linkedTo !== null && opinions.some((o) => o.key !== s.key && o.linkedTo === linkedTo && o.episode === episode));
      see('fixed at nothing', (s.policy ?? policy).fixed?.find((f) => f.when === s.kind)?.deductibleFen === 0);
    });
    for (const what of seen) this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  missing(wanted: readonly string[]): string[] {
    return wanted.filter((what) => !this.counts.has(what));
  }

  toString(): string {
    return [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what} ${count}`).join(' · ');
  }
}

function overlap(earlier: OpinionStay, later: OpinionStay): boolean {
  return !earlier.dischargedAt || Date.parse(earlier.dischargedAt) > Date.parse(later.admittedAt);
}

const DIRECTIONS = ['up', 'down', 'lateral'];
const SWITCHES = ['full', 'zero', 'zero-without-first', 'difference-paid', 'difference-standard'];

/** What 100 000 lives must have met. */
export const WANTED = [
  ...DIRECTIONS.flatMap((direction) => SWITCHES.map((what) => `${direction} ${what}`)),
  ...['primary', 'secondary', 'tertiary', 'provincial'].map((level) => `level ${level}`),
  ...['inpatient', 'day-surgery', 'day-chemo', 'mental', 'outpatient'].map((kind) => `kind ${kind}`),
  ...['referral', 'emergency', 'none'].map((via) => `via ${via}`),
  'counted by episode', 'counted by insurance-year', 'third of a chain', 'two continue one stay', 'of one instant', 'listed out of order',
  'insurance year not from January', 'stays on both sides of a year end', 'chain over a year end', 'outside stays', 'credit from outside',
  'referral written after the admission',
  'linked', 'gap-short', 'gap-exact', 'gap-too-long', 'discharged-late', 'not-discharged', 'same-disease', 'another-disease',
  'nothing-named', 'from-a-visit', 'outside-consortium', 'overlaps the stay that it continues', 'overlaps another stay',
  'fixed', 'fixed at nothing', 'percent-off', 'percent-off-rounded', 'step-minus', 'step-minus-floor', 'floor-above-standard', 'stacking-lowers', 'stacking-ignored',
  'own-standard-is-lower', 'credit-above-highest', 'eligible-lower', 'unsettled',
  'penalty', 'penalty-spares-emergency', 'penalty-spares-referred', 'penalty-wrong-sender', 'ratio-floor', 'cap-cuts', 'cap-exhausted',
];

/** What the records have beyond a request; they are always in order, and a referral says at least where it comes from. */
export const WANTED_OF_RECORDS = [
  ...WANTED.filter((what) => what !== 'listed out of order' && what !== 'nothing-named'),
  'latest-there', 'never-there', 'two policies', 'stated by another insurer', 'referral-used',
];

/**
 * A second opinion on deductibles: slow, in whole fen of `bigint`, in the order and the words of the
 * written rules, over the request of `POST /v1/deductibles/simulate`. It shares no line with the
 * service. Every stay says which rules spoke, so that a generator can tell what it has reached.
 */
type Level = 'primary' | 'secondary' | 'tertiary' | 'provincial';
type Kind = 'inpatient' | 'day-surgery' | 'day-chemo' | 'mental' | 'outpatient';
type VisitType = 'inpatient' | 'outpatient';
type Relief = 'full' | 'difference' | 'zero';

export interface OpinionPolicy {
  /** The prefecture whose insurer pays by it. */
  readonly area?: string;
  readonly insuranceYearStart?: string;
  readonly benefits: readonly { readonly personKind: string; readonly level: Level; readonly visitType?: VisitType; readonly deductibleFen: number; readonly ratioBp: number }[];
  readonly annualCapFen?: number | null;
  readonly referral: {
    readonly sameConsortium: boolean;
    readonly linkWindowHours: number | null;
    readonly sameDisease: 'none' | 'icd3';
    readonly onUp: Relief;
    readonly onDown: Relief;
    readonly onLateral: Relief;
    readonly credit: 'paid' | 'standard';
    readonly window: 'episode' | 'insurance-year';
  };
  readonly unreferredPenalty?: { readonly bp: number; readonly visitTypes: readonly VisitType[]; readonly senderLevels: readonly Level[] };
  readonly repeatStay?: { readonly kind: 'none' | 'percent-off' | 'step-minus'; readonly bp?: number; readonly from?: number; readonly stepFen?: number; readonly floorFen?: number };
  readonly stacking?: 'min' | 'referral-only';
  readonly fixed?: readonly { readonly when: string; readonly deductibleFen: number }[];
}

export interface OpinionStay {
  readonly key: string;
  readonly level: Level;
  readonly admittedAt: string;
  readonly dischargedAt?: string | null;
  readonly mainDiagnosis?: string | null;
  readonly kind: Kind;
  /** Both absent: not settled. */
  readonly totalFen?: number | null;
  readonly eligibleFen?: number | null;
  readonly arrival: {
    readonly via: 'referral' | 'emergency' | 'none';
    readonly direction?: 'up' | 'down' | 'lateral' | null;
    readonly senderLevel?: Level | null;
    readonly referredAt?: string | null;
    readonly fromStay?: string | null;
    readonly sameConsortium?: boolean | null;
    /** Who referred, for a referral that names no stay. */
    readonly fromInstitution?: string | null;
    /** Which referral; absent: one that no other stay names. */
    readonly referral?: string | null;
  };
  /** What the request of the contract leaves out, and the recorded life of a patient has: where, and under a policy of its own. */
  readonly institution?: string | null;
  readonly policy?: OpinionPolicy;
}

/** What the insurer states about stays elsewhere, by the year in which the insurance year begins. */
export interface OpinionOutside {
  /** Who states it; absent: whoever pays. */
  readonly insurer?: string;
  readonly year: number;
  readonly stays: number;
  readonly borneFen: number;
  readonly paidFen: number;
}

export interface OpinionRequest {
  readonly policy: OpinionPolicy;
  readonly personKind: string;
  readonly stays: readonly OpinionStay[];
  readonly outside?: readonly OpinionOutside[];
}

export interface Opinion {
  readonly key: string;
  readonly standardFen: number;
  readonly deductibleFen: number;
  readonly ratioBp: number;
  /** null until the stay is settled. */
  readonly fundFen: number | null;
  readonly personalFen: number | null;
  readonly linkedTo: string | null;
  /** The first stay of its chain; null for an outpatient visit. */
  readonly episode: string | null;
  /** The earlier stays that counted. */
  readonly counted: readonly string[];
  readonly rules: readonly string[];
}

interface Known {
  readonly stay: OpinionStay;
  readonly standard: bigint;
  readonly deductible: bigint;
  readonly fund: bigint;
  readonly opinion: Opinion;
}

const max = (...values: bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a));
const min = (...values: bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));
const sum = (values: bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

/** amount × bp / 10 000, half a fen going up. */
const share = (amount: bigint, bp: bigint): bigint => (2n * amount * bp + 10_000n) / 20_000n;

/** The year in which the insurance year of an instant begins, by the calendar of Shanghai. */
export function insuranceYear(instant: string, start = '01-01'): number {
  const local = new Date(Date.parse(instant) + 8 * 3_600_000).toISOString();
  const year = Number(local.slice(0, 4));
  return local.slice(5, 10) < start ? year - 1 : year;
}

/** All stays of one person, in the order of the request. */
export function assess(request: OpinionRequest): Opinion[] {
  const known: Known[] = [];
  for (const told of [...request.stays].sort((a, b) => Date.parse(a.admittedAt) - Date.parse(b.admittedAt))) {
    const stay = arrivesAgain(known, told) ? { ...told, arrival: { via: 'none' as const } } : told;
    const next = stay.kind === 'outpatient' ? visit(request, known, stay) : admission(request, known, stay);
    known.push(stay === told ? next : { ...next, opinion: { ...next.opinion, rules: ['referral-used', ...next.opinion.rules] } });
  }
  return request.stays.map((stay) => known.find((k) => k.stay.key === stay.key)!.opinion);
}

/** "The patient arrived under it": once, on a day of which all visits are that arrival, and to one admission. */
function arrivesAgain(known: readonly Known[], { kind, admittedAt, arrival: { referral } }: OpinionStay): boolean {
  const under = referral ? known.map((k) => k.stay).filter((s) => s.arrival.referral === referral) : [];
  if (under.length === 0) return false;
  if (kind !== 'outpatient') return under.some((s) => s.kind !== 'outpatient');
  return day(under[0]!.admittedAt) !== day(admittedAt);
}

const day = (instant: string): string => new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10);

/**
 * Recorded stays in the order in which they count: by admission, and of one instant by institution and
 * number, but never one before a stay of that instant from which its referral came.
 *
 * @param numbers of the hospitals, by the key of the stay
 */
export function recorded(stays: readonly OpinionStay[], numbers: ReadonlyMap<string, string>): OpinionStay[] {
  const name = (s: OpinionStay): string => `${s.institution}\u0000${numbers.get(s.key)}`;
  const waiting = [...stays].sort((a, b) => Date.parse(a.admittedAt) - Date.parse(b.admittedAt) || (name(a) < name(b) ? -1 : 1));
  const order: OpinionStay[] = [];
  for (let now = waiting[0]; now !== undefined; now = waiting[0]) {
    const together = waiting.filter((s) => Date.parse(s.admittedAt) === Date.parse(now!.admittedAt));
    const free = together.find((s) => !together.some((p) => p !== s && sentFrom(s, p))) ?? now;
    order.push(...waiting.splice(waiting.indexOf(free), 1));
  }
  return order;
}

function sentFrom({ arrival }: OpinionStay, before: OpinionStay): boolean {
  if (arrival.via !== 'referral' || before.kind === 'outpatient') return false;
  return arrival.fromStay ? before.key === arrival.fromStay : before.institution === arrival.fromInstitution;
}

/** Episodes as sets of stays, by their first. */
export function episodes(opinions: readonly Opinion[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { key, episode } of opinions) if (episode !== null) found.set(episode, [...(found.get(episode) ?? []), key]);
  return found;
}

// Step 0.
function visit(request: OpinionRequest, known: readonly Known[], stay: OpinionStay): Known {
  const standard = row(request, stay, 'outpatient').deductible;
  return pay(request, known, stay, { standard, deductible: standard, linkedTo: null, episode: null, counted: [], rules: ['outpatient'] });
}

function admission(request: OpinionRequest, known: readonly Known[], stay: OpinionStay): Known {
  const policy = policyOf(request, stay);
  const rules: string[] = [];
  const admissions = known.filter((k) => k.stay.kind !== 'outpatient');
  const inYear = inYearOf(policy, stay, admissions);

  // Step 1.
  const fixed = (policy.fixed ?? []).find((f) => f.when === stay.kind);
  if (fixed) rules.push('fixed');
  const standard = fixed ? BigInt(fixed.deductibleFen) : row(request, stay, 'inpatient').deductible;

  // Step 2.
  const referred = stay.arrival.via === 'referral' && (!policy.referral.sameConsortium || stay.arrival.sameConsortium === true);
  if (stay.arrival.via === 'referral' && !referred) rules.push('outside-consortium');

  // Step 3.
  const before = policy.referral.window === 'episode' && referred ? linked(policy, admissions, stay, rules) : undefined;
  const counted = policy.referral.window === 'episode' ? chainUpTo(known, before) : inYear;
  const outside = outsideOf(request, policy, stay);
  const outsideCounts = policy.referral.window === 'insurance-year' && outside !== undefined && outside.stays > 0;

  // Step 4.
  const nth = inYear.length + (outside?.stays ?? 0) + 1;
  const unrelieved = fixed ? standard : repeated(policy, standard, nth, rules);
  let result = unrelieved;
  if (referred && (counted.length > 0 || outsideCounts)) {
    if (outsideCounts) rules.push('credit from outside');
    const relieved = relief(policy, stay, standard, counted, outsideCounts ? outside : undefined, rules);
    if (relieved !== undefined) {
      const stack = (policy.stacking ?? 'min') === 'min';
      if (unrelieved < relieved) rules.push(stack ? 'stacking-lowers' : 'stacking-ignored');
      result = stack ? min(relieved, unrelieved) : relieved;
    }
  }
  return pay(request, known, stay, {
    standard, deductible: result, linkedTo: before?.stay.key ?? null, episode: before?.opinion.episode ?? stay.key, counted: counted.map((k) => k.stay.key), rules,
  });
}

function policyOf(request: OpinionRequest, stay: OpinionStay): OpinionPolicy {
  return stay.policy ?? request.policy;
}

function inYearOf({ insuranceYearStart }: OpinionPolicy, stay: OpinionStay, known: readonly Known[]): Known[] {
  return known.filter((k) => insuranceYear(k.stay.admittedAt, insuranceYearStart) === insuranceYear(stay.admittedAt, insuranceYearStart));
}

/** What the insurer states: the one that pays for this stay. */
function outsideOf({ outside }: OpinionRequest, { area, insuranceYearStart }: OpinionPolicy, stay: OpinionStay): OpinionOutside | undefined {
  return outside?.find((o) => o.year === insuranceYear(stay.admittedAt, insuranceYearStart) && (o.insurer === undefined || o.insurer === area));
}

function row(request: OpinionRequest, stay: OpinionStay, visitType: VisitType): { deductible: bigint; ratio: bigint } {
  const found = policyOf(request, stay).benefits.find((b) => b.personKind === request.personKind && b.level === stay.level && (b.visitType ?? 'inpatient') === visitType);
  if (!found) throw new Error(`no benefit row for ${request.personKind} ${stay.level} ${visitType}`);
  return { deductible: BigInt(found.deductibleFen), ratio: BigInt(found.ratioBp) };
}

/** The earlier stay that this one continues. What came before it in time is what is known already. */
function linked({ referral }: OpinionPolicy, admissions: readonly Known[], { arrival, admittedAt, mainDiagnosis }: OpinionStay, rules: string[]): Known | undefined {
  const before = arrival.fromStay
    ? admissions.find((k) => k.stay.key === arrival.fromStay)
    : arrival.fromInstitution ? admissions.findLast((k) => k.stay.institution === arrival.fromInstitution) : undefined;
  if (!before) {
    rules.push(arrival.fromStay ? 'from-a-visit' : arrival.fromInstitution ? 'never-there' : 'nothing-named');
    return undefined;
  }
  if (!arrival.fromStay) rules.push('latest-there');
  const submitted = Date.parse(arrival.referredAt ?? admittedAt);
  const discharged = before.stay.dischargedAt ? Date.parse(before.stay.dischargedAt) : Infinity;
  const gap = Math.max(0, submitted - discharged);
  if (discharged > submitted) rules.push(discharged === Infinity ? 'not-discharged' : 'discharged-late');
  if (referral.linkWindowHours !== null) {
    const over = gap - referral.linkWindowHours * 3_600_000;
    rules.push(over > 0 ? 'gap-too-long' : over === 0 && gap > 0 ? 'gap-exact' : 'gap-short');
    if (over > 0) return undefined;
  }
  if (referral.sameDisease === 'icd3') {
    const same = Boolean(mainDiagnosis) && Boolean(before.stay.mainDiagnosis) && mainDiagnosis!.slice(0, 3) === before.stay.mainDiagnosis!.slice(0, 3);
    rules.push(same ? 'same-disease' : 'another-disease');
    if (!same) return undefined;
  }
  rules.push('linked');
  return before;
}

function chainUpTo(known: readonly Known[], last: Known | undefined): Known[] {
  if (!last) return [];
  return [...chainUpTo(known, known.find((k) => k.stay.key === last.opinion.linkedTo)), last];
}

/** What the direction's switch makes of the standard; undefined: no relief. */
function relief({ referral }: OpinionPolicy, { arrival }: OpinionStay, standard: bigint, counted: readonly Known[], outside: OpinionOutside | undefined, rules: string[]): bigint | undefined {
  const rule = { up: referral.onUp, down: referral.onDown, lateral: referral.onLateral }[arrival.direction!];
  const say = (what: string): void => void rules.push(`${arrival.direction} ${what}`);
  const borneOutside = BigInt(outside?.borneFen ?? 0);
  if (rule === 'full') {
    say('full');
    return undefined;
  }
  const firstThere = counted.some((k) => k.standard > 0n) || borneOutside > 0n;
  if (rule === 'zero') {
    say(firstThere ? 'zero' : 'zero-without-first');
    return firstThere ? 0n : undefined;
  }
  const before = max(0n, ...counted.map((k) => k.standard));
  const highest = max(before, standard);
  const credit = referral.credit === 'paid' ? sum(counted.map((k) => k.deductible)) + borneOutside : before;
  say(`difference-${referral.credit}`);
  if (credit > highest) rules.push('credit-above-highest');
  if (highest - credit > standard) rules.push('own-standard-is-lower');
  return min(standard, max(0n, highest - credit));
}

/** The standard of the n-th stay of the year, where no referral relieves it. */
function repeated({ repeatStay }: OpinionPolicy, standard: bigint, nth: number, rules: string[]): bigint {
  if (!repeatStay || repeatStay.kind === 'none') return standard;
  if (repeatStay.kind === 'percent-off') {
    if (nth < (repeatStay.from ?? 2)) return standard;
    rules.push('percent-off');
    if ((standard * BigInt(10_000 - repeatStay.bp!)) % 10_000n !== 0n) rules.push('percent-off-rounded');
    return share(standard, BigInt(10_000 - repeatStay.bp!));
  }
  if (nth === 1) return standard;
  const floor = BigInt(repeatStay.floorFen!);
  const stepped = standard - BigInt(repeatStay.stepFen!) * BigInt(nth - 1);
  rules.push(floor > standard ? 'floor-above-standard' : stepped < floor ? 'step-minus-floor' : 'step-minus');
  return min(standard, max(floor, stepped));
}

interface Decided {
  readonly standard: bigint;
  readonly deductible: bigint;
  readonly linkedTo: string | null;
  readonly episode: string | null;
  readonly counted: readonly string[];
  readonly rules: string[];
}

/** Steps 5 to 7. */
function pay(request: OpinionRequest, known: readonly Known[], stay: OpinionStay, decided: Decided): Known {
  const policy = policyOf(request, stay);
  const { rules } = decided;
  const settled = typeof stay.eligibleFen === 'number' && typeof stay.totalFen === 'number';
  if (!settled) rules.push('unsettled');
  const eligible = settled ? BigInt(stay.eligibleFen!) : undefined;
  const deductible = eligible === undefined ? decided.deductible : min(decided.deductible, eligible);
  if (deductible < decided.deductible) rules.push('eligible-lower');

  const visitType = stay.kind === 'outpatient' ? 'outpatient' : 'inpatient';
  const ratioLeft = row(request, stay, visitType).ratio - penalty(policy, stay, visitType, rules);
  if (ratioLeft < 0n) rules.push('ratio-floor');
  const ratio = max(0n, ratioLeft);

  let fund = 0n;
  if (eligible !== undefined) {
    fund = share(eligible - deductible, ratio);
    if (policy.annualCapFen !== undefined && policy.annualCapFen !== null) {
      const paid = sum(inYearOf(policy, stay, known).map((k) => k.fund)) + BigInt(outsideOf(request, policy, stay)?.paidFen ?? 0);
      const left = max(0n, BigInt(policy.annualCapFen) - paid);
      if (fund > left) rules.push(left === 0n ? 'cap-exhausted' : 'cap-cuts');
      fund = min(fund, left);
    }
  }
  const { standard, linkedTo, episode, counted } = decided;
  const opinion: Opinion = {
    key: stay.key,
    standardFen: Number(standard),
    deductibleFen: Number(deductible),
    ratioBp: Number(ratio),
    fundFen: settled ? Number(fund) : null,
    personalFen: settled ? Number(BigInt(stay.totalFen!) - fund) : null,
    linkedTo,
    episode,
    counted,
    rules,
  };
  return { stay, standard, deductible, fund, opinion };
}

function penalty({ unreferredPenalty }: OpinionPolicy, { level, arrival }: OpinionStay, visitType: VisitType, rules: string[]): bigint {
  if (!unreferredPenalty || unreferredPenalty.bp === 0 || !unreferredPenalty.visitTypes.includes(visitType) || level === 'primary') return 0n;
  if (arrival.via === 'emergency') {
    rules.push('penalty-spares-emergency');
    return 0n;
  }
  if (arrival.via === 'referral' && unreferredPenalty.senderLevels.includes(arrival.senderLevel!)) {
    rules.push('penalty-spares-referred');
    return 0n;
  }
  rules.push(arrival.via === 'referral' ? 'penalty-wrong-sender' : 'penalty');
  return BigInt(unreferredPenalty.bp);
}

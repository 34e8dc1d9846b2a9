import { assess, recorded, type OpinionPolicy, type OpinionStay } from '../../../kit/deductible-opinion.js';
import type { Book, StayRow } from '../book.js';
import { dataOf, type Step } from '../step.js';

const TOLD: Readonly<Record<string, string>> = { 'deductible.assessed': 'assessment', 'deductible.adjusted': 'adjustment', 'deductible.reversed': 'reversal' };

/** The ledger of deductibles is only added to, a line beside each event that tells of one, and the lines of a stay add up to what it bears. */
export function* entriesAddUp({ before, after, events }: Step): Iterable<string> {
  if (after === before) return;
  const bySeq = new Map(after.entries.map((entry) => [entry.seq, entry]));
  for (const old of before.entries) {
    const same = bySeq.get(old.seq);
    if (same?.stayId !== old.stayId || same.deltaFen !== old.deltaFen || same.resultFen !== old.resultFen) yield `line ${old.seq} of the ledger has changed or is gone`;
  }
  for (const event of events) {
    const entry = bySeq.get(event.seq);
    if (entry?.kind !== TOLD[event.type]) yield `event ${event.seq}, ${event.type}, stands beside ${entry ? `a line ${entry.kind}` : 'no line'} of the ledger`;
    if (entry && (event.subject !== `stay:${entry.stayId}` || dataOf(event)['deltaFen'] !== entry.deltaFen)) yield `event ${event.seq} tells of another line of the ledger`;
  }
  const sums = new Map<string, { fen: number; policyId: string | null }>();
  for (const { seq, stayId, kind, deltaFen, resultFen, policyId } of after.entries) {
    const was = sums.get(stayId) ?? { fen: 0, policyId: null };
    if (was.fen + deltaFen !== resultFen) yield `line ${seq}: ${was.fen} and ${deltaFen} do not make ${resultFen}`;
    if ((kind === 'assessment') !== (was.policyId === null) || (kind !== 'assessment' && policyId !== was.policyId)) yield `line ${seq}, ${kind}, does not follow from the one before`;
    sums.set(stayId, { fen: resultFen, policyId: kind === 'reversal' ? null : policyId });
  }
  for (const { id, figures, policyId, record, settled, chargedFen } of after.stays.values()) {
    const sum = sums.get(id) ?? { fen: 0, policyId: null };
    if (sum.fen !== (figures?.deductibleFen ?? 0)) yield `stay ${id} bears ${figures?.deductibleFen ?? 0}, its lines add up to ${sum.fen}`;
    if (sum.policyId !== (figures ? policyId : null)) yield `stay ${id} is assessed by ${policyId}, its lines by ${sum.policyId}`;
    if (chargedFen !== (record.voided ? null : (settled?.fundFen ?? null))) yield `stay ${id}${record.voided ? ', void,' : ''} was settled with ${settled?.fundFen} and charges ${chargedFen}`;
    if (record.voided && figures) yield `stay ${id} is void and bears something`;
  }
}

/** Whatever becomes known, what a person's stays bear is what a computation from the facts alone gives. */
export function* reckonedFromTheFacts({ before, after, events }: Step): Iterable<string> {
  if (after === before) return;
  yield* frozen(before, after, new Set(events.filter(({ type }) => type === 'stay.reassessed').map(({ subject }) => subject)));
  for (const id of after.merged) {
    const left = [...after.stays.values(), ...after.referrals.values(), ...after.accumulators].some(({ patientId }) => patientId === id);
    if (left) yield `patient ${id} was merged into another and still has something of its own`;
  }
  for (const patientId of concerned(before, after)) yield* reckoned(after, patientId);
}

/** By which referral a stay was reached follows the transfer; by which policy it is assessed changes for no other reason than an insurer's word. */
function* frozen(before: Book, after: Book, reassessed: ReadonlySet<string>): Iterable<string> {
  for (const stay of after.stays.values()) {
    const referral = stay.referralId === null ? undefined : after.referrals.get(stay.referralId);
    const there = !stay.record.voided && referral !== undefined && referral.course.transferId !== null;
    if (there !== (stay.reached !== null)) yield `stay ${stay.id} was ${stay.reached ? '' : 'not '}reached by referral ${stay.referralId}, whose transfer ${there ? 'stands' : 'does not stand'}`;
    if (stay.reached && referral && (stay.reached.direction !== referral.direction || stay.reached.fromInstitutionId !== referral.source || stay.reached.senderLevel !== referral.course.sourceLevel)) {
      yield `stay ${stay.id} was reached by another referral than it says`;
    }
    const was = before.stays.get(stay.id);
    const kept = was?.policyVersion === stay.policyVersion || (was?.policyVersion ?? null) === null || reassessed.has(`stay:${stay.id}`);
    if (!kept) yield `stay ${stay.id} was assessed by version ${was?.policyVersion} and is by ${stay.policyVersion}`;
  }
}

/** Persons of whom something new is known. */
function concerned(before: Book, after: Book): Set<string> {
  const ids = new Set<string>();
  for (const stay of after.stays.values()) {
    const was = before.stays.get(stay.id);
    if (was?.version !== stay.version || was.figures !== stay.figures || was.reached !== stay.reached) ids.add(stay.patientId);
  }
  for (const { patientId } of after.accumulators) ids.add(patientId);
  return ids;
}

function* reckoned(book: Book, patientId: string): Iterable<string> {
  const stays = [...book.stays.values()].filter((stay) => stay.patientId === patientId && !stay.record.voided);
  const waiting = stays.filter(({ figures }) => figures === null);
  if (waiting.length > 0) {
    if (waiting.length < stays.length) yield `of ${stays.length} stays of patient ${patientId} ${waiting.length} wait for a policy`;
    return;
  }
  const [first] = stays;
  if (!first) return;
  const lawless = stays.filter(({ policyId, policyVersion }) => !book.policies.has(`${policyId} ${policyVersion}`));
  for (const { id, policyId, policyVersion } of lawless) yield `stay ${id} is assessed by version ${policyVersion} of policy ${policyId}, which does not exist`;
  if (lawless.length > 0) return;
  const outside = book.accumulators.filter((statement) => statement.patientId === patientId);
  const order = recorded(stays.map((stay) => opinionOf(book, stay)), new Map(stays.map(({ id, number }) => [id, number])));
  for (const { key: id, deductibleFen, standardFen, fundFen, linkedTo } of assess({ policy: policyOf(book, first), personKind: 'active', stays: order, outside })) {
    const figures = book.stays.get(id)?.figures;
    const same = figures?.deductibleFen === deductibleFen && figures.standardFen === standardFen && figures.fundFen === fundFen && figures.linkedTo === linkedTo;
    if (!same) yield `stay ${id}: ${JSON.stringify(figures)}, from the facts it is ${JSON.stringify({ standardFen, deductibleFen, fundFen, linkedTo })}`;
  }
}

function policyOf(book: Book, { policyId, policyVersion }: StayRow): OpinionPolicy {
  return book.policies.get(`${policyId} ${policyVersion}`) as unknown as OpinionPolicy;
}

function opinionOf(book: Book, stay: StayRow): OpinionStay {
  const { record, reached } = stay;
  const { admittedAt, dischargedAt = null, kind, mainDiagnosis, settlement } = record;
  const arrival: OpinionStay['arrival'] =
    record.arrival.via !== 'referral' ? { via: record.arrival.via }
    : reached === null ? { via: 'none' }
    : {
        via: 'referral',
        direction: reached.direction,
        senderLevel: reached.senderLevel,
        referredAt: new Date(reached.submittedAt).toISOString(),
        fromStay: reached.fromStayId,
        sameConsortium: reached.sameConsortium,
        fromInstitution: reached.fromInstitutionId,
        referral: stay.referralId,
      };
  return {
    key: stay.id, level: stay.level, institution: stay.institutionId, admittedAt, dischargedAt, kind, mainDiagnosis: mainDiagnosis.code, arrival,
    policy: policyOf(book, stay),
    ...(settlement ? { totalFen: settlement.totalFen, eligibleFen: settlement.eligibleFen } : {}),
  };
}

import type { Edit } from './plant.js';

/** A mistake that somebody could make, as an edit of the source, and the constraints that would hide it. */
export interface Bug {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Constraints of the tables that would refuse it before the auditor sees it: lifted in the files of its runs. */
  readonly lifted?: readonly string[];
}

const bug = (name: string, file: string, from: string, to: string, ...more: Edit[]): Bug => ({ name, edits: [{ file: `src/${file}`, from, to }, ...more] });
const also = (file: string, from: string, to: string): Edit => ({ file: `src/${file}`, from, to });

/** Assertions that stay on in production would stop the program before the auditor could speak. */
const NO_ASSERTIONS: readonly Edit[] = [
  also('domain/capacity.ts', "assert(taken >= 0, 'a session gives back no more places than were taken');", ''),
  also('domain/capacity.ts', "assert(left >= 0, 'an allotment gets back no more places than were drawn from it');", ''),
];

export const BUGS: readonly Bug[] = [
  bug('a hold is confirmed after it has run out', 'domain/reservation-machine.ts',
    "if (hasExpired(reservation, at.now)) return refuse('hold_expired');\n  if (held.length === 0)", 'if (held.length === 0)'),
  {
    ...bug('a released place is given back twice', 'usecase/reservation/opened.ts',
      'sessions.giveBack(change.freed);', 'sessions.giveBack(change.freed);\n    sessions.giveBack(change.freed);', ...NO_ASSERTIONS),
    lifted: ['CHECK (taken >= 0)'],
  },
  bug('a release is not told', 'usecase/reservation/opened.ts',
    'tellWithFiling(unit, reservationEvent(', "if (what !== 'released') tellWithFiling(unit, reservationEvent("),
  bug('the answer leaves before the commit', 'store/writer.ts',
    'this.connection.commit();', 'for (const one of settle.splice(0)) one();\n      this.connection.commit();'),
  {
    ...bug('sessions are read outside the transaction', 'store/open.ts',
      'const queries = bindCatalogue(file.writer, catalogue);',
      'const own = bindCatalogue(file.writer, catalogue);\n    const queries = { ...own, session: { ...own.session, lock: bindCatalogue(file.reader, catalogue).session.lock } };', ...NO_ASSERTIONS),
    lifted: ['CHECK (taken >= 0)'],
  },
  bug('an allotment is released days too early', 'domain/allotment.ts', 'allotment.releaseHours * HOUR', 'allotment.releaseHours * DAY'),
  bug('the key is kept in a transaction of its own', 'store/open.ts',
    'await answers.record(id, idempotency, given, unit.now);\n          return { answer: given, replayed: false };',
    'return { answer: given, replayed: false };',
    also('store/open.ts', 'return await writer.submit<{ answer: Answer; replayed: boolean } | Refusal>({', 'const done = await writer.submit<{ answer: Answer; replayed: boolean } | Refusal>({'),
    also('store/open.ts', '    } finally {\n      this.#running.delete(id);',
      "      if (!isRefusal(done) && !done.replayed) {\n        await writer.submit({ actor, run: async (unit) => answers.record(id, idempotency, done.answer, unit.now), conclude: async () => done });\n      }\n      return done;\n    } finally {\n      this.#running.delete(id);")),
  bug('a reversed transfer is not recorded', 'usecase/referral/act.ts',
    'if (changed.transfer) unit.appendTransfer(changed.transfer);', "if (changed.transfer?.kind === 'executed') unit.appendTransfer(changed.transfer);"),
  bug('an expired place is not given back', 'usecase/reservation/sessions.ts', 'this.giveBack(expired.freed);', ''),
  bug('a moved place is not given back', 'usecase/reservation/take.ts', 'sessions.giveBack(givenUp.filter((place) => !wantedKeys.has(keyOf(place))));', ''),
  bug('a filing is not withdrawn', 'usecase/insurance/filing.ts', 'unit.appendFiling(filing);', "if (filing.kind === 'filed') unit.appendFiling(filing);"),
  bug('a hold survives its draft', 'usecase/referral/actions/end.ts',
    'const released = await endPlaces(unit, referral);', "const released = referral.status === 'draft' ? [] : await endPlaces(unit, referral);"),
  bug('a stopped clinic keeps its holds', 'usecase/capacity/stop-sessions.ts',
    "const isPlanned = (place: Place) => place.state === 'held' || place.state === 'confirmed';", "const isPlanned = (place: Place) => place.state === 'confirmed';"),
  bug('an item is redeemed again', 'domain/entitlement.ts',
    "if (granted.state === 'honoured') return refuse('already_redeemed');\n  if (granted.state !== 'granted') return refuse('not_entitled');", ''),
  bug('one place too many is given', 'domain/capacity.ts', "if (left <= 0) return 'session_full';", "if (left < 0) return 'session_full';",
    also('domain/capacity.ts', 'openVisible && left > kept', 'openVisible && left >= kept'),
    also('domain/capacity.ts', 'assert(session.taken + session.takenElsewhere < session.capacity,', 'assert(session.taken + session.takenElsewhere <= session.capacity,')),
  bug('an allotment is for every level', 'domain/allotment.ts', 'if (audience.level !== undefined && audience.level !== asker.level) return false;', ''),
  bug('a hold is extended again and again', 'domain/reservation-machine.ts', "if (reservation.extended) return refuse('already_extended');", ''),
  bug('a refusal keeps what was written', 'store/writer.ts', 'if (isRefusal(outcome)) this.#undo(start);\n    else await unit.writeLog();', 'if (!isRefusal(outcome)) await unit.writeLog();'),
  bug('the log goes on after a commit that failed', 'store/writer.ts', 'this.world.log.restore(end);\n    this.world.directory.undoTo(0);', 'this.world.directory.undoTo(0);'),
  bug('the directory goes on after a commit that failed', 'store/writer.ts', 'this.world.log.restore(end);\n    this.world.directory.undoTo(0);', 'this.world.log.restore(end);'),
  bug('a reader is shown what was true before', 'store/recent.ts', 'this.#changed.add(id);', ''),
  bug('an older report overwrites a newer', 'domain/session-report.ts',
    "if ((reportedAt ?? now) < standing) return { session: before, status: 'stale' };", ''),
  bug('a referral that has lapsed goes on', 'usecase/referral/access.ts', 'referral: await lapse(unit, stored.referral)', 'referral: stored.referral'),
  bug('a stay is still reached when the arrival was taken back', 'usecase/insurance/arrival-changed.ts', 'const executed = referral.course.transferId !== null;', 'const executed = true;'),
  bug('a correction books the whole amount again', 'domain/ledger.ts', 'const deltaFen = is.resultFen - was.resultFen;', 'const deltaFen = is.resultFen;'),
  bug('a merged record keeps its stays', 'usecase/network/merge-patients.ts', 'const moved = await moveStays(unit, gone.id, stays.id, concerned);', 'const moved = 0;'),
  bug('a new policy takes over what was assessed', 'domain/ledger.ts',
    'if (kept && kept.area === insuredArea && kept.scheme === scheme && isValidOn(kept, date) && hasBenefit(kept, stay)) return kept;', ''),
  bug('the cursor runs ahead of what was handed out', 'usecase/event/feed.ts', 'return { events, next, head', 'return { events, next: Math.max(next, await reads.lastSeq()), head'),
  bug('a key is good for another request', 'store/answers.ts', "if (requestHash !== key.requestHash) return refuse('idempotency_key_reused');", ''),
];

/**
 * Mistakes that the program itself stops: in them the auditor has nothing to find, and none may be taken for
 * found. They prove that what an assertion or a constraint says is never counted as the auditor's.
 */
export const STOPPED: readonly Bug[] = [
  bug('an assertion fails', 'domain/capacity.ts', 'assert(taken >= 0,', 'assert(taken > 1_000,'),
  bug('a constraint refuses the row', 'domain/capacity.ts', 'const taken = session.taken - count;', 'const taken = session.taken - count - 1_000;', ...NO_ASSERTIONS.slice(0, 1)),
];

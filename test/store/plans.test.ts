import Sqlite from 'better-sqlite3';
import t from 'tap';
import { readMigrations } from '../../src/store/migrate.js';
import { everyQuery } from './catalogue.js';

/**
 * How SQLite means to answer each query of the catalogue, without statistics, as in production. With a
 * million referrals a query that walks a table, or sorts what it has found, would be felt by everybody.
 */
const db = new Sqlite(':memory:');
for (const migration of readMigrations('sqlite')) db.exec(migration.text);

/** Read whole, once, when the store opens; or one row. */
const MAY_SCAN = [
  'directory.institutions', 'directory.consortia', 'directory.pools', 'directory.policies', 'directory.clients', 'log.tip', 'log.last',
  // What is under way: none or one, most of the time.
  'sweep.lock', 'backtest.unfinished', 'backtest.lockNext',
  // All of it, once, in a thread of its own.
  'person.count',
];
/** Sorts a handful: what stands in one session, what was counted in one slice or settled of one day. */
const MAY_SORT = ['place.live', 'place.overdue', 'transfer.count', 'transfer.countInArea', 'charge.byDistrict', 'charge.byContract'];

function planOf(text: string, parameters: number): string[] {
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...Array<null>(parameters).fill(null)) as { detail: string }[];
  return rows.map((row) => row.detail);
}

const queries = everyQuery();

t.test(`none of ${queries.length} queries walks a table`, async (t) => {
  const scans = queries.filter((q) => !MAY_SCAN.includes(q.name)).filter((q) => planOf(q.text, q.parameters).some((step) => /^SCAN /.test(step)));
  t.strictSame(scans.map((q) => `${q.name}: ${planOf(q.text, q.parameters).join('; ')}`), []);
});

t.test('none of them sorts more than a handful: indexes give the order', async (t) => {
  const sorts = queries.filter((q) => !MAY_SORT.includes(q.name)).filter((q) => planOf(q.text, q.parameters).some((step) => /TEMP B-TREE/.test(step)));
  t.strictSame(sorts.map((q) => q.name), []);
});

const INDEXES: readonly (readonly [query: string, plan: RegExp])[] = [
  ['referral.byId', /sqlite_autoindex_referral_1 \(area=\? AND id=\?\)/],
  ['referral.byNo', /referral_by_no \(referral_no=\?\)/],
  ['referral.ofPatient', /referral_by_patient \(patient_id=\?\)/],
  ['referral.overdue', /referral_by_deadline \(deadline_at<\?\)/],
  ['referral.move', /sqlite_autoindex_referral_1 \(area=\? AND id=\?\)/],
  ['referral.idsOfPatient', /COVERING INDEX referral_by_patient \(patient_id=\?\)/],
  ['patient.byId', /sqlite_autoindex_patient_1 \(area=\? AND id=\?\)/],
  ['patient.byDigest', /patient_by_digest \(id_digest=\?\)/],
  ['care.messages', /sqlite_autoindex_message_1 \(area=\? AND referral_id=\? AND id>\?\)/],
  ['care.documentsAfter', /sqlite_autoindex_document_1 \(area=\? AND referral_id=\? AND id>\?\)/],
  ['care.followUpsInState', /follow_up_by_institution \(institution_id=\? AND state=\? AND id>\?\)/],
  ['care.followUpsOfInState', /follow_up_by_referral \(referral_id=\? AND id>\?\)/],
  ['stay.byNumber', /stay_by_number \(institution_id=\? AND number=\?\)/],
  ['stay.ofPatient', /stay_by_patient \(patient_id=\?\)/],
  ['stay.underReferral', /stay_by_referral \(referral_id=\?\)/],
  ['stay.waiting', /stay_unassessed \(insured_area=\? AND scheme=\? AND \(admitted_at,id\)>\(\?,\?\) AND admitted_at<\?\)/],
  ['stay.stand', /sqlite_autoindex_stay_1 \(area=\? AND id=\?\)/],
  ['accumulator.ofPatient', /accumulator_by_patient \(patient_id=\?\)/],
  ['entry.after', /deductible_entry_by_insurer \(insured_area=\? AND seq>\?\)/],
  ['entry.ofStay', /deductible_entry_by_stay \(stay_id=\? AND seq>\?\)/],
  ['session.byStart', /PRIMARY KEY \(area=\? AND pool_id=\? AND starts_at=\?\)/],
  ['session.update', /PRIMARY KEY \(area=\? AND pool_id=\? AND starts_at=\?\)/],
  ['session.ofPool', /PRIMARY KEY \(area=\? AND pool_id=\? AND starts_at>\? AND starts_at<\?\)/],
  ['session.overcommitted', /session_overcommitted \(institution_id=\? AND ends_at>\?\)/],
  ['reservation.byId', /PRIMARY KEY \(area=\? AND id=\?\)/],
  ['reservation.overdue', /reservation_by_expiry \(expires_at<\?\)/],
  ['reservation.dueNights', /reservation_by_night \(next_night_at<\?\)/],
  ['place.ofReservation', /PRIMARY KEY \(area=\? AND reservation_id=\?\)/],
  ['place.live', /place_live_by_session \(pool_id=\? AND starts_at=\?\)/],
  ['place.overdue', /place_live_by_session \(pool_id=\? AND starts_at=\?\)/],
  ['log.after', /PRIMARY KEY \(rowid>\?\)/],
  ['log.ofReferral', /event_by_referral \(referral_id=\? AND seq>\?\)/],
  ['transfer.after', /transfer_by_seq \(seq>\?\)/],
  ['transfer.afterInArea', /PRIMARY KEY \(area=\? AND seq>\?\)/],
  ['transfer.count', /transfer_by_seq \(seq>\? AND seq<\?\)/],
  ['filing.after', /PRIMARY KEY \(area=\? AND seq>\?\)/],
  ['filing.byId', /filing_by_id \(area=\? AND id=\?\)/],
  ['contract.ofPatient', /contract_by_patient \(patient_id=\?\)/],
  ['person.staysAfter', /stay_by_patient \(patient_id>\?\)/],
  ['person.accumulators', /accumulator_by_patient \(patient_id>\? AND patient_id<\?\)/],
  ['backtest.unfinished', /backtest_unfinished/],
  ['backtest.lockNext', /backtest_unfinished/],
  ['budget.latest', /PRIMARY KEY \(consortium_id=\? AND year=\?\)/],
  ['budget.ofYear', /budget_by_year \(year=\?\)/],
  ['charge.byDistrict', /COVERING INDEX stay_charged \(insured_area=\? AND scheme=\? AND admitted_at>\? AND admitted_at<\?\)/],
  ['charge.byContract', /COVERING INDEX stay_charged .*COVERING INDEX contract_by_patient \(patient_id=\? AND from<\?\)/],
  ['answer.byId', /sqlite_autoindex_answer_1 \(id=\?\)/],
  ['list source ()', /COVERING INDEX referral_by_source \(source_institution_id=\? AND status=\? AND id<\?\)/],
  ['list source (direction target)', /referral_by_source \(source_institution_id=\? AND status=\? AND id<\?\)/],
  ['list target (source changedSince)', /referral_by_target \(target_institution_id=\? AND status=\? AND id<\?\)/],
  ['list consortium (submitted)', /referral_by_consortium \(consortium_id=\? AND id<\?\)/],
  ['list patient (source target)', /referral_by_patient \(patient_id=\? AND id<\?\)/],
  ['list area (submitted)', /sqlite_autoindex_referral_1 \(area=\? AND id<\?\)/],
];

for (const [name, plan] of INDEXES) {
  t.test(`${name} goes by ${plan.source.replaceAll('\\', '')}`, async (t) => {
    const query = queries.find((q) => q.name === name || sameShape(q.name, name));
    t.ok(query);
    t.match(planOf(query!.text, query!.parameters).join('; '), plan);
  });
}

t.test('an update rewrites no index but of what it changes', async (t) => {
  const rewritten = (name: string): number => {
    const query = queries.find((q) => q.name === name)!;
    const steps = db.prepare(`EXPLAIN ${query.text}`).all(...Array<null>(query.parameters).fill(null)) as { opcode: string }[];
    return steps.filter((step) => step.opcode === 'IdxInsert').length;
  };
  const wanted = { 'referral.note': 0, 'referral.move': 3, 'reservation.update': 2, 'reservation.wait': 2, 'session.update': 2 };
  t.strictSame(Object.fromEntries(Object.keys(wanted).map((name) => [name, rewritten(name)])), wanted, 'a table without rowid counts as one');
});

/** Sieves are named in any order. */
function sameShape(a: string, b: string): boolean {
  const parts = (name: string): string => name.replace(/\(.*\)/, (sieves) => sieves.slice(1, -1).split(' ').sort().join());
  return a.startsWith('list') && parts(a) === parts(b);
}

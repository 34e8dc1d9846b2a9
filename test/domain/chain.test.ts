import { createHash } from 'node:crypto';
import t from 'tap';
import { ChainCheck, chained, CHECKPOINT_EVERY, GENESIS, headText, textsOf } from '../../src/domain/chain.js';
import type { LoggedEvent, SignedHead } from '../../src/domain/event.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** A signature that tests can read. */
const sign = (text: string): string => `signed ${sha256(text)}`;
const verify = (text: string, signature: string): boolean => signature === sign(text);

type Facts = Omit<LoggedEvent, 'seq' | 'prevHash' | 'hash'>;

const factsOf = (n: number): Facts => ({
  id: `id-${n}`, type: 'referral.submitted', at: 1_000 + n, area: '440100', subject: `referral:${n}`, referralId: `r${n}`,
  institutionIds: ['p1', 'h1'], actor: { clientId: 'c', institutionId: null, operator: null }, data: { n, text: '第一' },
});

function logOf(length: number, first = 1, prevHash = GENESIS, more: Partial<Facts> = {}): LoggedEvent[] {
  const log: LoggedEvent[] = [];
  for (let seq = first; seq < first + length; seq++) log.push(linked(seq, log.at(-1)?.hash ?? prevHash, { ...factsOf(seq), ...more }));
  return log;
}

function linked(seq: number, prevHash: string, facts: Facts): LoggedEvent {
  return { ...facts, seq, prevHash, hash: sha256(chained(prevHash, seq, facts, textsOf(facts))) };
}

const headOf = ({ seq, hash }: { seq: number; hash: string }, at = 5): SignedHead => ({ seq, hash, at, signature: sign(headText({ seq, hash, at })) });

function faultsOf(log: readonly LoggedEvent[], heads: readonly SignedHead[]): string[] {
  const check = new ChainCheck(sha256);
  check.heads(heads, verify);
  for (let i = 0; i < log.length; i += 2) check.events(log.slice(i, i + 2));
  return check.verdict().faults.map(({ seq, fault }) => `${seq} ${fault}`);
}

t.test('an auditor can compute the hash from the description alone', async (t) => {
  const event = logOf(1)[0]!;
  const lines = [
    GENESIS,
    '[1,"id-1","referral.submitted",1001,"440100","referral:1","r1"]',
    '[["p1","h1"],{"clientId":"c","institutionId":null,"operator":null}]',
    '{"n":1,"text":"第一"}',
  ];
  t.equal(event.hash, sha256(lines.join('\n')));
});

const log = logOf(6);
const at = (seq: number): LoggedEvent => log[seq - 1]!;
const tip = headOf(at(6));
const replaced = (seq: number, event: LoggedEvent): LoggedEvent[] => log.map((e) => (e.seq === seq ? event : e));
/** The log with event `seq` written anew, and every hash after it as well. */
const rewritten = (seq: number): LoggedEvent[] => {
  const first = linked(seq, at(seq).prevHash, { ...factsOf(seq), data: { n: -1 } });
  return [...log.slice(0, seq - 1), first, ...logOf(log.length - seq, seq + 1, first.hash)];
};

const cases: readonly (readonly [string, readonly LoggedEvent[], readonly SignedHead[], readonly string[]])[] = [
  ['nothing has happened', [], [], []],
  ['a whole log', log, [tip], []],
  ['a whole log with checkpoints', log, [headOf(at(2)), headOf(at(4)), tip], []],
  ['an edited field', replaced(3, { ...at(3), subject: 'referral:9' }), [tip], ['3 edited']],
  ['an edited time', replaced(3, { ...at(3), at: 0 }), [tip], ['3 edited']],
  ['an edited actor', replaced(3, { ...at(3), actor: { clientId: 'x', institutionId: null, operator: null } }), [tip], ['3 edited']],
  ['an edited datum', replaced(6, { ...at(6), data: { n: 7 } }), [tip], ['6 edited']],
  ['an edited hash', replaced(3, { ...at(3), hash: 'f'.repeat(64) }), [tip], ['3 edited']],
  ['an event edited together with its hash', replaced(3, linked(3, at(2).hash, { ...factsOf(3), data: {} })), [tip], ['3 edited']],
  ['a whole tail written anew', rewritten(3), [tip], ['6 edited']],
  ['a whole tail written anew, a checkpoint in it', rewritten(3), [headOf(at(4)), tip], ['4 edited', '6 edited']],
  ['a missing event', log.filter((e) => e.seq !== 3), [tip], ['3 missing']],
  ['two missing events', log.filter((e) => e.seq !== 3 && e.seq !== 4), [tip], ['3 missing']],
  ['the first one missing', log.slice(1), [tip], ['1 missing']],
  ['two events whose numbers were exchanged', [at(1), { ...at(3), seq: 2 }, { ...at(2), seq: 3 }, ...log.slice(3)], [tip], ['2 swapped', '3 swapped']],
  ['two events whose contents were exchanged', [at(1), { ...at(2), ...factsOf(4) }, at(3), { ...at(4), ...factsOf(2) }, at(5), at(6)], [tip], ['2 swapped', '4 swapped']],
  ['a tail that was cut off', log.slice(0, 4), [tip], ['5 cut-off']],
  ['everything cut off', [], [tip], ['1 cut-off']],
  ['a tail that was cut off and grown anew', [...log.slice(0, 4), ...logOf(3, 5, at(4).hash, { data: {} })], [tip], ['6 edited', '7 bad-signature']],
  ['a head that somebody else signed', log, [{ ...tip, signature: 'forged' }], ['6 bad-signature']],
  ['a head without its date', log, [{ ...tip, at: 6 }], ['6 bad-signature']],
  ['no head at all', log, [], ['1 bad-signature']],
  ['events beyond the last head', log, [headOf(at(4))], ['5 bad-signature']],
];

for (const [situation, events, heads, faults] of cases) {
  t.test(`${situation}: ${faults.join(', ') || 'intact'}`, async (t) => t.strictSame(faultsOf(events, heads), faults));
}

t.test('every single change of one character is found', async (t) => {
  for (const event of log) {
    for (const field of ['id', 'type', 'area', 'subject', 'referralId', 'prevHash', 'hash'] as const) {
      const changed = { ...event, [field]: `${event[field]}x` };
      t.ok(faultsOf(replaced(event.seq, changed), [tip]).length > 0, `${event.seq} ${field}`);
    }
  }
});

t.test('a part of the log is checked from the event before it, its end not asked', async (t) => {
  const check = new ChainCheck(sha256, at(2));
  check.events(log.slice(2, 5));
  t.strictSame(check.verdict(false), { checked: 3, lastSeq: 5, faults: [] });
  const wrong = new ChainCheck(sha256, at(1));
  wrong.events(log.slice(2, 5));
  t.strictSame(wrong.verdict(false).faults, [{ seq: 2, fault: 'missing' }]);
});

t.test('a log that is no log is told in a bounded number of faults', async (t) => {
  const many = Array.from({ length: 1_200 }, (_, i) => ({ ...at(1), seq: i + 1, hash: 'x' }));
  t.equal(faultsOf(many, [headOf(many.at(-1)!)]).length, 1_000);
  t.equal(CHECKPOINT_EVERY, 1_024);
});

import t from 'tap';
import type { Lane, ShedReason } from '../../src/http/gate.js';
import { Crowd, slowDown, TestGate, WAIT_MS } from '../kit/held.js';

/** What is taken on is what can be answered in time. */

t.test('no more waits than goes out in the time that a call may wait, however fast or slow that is', async (t) => {
  for (const perSecond of [300, 1_000, 8_000]) {
    const gate = new TestGate();
    const crowd = new Crowd(gate.writes);
    // Twice as much comes as can go out, for some seconds.
    for (let tick = 0; tick < 400; tick += 1) {
      for (let i = 0; i < perSecond / 50; i += 1) if (gate.writes.closed('routine') === null) crowd.enter(1, { caller: `caller ${i % 20}` });
      gate.pass(10);
      await crowd.leave(perSecond / 100);
    }
    const wait = (gate.writes.waiting('routine') / perSecond) * 1_000;
    t.ok(wait <= WAIT_MS * 1.2 && wait >= WAIT_MS * 0.6, `${perSecond}/s: who comes now waits ${Math.round(wait)} ms of ${WAIT_MS}`);
    await crowd.leave();
    t.equal(gate.writes.closed('routine'), null, 'empty again, it takes on again');
  }
});

interface Case {
  readonly what: string;
  /** Who waits already, in a line with room for 128. */
  readonly waiting: readonly (readonly [caller: string, count: number, lane?: Lane])[];
  /** Milliseconds without an outcome. */
  readonly silence?: number;
  readonly asks: readonly [lane: Lane, caller: string];
  readonly refused: ShedReason | null;
}

const CASES: readonly Case[] = [
  { what: 'an empty line takes anybody', waiting: [], asks: ['routine', 'a'], refused: null },
  { what: 'a full line takes nobody', waiting: [['a', 43], ['b', 43], ['c', 42]], asks: ['routine', 'd'], refused: 'full' },
  { what: 'a full line takes emergencies', waiting: [['a', 43], ['b', 43], ['c', 42]], asks: ['emergency', 'a'], refused: null },
  { what: 'a line full of emergencies takes routine work', waiting: [['a', 128, 'emergency']], asks: ['routine', 'a'], refused: null },
  { what: 'emergencies are bounded, too', waiting: [['a', 128, 'emergency']], asks: ['emergency', 'b'], refused: 'full' },
  { what: 'one key alone has half of the room', waiting: [['a', 63]], asks: ['routine', 'a'], refused: null },
  { what: 'and no more', waiting: [['a', 64]], asks: ['routine', 'a'], refused: 'share' },
  { what: 'the other half is for others', waiting: [['a', 64]], asks: ['routine', 'b'], refused: null },
  { what: 'of two keys each has a third', waiting: [['a', 64], ['b', 42]], asks: ['routine', 'b'], refused: null },
  { what: 'so that a third finds room', waiting: [['a', 64], ['b', 43]], asks: ['routine', 'b'], refused: 'share' },
  { what: 'one key has no more than its share of the emergencies', waiting: [['a', 64, 'emergency']], asks: ['emergency', 'a'], refused: 'share' },
  { what: 'and another key is answered', waiting: [['a', 64, 'emergency']], asks: ['emergency', 'b'], refused: null },
  { what: 'few may wait for long', waiting: [['a', 20]], silence: 60_000, asks: ['routine', 'a'], refused: null },
];

t.test('who is let in, by what waits already', async (t) => {
  for (const { what, waiting, silence = 0, asks, refused } of CASES) {
    const gate = new TestGate();
    await slowDown(gate);
    const crowd = new Crowd(gate.writes);
    for (const [caller, count, lane = 'routine'] of waiting) crowd.enter(count, { caller, lane });
    gate.pass(silence);
    t.equal(gate.writes.refuses(...asks), refused, what);
    await crowd.leave();
    t.equal(gate.writes.refuses(...asks), null, `${what}: and when they have gone, anybody`);
  }
});

t.test('a line that has room, but from which nothing comes, takes no routine work until something does; emergencies wait in it', async (t) => {
  const gate = new TestGate();
  const crowd = new Crowd(gate.writes);
  crowd.enter(200);
  crowd.enter(130, { lane: 'emergency' });
  gate.pass(WAIT_MS);
  t.equal(gate.writes.refuses('routine', 'b'), null);
  gate.pass(1);
  t.equal(gate.writes.refuses('routine', 'b'), 'blocked');
  t.equal(gate.writes.refuses('emergency', 'b'), null);
  await crowd.leave(1);
  t.equal(gate.writes.refuses('routine', 'b'), null, 'one outcome is enough');
  await crowd.leave();
});

t.test('a line that is nearly empty says nothing of how fast it is: few who come seldom leave the room as it was', async (t) => {
  const gate = new TestGate();
  const { room } = gate.writes;
  const crowd = new Crowd(gate.writes);
  // Five wait at any time, and ten in a second are answered, for ten seconds.
  crowd.enter(5);
  for (let tick = 0; tick < 100; tick += 1) {
    gate.pass(100);
    crowd.enter(1);
    await crowd.leave(1);
  }
  t.equal(gate.writes.room, room);
  await crowd.leave();
});

t.test('the later the thread that serves, the more is shed, and never all', (t) => {
  const shedOf800 = (waited: number): number => {
    const gate = new TestGate();
    gate.late(waited);
    return Array.from({ length: 800 }, () => gate.shedsAsLate()).filter(Boolean).length;
  };
  const cases: readonly (readonly [string, waited: number, shed: number])[] = [
    ['at once', 0, 0],
    ['half of the wait that is allowed', WAIT_MS / 2, 0],
    ['three quarters', WAIT_MS * 0.75, 200],
    ['all of it', WAIT_MS, 400],
    ['twice the wait', WAIT_MS * 2, 700],
    ['a minute', 60_000, 700],
  ];
  for (const [what, waited, shed] of cases) t.equal(shedOf800(waited), shed, what);
  const gate = new TestGate();
  gate.late(60_000);
  gate.shedsAsLate();
  gate.late(0);
  t.strictSame(Array.from({ length: 100 }, () => gate.shedsAsLate()).filter(Boolean), [], 'in time again, nothing is');
  t.end();
});

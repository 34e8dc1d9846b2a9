import { inProcess } from '../../src/compose.js';
import type { Commander, CommandTable } from '../../src/http/commands.js';
import { Gate, type Line } from '../../src/http/gate.js';
import type { Fixture } from './store.js';

/** A writer that answers nothing until it is told to, and a gate whose time only the test moves. */

/** Holds every call back while it is shut. */
export class Desk {
  /** Calls that have come so far. */
  came = 0;
  #held: (() => void)[] = [];
  #shut = false;
  #awaited: { readonly number: number; readonly resolve: () => void }[] = [];

  shut(): void {
    this.#shut = true;
  }

  /** Carries out what is held, and from then on everything at once. */
  open(): void {
    this.#shut = false;
    for (const go of this.#held.splice(0)) go();
  }

  /** Resolves when so many calls have come since the start. */
  reached(number: number): Promise<void> {
    return this.came >= number ? Promise.resolve() : new Promise((resolve) => this.#awaited.push({ number, resolve }));
  }

  readonly commander = (store: Fixture['store']) => (commands: CommandTable): Commander => {
    const { run } = inProcess(store)(commands);
    return {
      run: async (call) => {
        this.came += 1;
        const { came } = this;
        for (const one of this.#awaited) if (one.number <= came) one.resolve();
        if (this.#shut) await new Promise<void>((go) => this.#held.push(go));
        return run(call);
      },
    };
  };
}

/** Waits of this many milliseconds are allowed by the gates of the tests. */
export const WAIT_MS = 500;

export class TestGate extends Gate {
  #now: { ms: number };

  constructor({ readsWait = false } = {}) {
    const now = { ms: 0 };
    super({ waitMs: WAIT_MS, stopwatch: () => now.ms, readsWait });
    this.#now = now;
  }

  /** Says nothing to this gate: requests are as late as the test says. */
  override serving(): void {}

  late(ms: number): void {
    super.serving(ms);
  }

  pass(ms: number): void {
    this.#now.ms += ms;
  }
}

/** Calls that stay until they are told to leave. */
export class Crowd {
  #leaving: (() => void)[] = [];
  #gone: Promise<unknown>[] = [];

  constructor(private readonly line: Line) {}

  enter(count: number, { lane = 'routine', caller = 'crowd' }: { lane?: 'routine' | 'emergency'; caller?: string } = {}): void {
    for (let i = 0; i < count; i += 1) this.#gone.push(this.line.through(lane, caller, () => new Promise<void>((leave) => this.#leaving.push(leave))));
  }

  /** The first of them leave; resolves when they are gone. */
  async leave(count = this.#leaving.length): Promise<void> {
    for (const leave of this.#leaving.splice(0, count)) leave();
    await Promise.all(this.#gone.splice(0, count));
  }
}

/** Lets the line learn that it is as slow as can be, so that a few calls fill it. */
export async function slowDown(gate: TestGate, line: Line = gate.writes): Promise<void> {
  const crowd = new Crowd(line);
  crowd.enter(100);
  for (let i = 0; i < 10; i += 1) {
    gate.pass(10_000);
    await crowd.leave(1);
  }
  await crowd.leave();
}

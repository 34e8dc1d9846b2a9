import { must } from '../kernel/assert.js';
import { refuse } from '../kernel/problem.js';
import type { Store } from '../usecase/store.js';
import type { CommandTable, Commander } from './commands.js';
import type { Gate, ShedReason } from './gate.js';
import { addHook, plugin } from './plugin.js';
import { RefusedError, sendProblem } from './problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whoever watches the service must be answered when nobody else is. */
    vital?: boolean;
    work?: Work;
  }
}

/** A command: whether it may be about an emergency, which its content tells, and the word without which no body of it is. */
export type Work = { readonly urgent: false } | { readonly urgent: true; readonly word: string | null };

/**
 * Where work is shed: at the door what costs nothing to know; before a body is read what its bytes tell; before
 * the writer what takes the content to know.
 */

/** First of all hooks of a route: no key is looked up and no body read of what is shed at the door. */
export const shedding = plugin<{ readonly gate: Gate }>('shedding', (app, { gate }) => {
  app.addHook('onRoute', (route) => {
    const { vital, work } = route.config ?? {};
    if (vital) return;
    addHook(route, 'onRequest', (_request, reply, done) => {
      if (work?.urgent) return done();
      const reason = (work && gate.writes.closed('routine')) ?? (gate.shedsAsLate() ? 'late' : null);
      if (reason === null) return done();
      sendProblem(reply, shed(gate, reason));
    });
    if (!work?.urgent || work.word === null) return;
    const { word } = work;
    addHook(route, 'preValidation', (request, reply, done) => {
      const reason = gate.writes.refuses('routine', must(request.client, 'a command has a caller').id);
      if (reason === null || mayMention(request.rawBody, word)) return done();
      sendProblem(reply, shed(gate, reason));
    });
  });
});

/** Lets through to the commander what it can do in time. Only where routine work is refused is it asked what is urgent. */
export function gated(commander: Commander, gate: Gate, commands: CommandTable, store: Pick<Store, 'read'>): Commander {
  const { writes } = gate;
  return {
    async run(call) {
      const caller = call.actor.clientId;
      const refused = writes.refuses('routine', caller);
      if (refused === null) return writes.through('routine', caller, () => commander.run(call));
      if (!(await commands.isUrgent(store, call))) return shed(gate, refused);
      const tooMany = writes.refuses('emergency', caller);
      return tooMany === null ? writes.through('emergency', caller, () => commander.run(call)) : shed(gate, tooMany);
    },
  };
}

/** Reads that wait for a connection are let through like commands. Who reads is not known here: one line for all. */
export function gatedReads<S extends Pick<Store, 'read'>>(store: S, gate: Gate): S {
  const line = gate.reads;
  if (line === null) return store;
  return {
    ...store,
    read: async (fn) => {
      const refused = line.closed('routine');
      if (refused !== null) throw new RefusedError(shed(gate, refused));
      return line.through('routine', '', () => store.read(fn));
    },
  };
}

/** JSON may write an ASCII letter as an escape, and that always begins so. */
const ESCAPED_ASCII = '\\u00';

/** Whether a JSON text may have the word in it; false: it has not. */
function mayMention(text: Buffer | null, word: string): boolean {
  return text !== null && (text.includes(word) || text.includes(ESCAPED_ASCII));
}

function shed(gate: Gate, reason: ShedReason) {
  gate.shed[reason] += 1;
  return refuse('overloaded');
}

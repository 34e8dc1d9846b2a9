import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Turns } from '../../src/http/turns.js';

/** Everybody is served in turn, and whoever comes by a new connection gets in. */

interface Hall {
  readonly turns: Turns;
  /** Numbers of the requests in the order in which they were served, each with how long it had waited. */
  readonly served: [number: number, waited: number][];
  come(...numbers: number[]): IncomingMessage[];
  /** One turn of the event loop, so many milliseconds after the one before; false: nobody waits for it. */
  turn(ms?: number): boolean;
  /** A connection is taken on. */
  connection(): void;
}

/** Turns of an event loop that only the test turns. */
function hall(): Hall {
  const served: [number, number][] = [];
  let [now, waited] = [0, 0];
  let next: (() => void) | undefined;
  const server = new EventEmitter();
  const numberOf = new Map<IncomingMessage, number>();
  const turns = new Turns((request) => served.push([numberOf.get(request)!, waited]), {
    stopwatch: () => now,
    soon: (run) => (next = run),
    serving: (ms) => (waited = ms),
  });
  turns.of(server as Server);
  return {
    turns,
    served,
    come: (...numbers) =>
      numbers.map((number) => {
        const request = { destroyed: false } as IncomingMessage;
        numberOf.set(request, number);
        server.emit('request', request, {} as ServerResponse<IncomingMessage>);
        return request;
      }),
    turn: (ms = 0) => {
      now += ms;
      const run = next;
      next = undefined;
      run?.();
      return run !== undefined;
    },
    connection: () => void server.emit('connection'),
  };
}

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const numbers = ({ served }: Hall): number[] => served.map(([number]) => number);

t.test('all are served once, in the order in which they came, a bounded number in a turn', (t) => {
  const here = hall();
  here.come(...upTo(100));
  t.strictSame(here.served, [], 'none where it is read');
  let most = 0;
  for (let turn = 0, before = 0; here.turn(); turn += 1, before = here.served.length) {
    most = Math.max(most, here.served.length - before);
    if (turn === 1) here.come(...upTo(150, 101));
  }
  t.equal(most, 32, 'in a turn');
  t.strictSame(numbers(here), upTo(150));
  t.notOk(here.turn(), 'and then there is nothing to turn for');
  here.come(151);
  here.turn();
  t.strictSame(numbers(here), upTo(151), 'and the next is served again');
  t.end();
});

t.test('as long as connections come, one is served in each turn, so that turns are short and each takes on another', (t) => {
  const here = hall();
  here.come(...upTo(50));
  for (const turn of upTo(5)) {
    here.connection();
    here.turn();
    t.equal(here.served.length, turn);
  }
  here.turn();
  t.equal(here.served.length, 37, 'then as many as ever');
  t.end();
});

t.test('whoever has gone is not served', (t) => {
  const here = hall();
  const [, second] = here.come(1, 2, 3);
  second!.destroyed = true;
  while (here.turn());
  t.strictSame(numbers(here), [1, 3]);
  t.end();
});

t.test('it is told how long each has waited', (t) => {
  const here = hall();
  here.come(1);
  here.turn(5);
  here.come(...upTo(33, 2));
  here.turn(10);
  here.come(34);
  here.turn(20);
  t.strictSame(here.served.filter(([number]) => [1, 2, 33, 34].includes(number)), [[1, 5], [2, 10], [33, 10], [34, 20]]);
  t.end();
});

/** So many connections of one kind; each asks as soon as it is there and, where it is to, again after each answer. */
function callers(t: Test, port: number, count: number, path: string, again: boolean): void {
  for (let i = 0; i < count; i += 1) {
    const socket = connect(port, '127.0.0.1', () => ask());
    const ask = (): void => void socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
    socket.on('error', () => undefined).on('data', () => again && ask());
    t.teardown(() => void socket.destroy());
  }
}

t.test('over sockets: new connections are taken on and answered in turn while those that are there ask without end', async (t) => {
  const [OLD, NEW] = [200, 100];
  const ahead = new Map<IncomingMessage, number>();
  let [served, old, fresh, inTurn, longest] = [0, 0, 0, 0, 0];
  let door = false;
  const most = { atTheDoor: 0, else: 0 };
  const [busy, all] = [signal(), signal()];
  const turns = new Turns(
    (request, response) => {
      longest = Math.max(longest, served - (ahead.get(request) ?? 0));
      ahead.delete(request);
      [served, inTurn] = [served + 1, inTurn + 1];
      if (request.url === '/old') old += 1;
      else fresh += 1;
      response.end('.');
      if (old === 2 * OLD) busy.give();
      if (fresh === NEW) all.give();
    },
    {
      stopwatch: () => 0,
      soon: (run) => void setImmediate(() => {
        const where = door ? 'atTheDoor' : 'else';
        [inTurn, door] = [0, false];
        run();
        most[where] = Math.max(most[where], inTurn);
      }),
      serving: () => undefined,
    },
  );
  const server = turns.of(createServer()).listen(0, '127.0.0.1', 1_024);
  server.on('connection', () => (door = true)).on('request', (request) => void ahead.set(request, served));
  await once(server, 'listening');
  t.teardown(() => (server.closeAllConnections(), server.close()));
  const { port } = server.address() as AddressInfo;
  callers(t, port, OLD, '/old', true);
  await busy.given;
  callers(t, port, NEW, '/new', false);
  await all.given;
  t.equal(most.atTheDoor, 1, 'served in a turn after a connection has come');
  t.ok(most.else <= 32, `and in any other at most ${most.else}`);
  t.ok(longest < OLD + NEW, `at most ${longest} were served before one that waited: each of the others once`);
});

/** Something that one waits for until another gives it. */
function signal(): { readonly given: Promise<void>; give(): void } {
  let give = (): void => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give: () => give() };
}

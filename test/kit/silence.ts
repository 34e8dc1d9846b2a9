import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Teardown } from './store.js';

/** A way to a server on which packets can be lost, as where a firewall forgets a connection: nobody is told. */
export interface Way {
  /** The same address, by this way. */
  through(url: string): string;
  /** From now on nothing passes on the connections that are open; new ones pass. */
  fallSilent(): void;
  /** New ones neither. */
  closeUp(): void;
}

export async function layWay(t: Teardown, url: string): Promise<Way> {
  const port = Number(new URL(url).port);
  const pairs = new Set<{ readonly ends: readonly Socket[]; silent: boolean }>();
  let closedUp = false;
  const server = createServer((caller) => {
    const far = connect(port, '127.0.0.1');
    const pair = { ends: [caller, far], silent: closedUp };
    pairs.add(pair);
    for (const [from, to] of [[caller, far], [far, caller]] as const) {
      from.on('data', (bytes) => void (pair.silent || to.write(bytes)));
      from.on('error', () => undefined);
      from.on('close', () => void (pair.silent || to.destroy()));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const { ends } of pairs) for (const end of ends) end.destroy();
    server.close();
  });
  const silence = (): void => {
    for (const pair of pairs) pair.silent = true;
  };
  return {
    through: (address) => address.replace(`:${port}/`, `:${(server.address() as AddressInfo).port}/`),
    fallSilent: silence,
    closeUp() {
      closedUp = true;
      silence();
    },
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { end, keep } from './children.js';
import { DATA_KEY } from './seed.js';

/** The real service, as it runs in production, in a process of its own. */

export interface Service {
  readonly port: number;
  readonly pid: number;
  /** One figure of /metrics. */
  metric(name: string, key: string): Promise<number>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const READY_WITHIN_MS = 60_000;

/** Serves a database file that {@link openAt} wrote, or the database of a server. Options of Node, such as --cpu-prof, are handed down. */
export async function startService(path: string): Promise<Service> {
  const databaseUrl = /^postgres:/.test(path) ? path : `sqlite:${path}`;
  const port = await freePort();
  const child = keep(
    spawn(process.execPath, [...process.execArgv, PROGRAM], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        NODE_ENV: 'production', LOG_LEVEL: 'warn', HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: databaseUrl,
        DATA_KEY: Buffer.from(DATA_KEY).toString('base64'), RATE_LIMIT: '1000000',
      },
    }),
  );
  const patience = performance.now() + READY_WITHIN_MS;
  while (!(await isReady(port))) {
    if (child.exitCode !== null || performance.now() > patience) throw new Error('the service does not get ready');
    await wait(50);
  }
  return {
    port,
    pid: child.pid as number,
    async metric(name, key) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text();
      return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
    },
    stop: () => end(child),
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

/** The service is told its port, since a log at `warn` does not name the one that it picks. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

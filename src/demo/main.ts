import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Instant } from '../kernel/calendar.js';
import { compose, type Service } from '../compose.js';
import { readConfig, type Config } from '../config.js';
import { createLogger } from '../http/log.js';
import { expect, StoryFault } from './story/answers.js';
import { Desk } from './story/desk.js';
import { invite } from './story/invitation.js';
import { loadCity, type Desks } from './story/load.js';
import { Narrator } from './story/narrator.js';
import { momentOf, openingDay } from './story/stage.js';
import { tellStory } from './story/tell.js';

/**
 * `npm run demo [-- --once]`: the service on a fresh embedded file, a sample city, one patient up and
 * one down. The story is played some days back on a clock that is moved; then the same file is served
 * again on the real clock, until Ctrl-C.
 */
const DATABASE = 'data/demo.db';
/** The file of the database, and what stands beside it. */
const FILES = ['', '-wal', '-shm', '.lock', '.key'];

async function main(once: boolean): Promise<void> {
  const paper = new Narrator({ write: (text) => void process.stdout.write(text), colours: process.stdout.isTTY });
  const now = Date.now();
  const opens = openingDay(now);
  for (const suffix of FILES) rmSync(`${DATABASE}${suffix}`, { force: true });

  const config = await demoConfig();
  const adminKey = `demo-admin-${randomBytes(6).toString('hex')}`;
  const past = await serve({ ...config, adminKey, testClock: momentOf(opens, 0, 7) });
  const admin = new Desk(past.address, adminKey);
  let desks: Desks;
  let told: { readonly patientId: string };
  try {
    paper.plain('双向转诊服务演示 · Two-way referral, a demonstration');
    paper.plain('示例数据：除花都区两大医疗集团外，机构、人员、数额均为虚构 Sample data: but for the two groups of Huadu all of it is made up');
    const loaded = await loadCity(past.address, admin, opens);
    desks = loaded.desks;
    paper.plain(`已载入：${loaded.institutions} 家机构，${loaded.consortia} 个医联体，${loaded.pools} 个资源池，${loaded.sessions} 个时段 (institutions, consortia, pools, sessions)`);
    told = await tellStory(desks, admin, opens, paper);
  } finally {
    await past.stop();
  }
  paper.plain('\n演示完成，各步结果均符合预期 The story went as it should.');
  if (!once) await goOn({ ...config, adminKey, port: portOf(past) }, desks, paper, told.patientId);
}

/** The same file, served again on the real clock, until Ctrl-C. */
async function goOn(config: Config, desks: Desks, paper: Narrator, patientId: string): Promise<void> {
  const service = await serve(config);
  const admin = new Desk(service.address, config.adminKey ?? '');
  const here = Object.fromEntries(Object.entries(desks).map(([name, desk]) => [name, new Desk(service.address, desk.key)])) as Desks;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(service.stop()));
  });
  await invite(paper, service.address, here, admin, Date.now(), patientId);
  await stopped;
}

/** The settings of the environment, but for the file; a free port where the wanted one is taken. */
async function demoConfig(): Promise<Config> {
  const config = readConfig({ ...process.env, DATABASE_URL: `sqlite:./${DATABASE}`, DATA_KEY: '', TEST_CLOCK: '', LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error' });
  const port = (await isFree(config.host, config.port)) ? config.port : 0;
  // The city is loaded in one go by few keys.
  return { ...config, port, rateLimit: Math.max(config.rateLimit, 5_000) };
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

async function serve(config: Config & { readonly testClock: Instant | null }): Promise<Service> {
  return compose(config, createLogger(config.logLevel));
}

function portOf(service: Service): number {
  const port = Number(new URL(service.address).port);
  expect(port > 0, 'the service says where it listens');
  return port;
}

main(process.argv.slice(2).includes('--once')).then(
  () => process.exit(0),
  (fault: unknown) => {
    const text = fault instanceof StoryFault ? fault.message : fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    process.stderr.write(`\n✗ 演示中断 The demo stopped: ${text}\n`);
    process.exit(1);
  },
);

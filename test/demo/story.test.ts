import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** The demo as a visitor starts it: a process of its own, in an empty folder, on a port that is free. */
const PROGRAM = fileURLToPath(new URL('../../src/demo/main.js', import.meta.url));

// Seconds where nothing else runs, minutes on a machine that does everything at once.
t.setTimeout(300_000);

function start(cwd: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; output: string; errors: string }> {
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

t.test('the story is told to its end, and says what a clerk wants to know', async (t) => {
  const { code, output, errors } = await ended(start(t.testdir(), '--once'));
  t.equal(errors, '');
  t.equal(code, 0);
  for (const [what, pattern] of [
    ['one reservation holds clinic, examination and three nights', /专家门诊\n.*CT 检查\n.*病床 3 晚/],
    ['the entitlement with the fee that is waived', /享受一免三优先：免挂号费 50\.00 元/],
    ['the last place is sold once', /409 session_full/],
    ['with other places to choose from', /可改约 .*专家门诊/],
    ['what the patient paid', /应收 50\.00 元，实收 0 元/],
    ['a plan of three parts', /接续治疗：.*\n.*康复治疗：.*\n.*护理方案：/],
    ['a medicine that the community does not stock', /社区未配备/],
    ['no closing without a follow-up', /409 follow_up_missing/],
    ['what the referral down was worth', /经下转起付线 0 元，自行入院则为 200\.00 元/],
    ['one deductible for both stays, with the clause', /合计起付线 800\.00 元：\n[^]*已承担起付线 800\.00 元。\n.*不再计起付线.*\n.*依据：.*第 39 行/],
    ['a ledger that adds up', /起付线台账 2 条，合计 800\.00 元/],
    ['the three transfers of the ledger', /门诊上转 1，住院上转 1，门诊下转 0，住院下转 1/],
    ['a log that is whole', /事件链完整：\d+ 条/],
  ] as const) t.match(output, pattern, what);
});

t.test('without --once the service goes on with addresses and keys that work, until it is interrupted', async (t) => {
  const child = start(t.testdir());
  t.teardown(() => child.kill('SIGKILL'));
  const end = ended(child);
  let address = '';
  const commands: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    address ||= /API +(http:\S+)\/v1/.exec(line)?.[1] ?? '';
    if (line.startsWith('  curl')) commands.push(line.trim());
    if (line.includes('Ctrl-C ends')) break;
  }
  t.equal((await fetch(`${address}/docs`)).status, 200);
  t.equal((await fetch(`${address}/openapi.json`)).status, 200);
  t.equal(commands.length, 7);
  for (const command of commands) {
    const { status, body } = await carryOut(command);
    t.ok(status === 200 || status === 201, `${status} for ${command} ${body.slice(0, 200)}`);
  }
  child.kill('SIGINT');
  t.equal((await end).code, 0);
});

/** What a shell would do with one of the printed commands. */
async function carryOut(command: string): Promise<{ status: number; body: string }> {
  const url = /'(http[^']+)'/.exec(command)![1]!;
  const headers = Object.fromEntries([...command.matchAll(/-H '([^:']+): ([^']+)'/g)].map((m) => [m[1]!, m[2]!]));
  const body = /-d '([^']*)'/.exec(command)?.[1];
  const response = await fetch(url, { method: command.includes('-X POST') ? 'POST' : 'GET', headers, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: await response.text() };
}

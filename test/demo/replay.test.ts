import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';

const PROGRAM = fileURLToPath(new URL('../../src/demo/replay.js', import.meta.url));

// Seconds where nothing else runs, minutes on a machine that does everything at once.
t.setTimeout(300_000);

/** A file system in memory where there is one: a killed process loses nothing that it has given to the system. */
function database(t: Test): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'replay-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'replay.db');
}

function start(path: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'guangzhou', '--db', path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; output: string; errors: string }> {
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

/** Kills without warning as soon as a line fits. */
async function killAt(child: ChildProcess, line: RegExp): Promise<void> {
  for await (const text of createInterface({ input: child.stdout! })) if (line.test(text)) break;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
}

t.test('at a hundredth the ledger shows the figures of the letter, though the run was killed twice on its way', async (t) => {
  const path = database(t);
  await killAt(start(path, '--scale', '0.01'), /^2014-12 /);
  await killAt(start(path, '--scale', '0.01'), /^2016-05 /);
  const { code, output, errors } = await ended(start(path, '--scale', '0.01'));
  t.equal(errors, '');
  t.equal(code, 0, output.slice(-2_000));
  t.notMatch(output, /^2015-/m, 'what was done is not done again');
  for (const [label, figure] of [
    ['门诊上转', '2 606'], ['门诊下转', '779'], ['住院上转', '80'], ['住院下转', '281'],
    ['医疗集团', '14'], ['医疗共同体', '14'], ['专科联盟', '65'], ['远程医疗协作网', '11'], ['其他', '40'],
  ] as const) t.match(output, new RegExp(`^ +${figure} +${figure}  ✓  ${label}`, 'm'), `${label} ${figure}`);
  t.match(output, /✓ {2}无超额占用、无重复占用/);
  t.match(output, /✓ {2}占位全部履约/);
  t.match(output, /✓ {2}事件链完整/);

  const again = await ended(start(path, '--scale', '0.01'));
  t.equal(again.code, 0, 'a finished replay is examined again, and nothing is added');
  t.match(again.output, / 2 606 +2 606 {2}✓/);

  const other = await ended(start(path, '--scale', '0.02'));
  t.equal(other.code, 1, 'a file goes on only with the plan that it was begun with');
  t.match(other.errors, /the file holds something else/);
});

t.test('a wrong argument is told in one sentence', async (t) => {
  for (const args of [['--scale', '0'], ['--seed', 'x'], ['--unknown']]) {
    const { code, errors } = await ended(start(database(t), ...args));
    t.equal(code, 1);
    t.equal(errors.trim().split('\n').length, 1, errors);
  }
});

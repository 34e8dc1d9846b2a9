import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import { ROOT } from './source.js';

/** The built program as an operator starts it: its own process, the environment, a signal to stop. */
export interface Program {
  readonly address: string;
  readonly pid: number;
  /** Everything it has said so far. */
  output(): string;
  /** Its exit code. */
  stop(): Promise<number | null>;
  /** Without a word: SIGKILL. */
  kill(): Promise<void>;
}

export const ADMIN_KEY = 'administrator-of-this-test';

/** A folder of this test alone, gone with it. */
export function scratch(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Resolves when it listens; rejects with what it said where it ends instead.
 * @param launcher a command that becomes the program, in surroundings of the test's choice.
 */
export async function startProgram(t: Test, settings: Readonly<Record<string, string>>, launcher: readonly string[] = []): Promise<Program> {
  const [command = process.execPath, ...words] = [...launcher, process.execPath, join(ROOT, 'dist/src/main.js')];
  const child = spawn(command, words, {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ADMIN_KEY, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'exit') as Promise<[number | null]>;
  const stop = async () => {
    child.kill('SIGTERM');
    return (await gone)[0];
  };
  t.teardown(stop);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const address = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said += `${line}\n`;
      if (line.includes('"listening"')) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  return {
    address: await Promise.race([address, gone.then(([code]) => Promise.reject(new Error(`the program ended with ${code}: ${said}`)))]),
    pid: child.pid ?? 0,
    output: () => said,
    stop,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** What a shell says to a script, run from the project's folder; rejects where a command of it fails. */
export function shell(script: string, environment: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: ROOT, env: { PATH: process.env['PATH'], ...environment } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${stderr}\n${stdout}`.trim()));
      else resolve(stdout);
    });
  });
}

/** The examples of a document that are meant to be run: its blocks of `bash`. Blocks of `sh` are only shown. */
export function scriptsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```bash\n(?<script>[^]*?)^```$/gm)].map((m) => m.groups!.script!);
}

export interface Said {
  readonly status: number;
  readonly etag: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

let posts = 0;

/** Asks a program over HTTP, each POST under an idempotency key that no other of this process has. */
export function caller({ address }: Program) {
  return async (key: string, method: string, path: string, body?: unknown): Promise<Said> => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method === 'POST' && { 'idempotency-key': `request-${(posts += 1)}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, etag: response.headers.get('etag'), body: text === '' ? {} : (JSON.parse(text) as Said['body']) };
  };
}

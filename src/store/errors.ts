import type { Bilingual, ProblemCode } from '../kernel/problem.js';

/** What went wrong below the ports. `unavailable` may pass or be mended by whoever runs the service; `internal` is a fault of this program, or of one row. */
export type StoreTrouble = 'constraint' | 'conflict' | 'busy' | 'full' | 'corrupt' | 'altered' | 'io' | 'unreachable' | 'closed' | 'locked' | 'refused' | 'engine';

const PASSING: ReadonlySet<StoreTrouble> = new Set(['conflict', 'busy', 'full', 'corrupt', 'io', 'unreachable', 'closed']);

/** What a caller is told beside the code: whether waiting helps, and whom to call. */
const DETAILS: Partial<Record<StoreTrouble, Bilingual>> = {
  busy: { zh: '数据库文件正被其他程序占用', en: 'Another program holds the database file' },
  full: { zh: '磁盘已满，本次请求没有写入任何内容；腾出空间后可原样重发', en: 'The disk is full and nothing of this request was written; send it again when there is room' },
  io: { zh: '数据库文件暂时无法读写，本次请求没有写入任何内容', en: 'The database file cannot be read or written; nothing of this request was written' },
  corrupt: { zh: '数据库文件已损坏，须由运维人员从备份恢复', en: 'The database file is damaged and must be restored from a backup' },
};

/**
 * An error of the engine, told in a sentence of our own. The engine's error is not kept as cause: its
 * message or its statement may carry a patient's data.
 */
export class StoreError extends Error {
  override name = 'StoreError';
  /** The problem code under which a caller is told. */
  readonly code: ProblemCode;
  /** The reason, as far as it helps a caller. */
  readonly detail: Bilingual | undefined;

  constructor(
    readonly trouble: StoreTrouble,
    message: string,
  ) {
    super(message);
    this.code = PASSING.has(trouble) ? 'unavailable' : 'internal';
    this.detail = DETAILS[trouble];
  }
}

/** `code` of a SqliteError by its first words: https://www.sqlite.org/rescode.html */
const SENTENCES: readonly (readonly [prefix: string, trouble: StoreTrouble, sentence: string])[] = [
  ['SQLITE_CONSTRAINT', 'constraint', 'the database refused a row that breaks one of its constraints'],
  ['SQLITE_BUSY', 'busy', 'another program holds the database file'],
  ['SQLITE_LOCKED', 'busy', 'another statement holds the table'],
  ['SQLITE_FULL', 'full', 'the disk is full: nothing of this was written'],
  ['SQLITE_NOTADB', 'corrupt', 'the file is no SQLite database'],
  ['SQLITE_CORRUPT', 'corrupt', 'the database file is damaged: restore it from a backup'],
  ['SQLITE_IOERR', 'io', 'the disk failed to read or write the database file'],
  ['SQLITE_READONLY', 'io', 'the database file cannot be written'],
  ['SQLITE_CANTOPEN', 'io', 'the database file cannot be opened'],
  ['SQLITE_PERM', 'io', 'the database file may not be accessed'],
  ['SQLITE_NOMEM', 'io', 'the engine has no memory left'],
];

/** The name of a constraint: `referral.referral_no`, `CHECK taken >= 0`. No value of a row is ever in it. */
const CONSTRAINT = /^(UNIQUE|CHECK|NOT NULL|FOREIGN KEY) constraint failed(?:: ([\w., ><=]+))?$/;

/** An error of the driver as a StoreError; anything else as it is. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string' || !code.startsWith('SQLITE_')) {
    return /database connection is not open/.test(error.message) ? new StoreError('closed', 'the store is closed') : error;
  }
  const known = SENTENCES.find(([prefix]) => code.startsWith(prefix));
  if (known === undefined) {
    // The plain SQLITE_ERROR is about the text of a statement (no such column …), which holds no values.
    return new StoreError('engine', `the engine failed with ${code}${code === 'SQLITE_ERROR' ? `: ${error.message}` : ''}`);
  }
  const [, trouble, sentence] = known;
  const constraint = trouble === 'constraint' ? CONSTRAINT.exec(error.message) : null;
  const which = constraint === null ? '' : `: ${constraint[1]}${constraint[2] === undefined ? '' : ` ${constraint[2]}`}`;
  return new StoreError(trouble, `${sentence}${which} (${code})`);
}

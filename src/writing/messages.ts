import type { Bilingual, ProblemCode, RefusalDetail } from '../kernel/problem.js';
import type { Answered, Call } from '../http/commands.js';
import type { CommitNews, WriterStats } from '../store/writer.js';

/** What the thread that serves and the thread that writes tell each other. */

export interface WriterOrder {
  readonly databaseUrl: string;
  readonly dataKey: Uint8Array;
  /** Without a client yet, make an administrator. */
  readonly firstKey: boolean;
}

/** A call whose body is one text: it is copied between threads faster than an object. */
export interface NumberedCall {
  readonly number: number;
  readonly call: Call;
}

export type ToWriter = { readonly kind: 'calls'; readonly calls: readonly NumberedCall[] } | { readonly kind: 'stop' };

/** An error as far as it may be told and logged. */
export interface Told {
  readonly error: object;
  readonly code: string | undefined;
  readonly detail: Bilingual | undefined;
}

/** In the order in which it came true: a commit always before the answers that tell of it. */
export type News =
  | { readonly kind: 'commit'; readonly news: CommitNews }
  | { readonly kind: 'answered'; readonly number: number; readonly answered: Answered }
  /** A refusal is told by what it says: on its way between threads an object forgets its class. */
  | { readonly kind: 'refused'; readonly number: number; readonly code: ProblemCode; readonly extra: RefusalDetail }
  | { readonly kind: 'failed'; readonly number: number; readonly told: Told };

export type FromWriter =
  | { readonly kind: 'ready'; readonly firstKey: string | null; readonly doubt: string | undefined }
  | { readonly kind: 'refused'; readonly trouble: string; readonly message: string }
  | { readonly kind: 'news'; readonly news: readonly News[]; readonly stats: WriterStats }
  | { readonly kind: 'error'; readonly error: object; readonly message: string }
  | { readonly kind: 'stopped' };

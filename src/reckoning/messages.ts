import type { Progress, Trial } from '../domain/backtest.js';

/** What a thread that reckons and whoever started it tell each other: one step at a time. */

export interface ReckonerOrder {
  readonly databaseUrl: string;
  readonly dataKey: Uint8Array;
}

export interface ToReckoner {
  readonly trial: Trial;
  readonly progress: Progress;
}

export type FromReckoner =
  | { readonly kind: 'step'; readonly progress: Progress }
  /** As far as it may be told and logged; with the problem code, where the error carries one. */
  | { readonly kind: 'failed'; readonly error: object; readonly code: string | undefined };

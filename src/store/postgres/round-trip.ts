import type { Connection, Submittable } from 'pg';

/** One statement on its way to the server and what came back. */
export interface Step {
  /** Under which it is prepared on a connection. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  readonly rows: unknown[][];
  /** What the server says it has done: `UPDATE 1`. */
  tag: string;
}

type Parse = (text: string) => unknown;

/** Statements that a connection has prepared, each with how its columns are read. */
export type Prepared = Map<string, readonly (Parse | undefined)[]>;

/**
 * Several statements sent at once, with one answer awaited for all: what pipelining saves is a turn of
 * the event loop and of the network for each. The server runs them in order, each with its own view of
 * what is committed; the first that fails skips the rest.
 *
 * It speaks to the driver as its own queries do, and as its cursors and streams do.
 */
export class RoundTrip implements Submittable {
  #at = 0;

  constructor(
    private readonly steps: readonly Step[],
    private readonly prepared: Prepared,
    private readonly done: (error: Error | undefined) => void,
  ) {}

  submit(connection: Connection): void {
    connection.stream.cork();
    const promised = new Set<string>();
    for (const { name, text, values } of this.steps) {
      const isNew = !this.prepared.has(name) && !promised.has(name);
      if (isNew) {
        promised.add(name);
        // Where an earlier try failed, nobody knows whether the server kept it: closing what is not there is no error.
        connection.close({ type: 'S', name }, true);
        connection.parse({ name, text, types: [] }, true);
      }
      connection.bind({ statement: name, values: values as (string | null)[], valueMapper: toWire }, true);
      if (isNew) connection.describe({ type: 'P', name: '' }, true);
      connection.execute({ portal: '' }, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly dataTypeID: number }[] }): void {
    this.prepared.set(this.#step.name, fields.map((field) => PARSERS[field.dataTypeID]));
  }

  handleDataRow({ fields }: { readonly fields: (string | null)[] }): void {
    const step = this.#step;
    const parsers = this.prepared.get(step.name);
    const row: unknown[] = fields;
    for (let i = 0; i < row.length; i++) {
      const parse = parsers?.[i];
      if (parse !== undefined && row[i] !== null) row[i] = parse(row[i] as string);
    }
    step.rows.push(row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const step = this.#step;
    if (!this.prepared.has(step.name)) this.prepared.set(step.name, NO_COLUMNS);
    step.tag = text;
    this.#at += 1;
  }

  handleReadyForQuery(): void {
    this.done(undefined);
  }

  handleError(error: Error): void {
    this.done(error);
  }

  get #step(): Step {
    return this.steps[this.#at] as Step;
  }
}

const NO_COLUMNS: readonly (Parse | undefined)[] = [];

/** By the number of a type; the rest stay text, documents too: their columns know how to read them. */
const PARSERS: Readonly<Record<number, Parse>> = {
  16: (text) => text === 't',
  17: (text) => Buffer.from(text.slice(2), 'hex'),
  20: Number,
  21: Number,
  23: Number,
  701: Number,
  1700: Number,
};

/** A value as the server reads it: text, bytes, or nothing. */
function toWire(value: unknown): unknown {
  if (value === null || typeof value === 'string' || value instanceof Buffer) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return String(value);
}

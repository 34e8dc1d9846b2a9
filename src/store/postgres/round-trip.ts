import type { Connection, Submittable } from 'pg';
import { Messages } from './messages.js';

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
  #connection: Connection | undefined;

  constructor(
    private readonly steps: readonly Step[],
    private readonly prepared: Prepared,
    private readonly done: (error: Error | undefined) => void,
  ) {}

  /** No answer comes: the connection is cut, and the driver fails this as it fails all that a lost one owes. */
  giveUp(): void {
    this.#connection?.stream.destroy();
  }

  submit(connection: Connection): void {
    this.#connection = connection;
    const promised = new Set<string>();
    for (const { name, text, values } of this.steps) {
      const isNew = !this.prepared.has(name) && !promised.has(name);
      if (isNew) messages.prepare(name, text);
      messages.bind(name, values);
      if (isNew) messages.describe();
      messages.execute();
      promised.add(name);
    }
    const bytes = messages.sync().take();
    if (connection.stream.writable) connection.stream.write(bytes);
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

/** Written whole before it is sent, so one will do. */
const messages = new Messages();

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

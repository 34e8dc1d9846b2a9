import type { ClientBase } from 'pg';
import type { Binder, Query } from '../bind.js';
import { StoreError } from '../errors.js';
import { translatePostgres } from './errors.js';
import { RoundTrip, type Prepared, type Step } from './round-trip.js';

/** A step, and who waits for it; nobody waits for a change that is sent with the next question. */
interface Sent extends Step {
  readonly isChange: boolean;
  resolve: (() => void) | undefined;
  reject: ((error: unknown) => void) | undefined;
}

const BEGIN = { unit: 'begin isolation level read committed', read: 'begin isolation level repeatable read read only' } as const;
const SAVEPOINT = 'savepoint unit';

/** A statement has one name everywhere, so that each connection prepares it once. */
const names = new Map<string, string>();

/**
 * One connection to the server. What is asked in one go travels together, in order; changes travel with
 * the next question or the commit, since nobody has to know that they went well before that. So a unit
 * costs as many round trips as it asks questions, not as it has statements.
 */
export class PostgresConnection implements Binder {
  readonly #prepared: Prepared = new Map();
  #waiting: Sent[] = [];
  #departing = false;
  #travelling = false;
  #savepoint: 'none' | 'armed' | 'set' = 'none';

  /** @param patience calls when a trip has taken too long; what it answers takes that back. */
  constructor(
    private readonly client: ClientBase,
    private readonly patience: (late: () => void) => () => void = () => () => undefined,
  ) {}

  bind<P, R>(query: Query<P, R>): (params: P) => Promise<R> {
    const name = nameOf(query.text);
    switch (query.shape) {
      case 'run': {
        // An insert of no row is an error by itself. A change of no row is none, and nobody looks before the commit.
        const text = query.text.startsWith('insert') ? query.text : `with changed as (${query.text} returning 1) select 1 / (count(*) = 1)::int from changed`;
        const sure = nameOf(text);
        return async (params) => {
          this.#add(text, sure, query.values(params).slice(), 'change');
          return 1 as R;
        };
      }
      case 'count':
        return async (params) => touched(await this.#ask(query.text, name, query.values(params).slice(), 'change')) as R;
      case 'one':
        return async (params) => {
          const [row] = (await this.#ask(query.text, name, query.values(params).slice(), 'none')).rows;
          return (row === undefined ? undefined : query.row(row)) as R;
        };
      case 'many':
        return async (params) => (await this.#ask(query.text, name, query.values(params).slice(), 'none')).rows.map((row) => query.row(row)) as R;
    }
  }

  /** Begins with the next question. */
  begin(kind: keyof typeof BEGIN): void {
    this.#savepoint = kind === 'unit' ? 'armed' : 'none';
    this.#add(BEGIN[kind], nameOf(BEGIN[kind]), [], 'none');
  }

  /** Takes back what was changed since {@link begin}; what was locked and asked before the first change stays. */
  async undo(): Promise<void> {
    this.#waiting = this.#waiting.filter((step) => !step.isChange);
    if (this.#savepoint === 'set') await this.#control('rollback to savepoint unit');
  }

  /** With all that waits. Rejects with `conflict` where a row was not as it had been read; then nothing is committed. */
  async commit(): Promise<void> {
    this.#savepoint = 'none';
    // The server answers a commit of what has failed before by taking it back, without a complaint.
    const { tag } = await this.#control('commit');
    if (tag !== 'COMMIT') throw new StoreError('engine', 'the server took back what was to be committed');
  }

  /** Ends the transaction, whatever state it is in. Rejects where the connection is of no more use. */
  async rollback(): Promise<void> {
    this.#waiting = [];
    this.#savepoint = 'none';
    await this.#control('rollback');
  }

  #control(text: string): Promise<Sent> {
    return this.#ask(text, nameOf(text), [], 'none');
  }

  #ask(text: string, name: string, values: readonly unknown[], changes: Changes): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const step = this.#add(text, name, values, changes);
      step.resolve = () => resolve(step);
      step.reject = reject;
      if (this.#departing) return;
      this.#departing = true;
      // Everything that is asked until the caller waits goes along.
      queueMicrotask(() => this.#depart());
    });
  }

  #add(text: string, name: string, values: readonly unknown[], changes: Changes): Sent {
    const step: Sent = {
      text, name, values, rows: [], tag: '', isChange: changes === 'change', resolve: undefined, reject: undefined,
    };
    this.#waiting.push(step);
    return step;
  }

  #depart(): void {
    this.#departing = false;
    if (this.#travelling || this.#waiting.length === 0) return;
    const steps = this.#waiting;
    this.#waiting = [];
    this.#protect(steps);
    this.#travelling = true;
    const trip = new RoundTrip(steps, this.#prepared, (error) => {
      this.#travelling = false;
      arrivedInTime();
      arrived(steps, error);
      if (this.#waiting.some((step) => step.resolve !== undefined)) this.#depart();
    });
    const arrivedInTime = this.patience(() => trip.giveUp());
    this.client.query(trip);
  }

  /** Before the first change whose unit goes on: a unit that fails later takes it back alone. */
  #protect(steps: Sent[]): void {
    if (this.#savepoint !== 'armed') return;
    const first = steps.findIndex((step) => step.isChange);
    if (first < 0) return;
    this.#savepoint = 'set';
    const savepoint: Sent = {
      text: SAVEPOINT, name: nameOf(SAVEPOINT), values: [], rows: [], tag: '', isChange: false, resolve: undefined, reject: undefined,
    };
    steps.splice(first, 0, savepoint);
  }
}

type Changes = 'none' | 'change';

function arrived(steps: readonly Sent[], error: Error | undefined): void {
  const trouble = error === undefined ? undefined : translatePostgres(error);
  for (const step of steps) {
    if (trouble === undefined) step.resolve?.();
    else step.reject?.(trouble);
  }
}

/** Rows that a change has touched: the last word of what the server says of it. */
function touched({ tag }: Step): number {
  return Number(tag.slice(tag.lastIndexOf(' ') + 1));
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `q${names.size + 1}`));
  return name;
}

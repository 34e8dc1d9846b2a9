import { join } from 'node:path';
import type { Clock } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { RandomBytes } from '../../src/kernel/ids.js';
import { settle, tick } from '../../src/relay/tick.js';
import { StoreError } from '../../src/store/errors.js';
import { openStore, type OpenStore } from '../../src/store/open.js';
import type { Reads } from '../../src/usecase/ports.js';
import { DATA_KEY } from '../kit/store.js';
import type { Answered, Claim, Told } from './auditor/claim.js';
import { removeFiles } from './engine/crash-copy.js';
import { Gone, Seam, type Fault, type Watch } from './engine/seam.js';
import type { Request } from './request.js';

/** The program failed where no fault was in its way: that is a finding of its own, but none of the auditor's. */
export class Failure extends Error {
  override name = 'Failure';
}

/** The real store on a real file, which dies and comes back. */
export class Service {
  #store: OpenStore | undefined;
  #seam: Seam;
  #files = 0;
  /** Units that may wait, from the next start on. */
  queueLimit = 100;
  /** A fault may lie in the way now, so that a failure is no surprise. */
  troubled = false;

  private constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly random: RandomBytes,
    private readonly watch: Watch,
  ) {
    this.#seam = Seam.on(this.nextFile(), watch);
  }

  static async start(folder: string, clock: Clock, random: RandomBytes, watch: Watch): Promise<Service> {
    const service = new Service(folder, clock, random, watch);
    await service.#open();
    return service;
  }

  get seam(): Seam {
    return this.#seam;
  }

  get store(): OpenStore {
    if (!this.#store) throw new Failure('the service is down');
    return this.#store;
  }

  /** The database file that it serves now. */
  get path(): string {
    return this.#seam.path;
  }

  /** Where a crash may leave its copy. */
  nextFile(): string {
    this.#files += 1;
    return join(this.folder, `${this.#files}.db`);
  }

  /** Sends a request and says what came of it. */
  async ask(request: Request): Promise<Claim> {
    const { kind, tag, wish, borrowedKey, actor, idempotency, run, answer } = request;
    const asked = { kind, tag, ...(wish ? { wish } : {}), ...(borrowedKey ? { borrowedKey } : {}) };
    try {
      const result = await this.store.execute({ actor, idempotency, run, answer });
      if (isRefusal(result)) return { ...asked, outcome: 'turned-away' };
      return answered(asked, result.answer.body, result.replayed);
    } catch (error) {
      return { ...asked, outcome: this.#failed(error) };
    }
  }

  /** Whatever is due. */
  async tick(whole: boolean): Promise<void> {
    try {
      if (whole) await settle(this.store);
      else await tick(this.store);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** undefined where the reader gets no answer. */
  async read<T>(fn: (reads: Reads) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.store.read(fn);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Stops in order, and starts again on the same file. */
  async restart(): Promise<void> {
    await this.store.close();
    this.#seam.close();
    this.#seam = Seam.on(this.#seam.path, this.watch);
    await this.#open();
  }

  /**
   * Starts on what a crash has left, where there was one.
   *
   * @param again a fault that may lie in the way of the start
   */
  async comeBack(again: (seam: Seam) => Fault | undefined): Promise<boolean> {
    if (this.#seam.fallen === undefined) return false;
    this.#store = undefined;
    for (let fallen: string | undefined = this.#seam.fallen; fallen !== undefined; fallen = this.#seam.fallen) {
      this.#seam.close();
      removeFiles(this.#seam.path);
      this.#seam = Seam.on(fallen, this.watch);
      const fault = again(this.#seam);
      if (fault) this.#seam.arm(fault);
      await this.#open().catch((error: unknown) => {
        if (!(error instanceof Gone)) throw new Failure(`the service does not start: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
      this.#seam.disarm();
    }
    return true;
  }

  /** Leaves everything as a crash would; for the end of a run. */
  drop(): void {
    this.#seam.close();
  }

  async #open(): Promise<void> {
    this.#store = await openStore({ url: `sqlite:${this.path}`, dataKey: DATA_KEY, clock: this.clock, random: this.random, queueLimit: this.queueLimit });
  }

  #failed(error: unknown): 'failed' | 'silent' {
    if (error instanceof Gone) return 'silent';
    if (error instanceof StoreError && error.code === 'unavailable' && this.troubled) return 'failed';
    throw new Failure(error instanceof Error ? `${error.name}: ${error.message}` : String(error), { cause: error });
  }
}

function answered(asked: Pick<Answered, 'kind' | 'tag'>, body: string, replayed: boolean): Answered {
  const said = JSON.parse(body) as { told?: Told; refused?: string };
  return { ...asked, outcome: 'answered', body, replayed, refused: said.refused, told: said.told };
}

import { assert } from '../../kernel/assert.js';
import type { Queries } from '../queries/catalogue.js';
import { StoreReads } from '../reads.js';

/** Reads in a transaction that ends with them: the connection is another's afterwards. */
export class PostgresReads extends StoreReads {
  #ended = false;

  end(): void {
    this.#ended = true;
  }

  protected override get q(): Queries {
    assert(!this.#ended, 'a read has ended and cannot be used again');
    return this.queries;
  }
}

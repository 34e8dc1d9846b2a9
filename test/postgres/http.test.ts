import t from 'tap';
import { releases } from '../kit/postgres.js';
import { onPostgres } from '../kit/on-postgres.js';

// Left out: what asks no store; what starts the program itself, which test/postgres/instances.test.ts does here; and the
// fuzz, which watches each row of the embedded file through a connection of its own.
await onPostgres(t, releases().at(-1)!, 'http', ['fuzz', 'language', 'process', 'serialise', 'settings']);

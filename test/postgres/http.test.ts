import t from 'tap';
import { releases } from '../kit/postgres.js';
import { onPostgres } from '../kit/on-postgres.js';

// Left out: what asks no store, and what starts the program itself, which test/postgres/instances.test.ts does here.
await onPostgres(t, releases().at(-1)!, 'http', ['language', 'process', 'serialise', 'settings']);

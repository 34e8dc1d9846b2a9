import t from 'tap';
import { onPostgres } from '../kit/on-postgres.js';

// Left out: what asks no store, and what starts the program itself, which test/postgres/instances.test.ts does here.
await onPostgres(t, 18, 'http', ['language', 'process', 'serialise', 'settings']);

import t from 'tap';
import { onPostgres } from '../kit/on-postgres.js';

await onPostgres(t, 18, 'usecase');

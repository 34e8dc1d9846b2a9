import { isRefusal, type Refusal } from '../kernel/problem.js';
import type { Page } from '../usecase/ports.js';
import { cursorOf, placeOf, type ListName } from './cursor.js';

/** Pages of a list: `{ data, nextCursor }`. */

export interface PageRequest {
  readonly limit?: number;
  readonly cursor?: string;
}

const DEFAULT_LIMIT = 50;

/** Reads the cursor, asks for the page, and shows its items. */
export async function paged<T, V>(
  list: ListName, { limit = DEFAULT_LIMIT, cursor }: PageRequest,
  ask: (after: string | null, limit: number) => Promise<Page<T> | Refusal>, show: (item: T) => V,
): Promise<{ data: V[]; nextCursor: string | null } | Refusal> {
  const after = placeOf(list, cursor);
  if (isRefusal(after)) return after;
  const page = await ask(after, limit);
  if (isRefusal(page)) return page;
  return { data: page.data.map(show), nextCursor: cursorOf(list, page.next) };
}

/** A page of what is held in memory, in order of id. */
export function pageOf<T extends { readonly id: string }>(items: Iterable<T>, after: string | null, limit: number): Page<T> {
  const rest = [...items].filter((item) => after === null || item.id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const data = rest.slice(0, limit);
  return { data, next: rest.length > limit ? (data.at(-1)?.id ?? null) : null };
}

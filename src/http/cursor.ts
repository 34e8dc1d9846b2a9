import { field, refuse, type Refusal } from '../kernel/problem.js';

/**
 * Opaque cursors: where a list goes on. A cursor carries the name of its list and a check sum, so that
 * one of another list, a cut or a made-up one is refused rather than read as a place. It is no secret
 * and no proof: what a caller may see is decided for each page anew.
 */

export type ListName = 'institutions' | 'consortia' | 'clients' | 'policies' | 'pools' | 'referrals' | 'messages' | 'documents' | 'history'
  | 'worklist' | 'followUps' | 'events' | 'transfers' | 'entries' | 'filings';

export function cursorOf(list: ListName, place: string | number | null): string | null {
  if (place === null) return null;
  const text = `${list}:${place}`;
  return Buffer.from(`${text}:${checkSum(text)}`).toString('base64url');
}

/** The place that a cursor names; null without a cursor. */
export function placeOf(list: ListName, cursor: string | undefined): string | null | Refusal {
  if (cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const end = text.lastIndexOf(':');
  const stated = text.slice(0, end);
  if (!stated.startsWith(`${list}:`) || text.slice(end + 1) !== checkSum(stated)) return invalidCursor();
  return stated.slice(list.length + 1);
}

/** For lists in the order of the log: 0 without a cursor. */
export function seqOf(list: ListName, cursor: string | undefined): number | Refusal {
  const place = placeOf(list, cursor);
  if (place === null) return 0;
  if (typeof place !== 'string') return place;
  const seq = Number(place);
  return Number.isSafeInteger(seq) && seq >= 0 ? seq : invalidCursor();
}

function invalidCursor(): Refusal {
  return refuse('invalid_cursor', { errors: [field('?cursor', '不是本列表给出的游标', 'Was not given out by this list')] });
}

/** FNV-1a, 32 bits. */
function checkSum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

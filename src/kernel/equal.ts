/**
 * Whether two values are the same JSON: the order of members does not matter, and a member that is
 * undefined is absent. So a record that is written a second time is known to be unchanged.
 */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((value, i) => equalJson(value, b[i]));
  }
  const left = members(a);
  const right = new Map(members(b));
  return left.length === right.size && left.every(([name, value]) => right.has(name) && equalJson(value, right.get(name)));
}

function members(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, member]) => member !== undefined);
}

/** Places of the values whose key has stood before in the list. */
export function repeatsOf<T>(values: readonly T[], keyOf: (value: T) => unknown): number[] {
  const seen = new Set<unknown>();
  const places: number[] = [];
  for (const [i, value] of values.entries()) {
    const key = keyOf(value);
    if (seen.has(key)) places.push(i);
    seen.add(key);
  }
  return places;
}

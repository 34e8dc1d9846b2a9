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

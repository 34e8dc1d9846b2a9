import { Session, type Profiler } from 'node:inspector/promises';

/** Where the processor's time goes, by the rooms of the house. */

export async function record(work: () => Promise<void>): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 250 });
    await session.post('Profiler.start');
    await work();
    return (await session.post('Profiler.stop')).profile;
  } finally {
    session.disconnect();
  }
}

export interface Cost {
  /** A file of this project, a module of Node, a package; native functions by their name. */
  readonly where: string;
  /** Of all samples. */
  readonly share: number;
}

/** Own time, without what was called, the dearest first. */
export function costs(profile: Profiler.Profile, most = 40): Cost[] {
  const places = new Map(profile.nodes.map((node) => [node.id, placeOf(node.callFrame)]));
  const counts = new Map<string, number>();
  const samples = profile.samples ?? [];
  for (const id of samples) {
    const place = places.get(id) ?? '?';
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .map(([where, count]) => ({ where, share: count / samples.length }))
    .sort((a, b) => b.share - a.share)
    .slice(0, most);
}

function placeOf({ url, functionName }: { readonly url: string; readonly functionName: string }): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const own = /\/dist\/((?:src|test)\/.+)\.js$/.exec(url)?.[1];
  if (own !== undefined) return `${own} ${name}`;
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return `${dependency ?? (url === '' ? 'native' : url)} ${name}`;
}

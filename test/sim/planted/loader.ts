import type { InitializeHook, LoadHook } from 'node:module';

/** Runs in the thread of Node's loader: hands out the planted text of a module instead of its own. */
let planted: Readonly<Record<string, string>> = {};

export const initialize: InitializeHook<Readonly<Record<string, string>>> = (data) => {
  planted = data;
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const source = planted[url];
  return source === undefined ? nextLoad(url, context) : { format: 'module', source, shortCircuit: true };
};

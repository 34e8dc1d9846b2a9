import { refuse } from '../kernel/problem.js';
import { plugin } from './plugin.js';
import { sendProblem } from './problems.js';

/**
 * Paths that lead nowhere, and paths that exist for another method (405, with `Allow`). Decided before
 * a body is read, and after the key is checked.
 */
export const notFound = plugin<object>('not-found', (app) => {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    methods.set(url, known);
  });

  let patterns: readonly { readonly path: RegExp; readonly allow: ReadonlySet<string> }[] = [];
  app.addHook('onReady', (done) => {
    patterns = [...methods].map(([url, allow]) => ({ path: pathPattern(url), allow }));
    done();
  });

  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const path = request.url.split('?', 1)[0] ?? '';
    const answer = (): void => {
      const allow = patterns.filter((pattern) => pattern.path.test(path)).flatMap((pattern) => [...pattern.allow]);
      if (allow.length === 0) return void sendProblem(reply, refuse('not_found'));
      void sendProblem(reply, refuse('method_not_allowed'), { allow: [...new Set(allow)].sort().join(', ') });
    };
    // Outside the API a path that leads nowhere may say so to anybody.
    if (path.startsWith('/v1/')) app.authenticate(request, reply, answer);
    else answer();
  });
});

function pathPattern(url: string): RegExp {
  const source = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+').replace(/\*/g, '.*');
  return new RegExp(`^${source}$`);
}

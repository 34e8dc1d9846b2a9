import type { FastifyInstance, RouteOptions } from 'fastify';

/**
 * A named piece of what cuts across all routes. It shares the scope it is registered in, so its hooks
 * hold for every route that is registered after it, and it appears by name in the plugin tree.
 */
export function plugin<Options>(name: string, install: (app: FastifyInstance, options: Options) => void | Promise<void>) {
  const named = async (app: FastifyInstance, options: Options): Promise<void> => {
    await install(app, options);
  };
  return Object.assign(named, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: name,
  });
}

type HookName = 'onRequest' | 'preValidation' | 'preHandler' | 'onResponse';

/** Adds a hook to one route that is being registered, after those it has: a route pays for what it needs and asks nothing at run time. */
export function addHook<Name extends HookName>(route: RouteOptions, name: Name, hook: NonNullable<Extract<RouteOptions[Name], (...args: never[]) => unknown>>): void {
  const present = (route[name] ?? []) as unknown[] | unknown;
  Object.assign(route, { [name]: [...(Array.isArray(present) ? (present as unknown[]) : [present]), hook] });
}

import type { FastifyInstance } from 'fastify';

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

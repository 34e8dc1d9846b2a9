import type { IncomingMessage } from 'node:http';
import type { RandomBytes } from '../kernel/ids.js';
import { plugin } from './plugin.js';

export const REQUEST_ID = 'x-request-id';

const SANE = /^[\x21-\x7e]{1,128}$/;

/**
 * Takes the caller's `X-Request-Id` where it is 1 to 128 visible ASCII characters, and makes one
 * otherwise: a random start for this process and a count, so that ids cost nothing and never meet.
 */
export function requestIds(random: RandomBytes): (request: IncomingMessage) => string {
  const process = Buffer.from(random(6)).toString('hex');
  let count = 0;
  return (request) => {
    const given = request.headers[REQUEST_ID];
    if (typeof given === 'string' && SANE.test(given)) return given;
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}

export const requestIdHeader = plugin<object>('request-id', (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID, request.id);
    done();
  });
});

import { createServer, type Server } from 'node:http';

/** How long a connection may take over what, and how much it may say: callers that are slow, gone or ill-meaning hold nothing for long. */
export interface ServerLimits {
  /** Milliseconds for the headers, from the opening of the connection or the first byte of the request. Whoever opens one and says nothing has no longer. */
  readonly headersMs: number;
  /** Milliseconds for the whole request. */
  readonly requestMs: number;
  /** Milliseconds without a byte in either direction: the other side is gone, whatever it still has to hear. */
  readonly silenceMs: number;
  /** Milliseconds that a connection is kept for the next request. */
  readonly keepAliveMs: number;
  /** How often the first two are looked after. */
  readonly checkMs: number;
  /** Bytes of all headers; beyond it 431. */
  readonly headerBytes: number;
}

export const SERVER_LIMITS: ServerLimits = {
  // A head fits into a few packets: even a bad line has it over in a second or two.
  headersMs: 15_000,
  // A document of 15 MB over a line of 2 Mbit/s.
  requestMs: 60_000,
  // Longer than the longest answer takes, which is the check of a log of years: until then nothing is sent.
  silenceMs: 600_000,
  // Longer than the usual proxy keeps an idle connection (60 s), so that the proxy closes first and never sends into a closing one.
  keepAliveMs: 72_000,
  checkMs: 1_000,
  // A key, an idempotency key, a request id and what proxies add: below 2 KiB.
  headerBytes: 16 * 1024,
};

/**
 * Connections that the kernel holds while the thread that serves is busy. What does not fit is dropped without
 * a word, and its caller tries again after one, three, seven seconds: worse than any wait here. The kernel
 * takes no more than its own limit (Linux: net.core.somaxconn, 4 096).
 */
export const BACKLOG = 4_096;

/** The kernel asks a silent connection after a minute whether there is still somebody: a half-open one ends by that. */
const PROBES = { keepAlive: true, keepAliveInitialDelay: 60_000 };

/** A server that keeps to the limits. */
export function limitedServer(limits: ServerLimits): Server {
  const server = createServer({
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: limits.checkMs,
    maxHeaderSize: limits.headerBytes,
    ...PROBES,
  });
  return server.setTimeout(limits.silenceMs);
}

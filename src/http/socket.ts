import type { Socket } from 'node:net';
import { PROBLEMS, refuse, type ProblemCode } from '../kernel/problem.js';
import { PROBLEM_MEDIA_TYPE } from './media-types.js';
import { problemOf } from './problems.js';

const CODES: Readonly<Record<string, ProblemCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
};

const REASONS: Readonly<Record<number, string>> = { 400: 'Bad Request', 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };

/** What is no HTTP, or comes too slowly or too large, has no request yet: its problem document goes straight to the socket. */
export function answerSocket(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const code = CODES[error.code ?? ''] ?? 'malformed_request';
    const { status } = PROBLEMS[code];
    const body = JSON.stringify(problemOf(refuse(code), 'zh', 'none'));
    const head = [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      `content-type: ${PROBLEM_MEDIA_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'connection: close',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

import { compose } from './compose.js';
import { ConfigError, readConfig } from './config.js';
import { createLogger, safeError } from './http/log.js';
import { StoreError } from './store/errors.js';

/** Starts the service, and stops it in peace. */
async function main(): Promise<void> {
  const config = readConfig();
  const logger = createLogger(config.logLevel);
  const service = await compose(config, logger);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error: safeError(error) }, 'stopped badly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtException', (error) => {
    // Not the error itself: what an unknown one says may quote a patient.
    logger.fatal({ error: safeError(error) }, 'a bug ended the service');
    process.exit(1);
  });
}

/** What whoever starts the service can mend, in a sentence; a bug as far as it may be told. */
function reasonOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StoreError) return error.message;
  const { syscall, code, path } = error as NodeJS.ErrnoException;
  if (syscall === 'listen' || syscall === 'getaddrinfo' || syscall === 'bind') return `HOST and PORT name an address that cannot be listened on (${code}).`;
  if (typeof path === 'string') return `DATABASE_URL leads to ${path}, which cannot be written (${code}).`;
  return JSON.stringify(safeError(error));
}

main().catch((error: unknown) => {
  process.stderr.write(`referral-router cannot start: ${reasonOf(error)}\n`);
  process.exit(1);
});

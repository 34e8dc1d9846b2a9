import { run } from '../run.js';

/** A child with a bug in it: runs seed after seed and tells its parent what each came to. */
export interface Trial {
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly lifted: readonly string[];
  /** Once is enough. */
  readonly first: boolean;
}

export interface Verdict {
  readonly seed: number;
  readonly steps: number;
  /** What the auditor says; undefined where it has found nothing. */
  readonly finding: string | undefined;
  /** What the program itself has thrown. */
  readonly failure: string | undefined;
}

process.once('message', (trial: Trial) => {
  void attend(trial).finally(() => process.disconnect());
});

async function attend({ seeds, steps, lifted, first }: Trial): Promise<void> {
  for (const seed of seeds) {
    const { findings, failure, steps: made } = await run({ seed, steps, lifted });
    const verdict: Verdict = { seed, steps: made, finding: findings[0], failure };
    process.send?.(verdict);
    if (first && verdict.finding !== undefined) return;
  }
}

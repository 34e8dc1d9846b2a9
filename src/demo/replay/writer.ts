import type { Refusal } from '../../kernel/problem.js';
import type { Actor, Unit } from '../../usecase/ports.js';

/** One unit of work that must not be refused; `what` names it where it is. */
export type Writer = <T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>, what: string) => Promise<T>;

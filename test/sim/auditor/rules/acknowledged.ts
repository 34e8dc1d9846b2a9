import type { EventRow } from '../book.js';
import type { Answered } from '../claim.js';
import { tagOf, type Rule, type Step } from '../step.js';

/**
 * What was answered is so: an answer that says something was done is found in the log and in the tables,
 * then and after every crash; one that refuses, and an error, has left nothing; the same key gets the same
 * bytes and one effect.
 */
export function acknowledgedSurvives(): Rule {
  const firstBody = new Map<string, string>();
  /** The last event that each request has brought about. */
  const effects = new Map<string, number>();
  return function* (step) {
    const already = new Set(effects.keys());
    yield* effectsOf(step.events, effects);
    for (const claim of step.claims) {
      if (claim.outcome === 'failed' && effects.has(claim.tag) && !already.has(claim.tag)) yield `${claim.kind} ${claim.tag} was told that nothing was done, and it was`;
      if (claim.outcome !== 'answered') continue;
      if (claim.borrowedKey) yield `${claim.kind} ${claim.tag}: the key of another request was accepted`;
      yield* repeated(claim, firstBody);
      if (claim.refused !== undefined && effects.has(claim.tag)) yield `${claim.kind} ${claim.tag} was refused with ${claim.refused}, and took effect`;
      if (claim.told?.changed && !effects.has(claim.tag)) yield `${claim.kind} ${claim.tag} was acknowledged, and the log knows nothing of it`;
      yield* lost(claim, step);
    }
  };
}

/** The events of one unit stand together: a tag that comes back has taken effect twice. */
function* effectsOf(events: readonly EventRow[], effects: Map<string, number>): Iterable<string> {
  const known = new Set(effects.keys());
  const said = new Set<string>();
  let running: string | undefined;
  for (const event of events) {
    const tag = tagOf(event);
    const what = `${tag} ${event.type} ${event.subject}`;
    if (tag !== undefined) {
      const returns = known.has(tag) || (effects.has(tag) && running !== tag) || (said.has(what) && event.type !== 'session.overcommitted');
      if (returns) yield `event ${event.seq}: request ${tag} takes effect a second time`;
      said.add(what);
      effects.set(tag, event.seq);
      running = tag;
    } else if ((JSON.parse(event.actor) as { clientId: string }).clientId !== 'time') running = undefined;
  }
}

function* repeated({ kind, tag, body, replayed }: Answered, firstBody: Map<string, string>): Iterable<string> {
  const before = firstBody.get(tag);
  if (before === undefined) firstBody.set(tag, body);
  else if (before !== body) yield `${kind} ${tag} is answered otherwise than before: ${body} after ${before}`;
  else if (!replayed) yield `${kind} ${tag} was done again instead of answered again`;
}

/** Whether what an answer tells of is in the tables, in that version or a later one. */
function* lost({ kind, tag, told }: Answered, { after }: Step): Iterable<string> {
  const { referral, reservation, stay, document } = told ?? {};
  const rows = [
    ['referral', referral, after.referrals] as const,
    ['reservation', reservation, after.reservations] as const,
    ['stay', stay, after.stays] as const,
    ['pool', document?.kind === 'pool' ? document : undefined, after.pools] as const,
    ['institution', document?.kind === 'institution' ? document : undefined, after.institutions] as const,
    ['policy', document?.kind === 'policy' ? document : undefined, after.policies] as const,
    ['consortium', document?.kind === 'consortium' ? document : undefined, after.consortia] as const,
  ];
  for (const [what, facts, table] of rows) {
    if (!facts) continue;
    const row = table.get(facts.id);
    if (!row || row.version < facts.version) yield `${kind} ${tag} was acknowledged with ${what} ${facts.id} in version ${facts.version}, which is ${row ? `in version ${row.version}` : 'not there'}`;
  }
  const row = referral && after.referrals.get(referral.id);
  if (row?.version === referral?.version && row?.status !== referral?.status) yield `${kind} ${tag} was acknowledged with status ${referral?.status}, and it is ${row?.status}`;
}


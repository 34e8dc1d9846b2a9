import type { Instant } from '../kernel/calendar.js';
import { equalJson } from '../kernel/equal.js';
import { WHOLE_BP } from '../kernel/money.js';
import { field, invalid, type FieldError, type Refusal } from '../kernel/problem.js';
import type { PoolInput } from '../contract/capacity.js';
import type { Pool } from './capacity.js';
import { normaliseDepartment } from './codes.js';
import { findDepartment, type Network } from './network.js';

/**
 * What may be written as a pool, and what it makes of the one that stood there; the very record it was
 * given where nothing changes. Allotments in use are the use case's to look for.
 */
export function writePool(before: Pool | undefined, id: string, input: PoolInput, network: Network, now: Instant): Pool | Refusal {
  const institution = network.institution(input.institutionId);
  if (!institution) return invalid(field('/institutionId', '机构不在机构目录中', 'The institution is not in the directory'));
  const department = normaliseDepartment(input.department);
  const errors = [...changeErrors(before, input), ...allotmentErrors(input.allotments ?? [], network)];
  if (!findDepartment(institution, department)) {
    errors.push(field('/department', `该机构没有科室 ${department}`, `The institution has no department ${department}`));
  }
  if (errors.length > 0) return invalid(...errors);

  const written = { ...input, id, area: institution.area, department, booking: input.booking ?? 'direct' };
  if (before) {
    const { version: _version, updatedAt: _updatedAt, ...content } = before;
    if (equalJson(written, content)) return before;
  }
  return { ...written, version: (before?.version ?? 0) + 1, updatedAt: now };
}

/** Sessions and places carry institution and kind: they cannot follow a pool that changes them. */
function changeErrors(before: Pool | undefined, input: PoolInput): FieldError[] {
  const errors: FieldError[] = [];
  if (before && before.institutionId !== input.institutionId) {
    errors.push(field('/institutionId', `资源池属于 ${before.institutionId}，不能转给其他机构`, `The pool belongs to ${before.institutionId} and cannot change hands`));
  }
  if (before && before.kind !== input.kind) {
    errors.push(field('/kind', `资源池类别为 ${before.kind}，不能更改`, `The pool is of kind ${before.kind}, which cannot change`));
  }
  return errors;
}

function allotmentErrors(allotments: NonNullable<PoolInput['allotments']>, network: Network): FieldError[] {
  const errors: FieldError[] = [];
  const ids = new Set<string>();
  let shares = 0;
  for (const [i, { id, audience, shareBp, places }] of allotments.entries()) {
    if (ids.has(id)) errors.push(field(`/allotments/${i}/id`, `预留名额 ${id} 重复`, `Allotment ${id} is listed twice`));
    ids.add(id);
    if ((shareBp === undefined) === (places === undefined)) {
      errors.push(field(`/allotments/${i}`, 'shareBp 与 places 须填写且只能填写一项', 'Exactly one of shareBp and places is needed'));
    }
    if (audience.consortiumId !== undefined && !network.consortium(audience.consortiumId)) {
      errors.push(field(`/allotments/${i}/audience/consortiumId`, `没有医联体 ${audience.consortiumId}`, `There is no consortium ${audience.consortiumId}`));
    }
    shares += shareBp ?? 0;
  }
  if (shares > WHOLE_BP) errors.push(field('/allotments', `预留比例合计 ${shares} 超过 ${WHOLE_BP}`, `The shares sum to ${shares}, more than ${WHOLE_BP}`));
  return errors;
}

/** Allotments that stood in the pool and no longer do. */
export function removedAllotments(before: Pool, after: Pool): string[] {
  const kept = new Set((after.allotments ?? []).map((a) => a.id));
  return (before.allotments ?? []).map((a) => a.id).filter((id) => !kept.has(id));
}

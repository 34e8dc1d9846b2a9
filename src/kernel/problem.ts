/**
 * The one table of everything that can be refused. Refusals are data: a use case returns them, one
 * place turns them into `application/problem+json`. Codes are stable and never translated; the order
 * of the table is the order of precedence of the contract.
 */
export interface ProblemKind {
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  /** True where the same request may succeed later without a change. */
  readonly retryable: boolean;
}

const kind = (status: number, zh: string, en: string, retryable = false): ProblemKind => ({ status, zh, en, retryable });

export const PROBLEMS = {
  unauthenticated: kind(401, '未提供有效凭证', 'No valid credentials'),
  malformed_request: kind(400, '请求无法解析', 'The request cannot be parsed'),
  idempotency_key_required: kind(400, '缺少 Idempotency-Key', 'Idempotency-Key is required'),
  act_for_required: kind(400, '须用 Act-For 指明代表的机构', 'Act-For must name the institution acted for'),
  request_timeout: kind(408, '请求未在时限内送达', 'The request did not arrive in time', true),
  headers_too_large: kind(431, '请求头过大', 'The request headers are too large'),
  unsupported_media_type: kind(415, '不支持的内容类型', 'Unsupported media type'),
  payload_too_large: kind(413, '请求内容过大', 'The request body is too large'),
  invalid_request: kind(422, '请求内容不符合要求', 'The request does not meet the contract'),
  invalid_cursor: kind(422, '分页游标无效', 'The cursor is not one of this list'),
  window_too_wide: kind(422, '查询时间范围过大', 'The window is too wide'),
  forbidden: kind(403, '当前角色无权执行此操作', 'The role does not permit this'),
  rate_limited: kind(429, '请求过于频繁', 'Too many requests', true),
  not_found: kind(404, '未找到', 'Not found'),
  method_not_allowed: kind(405, '不支持的请求方法', 'Method not allowed'),
  wrong_party: kind(403, '应由另一方执行此操作', 'This is for the other party to do'),
  not_in_consortium: kind(403, '双方不在同一医联体', 'The institutions share no consortium'),
  version_mismatch: kind(412, '记录已被更新', 'The record has changed since it was read'),
  idempotency_in_progress: kind(409, '同一请求正在处理中', 'The same request is still being processed', true),
  invalid_transition: kind(409, '当前状态不允许此操作', 'The present status does not permit this'),
  duplicate_open_referral: kind(409, '已有进行中的同类转诊', 'An open referral of the same kind exists'),
  session_full: kind(409, '名额已满', 'No place is left'),
  session_closed: kind(409, '该时段已停诊或停用', 'The session is closed'),
  session_over: kind(409, '该时段已结束', 'The session is over'),
  session_not_open: kind(409, '该时段尚未对贵机构开放', 'The session is not yet open to this sender'),
  already_reserved: kind(409, '该转诊已占用此时段', 'The referral already holds a place in this session'),
  hold_expired: kind(409, '预留已过期', 'The hold has expired'),
  already_extended: kind(409, '预留只能延长一次', 'A hold is extended once only'),
  already_redeemed: kind(409, '该权益已核销', 'The entitlement item is already redeemed'),
  not_entitled: kind(409, '不享有该项优惠', 'The item was not granted'),
  follow_up_missing: kind(409, '尚无随访记录', 'No follow-up is recorded yet'),
  allotment_in_use: kind(409, '该预留名额正在使用', 'The allotment is in use'),
  department_in_use: kind(409, '该科室仍有资源池', 'The department still has resource pools'),
  arrival_settled: kind(409, '接收后不能撤销到院', 'An arrival cannot be revoked after reception'),
  clock_backwards: kind(409, '测试时钟只能向前', 'The test clock only moves forward'),
  idempotency_key_reused: kind(422, 'Idempotency-Key 已用于其他请求', 'The Idempotency-Key was used for another request'),
  invalid_content: kind(422, '内容不符合业务规则', 'The content breaks a rule'),
  no_policy: kind(422, '没有适用的医保政策', 'No insurance policy applies'),
  no_candidate: kind(422, '没有可接收的机构', 'No institution can take the patient'),
  overloaded: kind(503, '服务繁忙，请稍后重试', 'The service is overloaded', true),
  unavailable: kind(503, '服务暂不可用', 'The service is unavailable', true),
  internal: kind(500, '服务内部错误', 'Internal error', true),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** A sentence in both languages of the service. */
export interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

/** One field that is wrong: a JSON pointer into the request body, `?name` for a query parameter. */
export interface FieldError {
  readonly pointer: string;
  readonly message: Bilingual;
}

export interface RefusalDetail {
  readonly detail?: Bilingual;
  readonly errors?: readonly FieldError[];
  /** What stands in the way, in a form that the caller may see. */
  readonly conflicts?: readonly object[];
  /** What could be done instead. */
  readonly alternatives?: readonly object[];
  readonly asOf?: number;
  readonly currentStatus?: string;
  readonly allowedActions?: readonly string[];
}

/** A request that was understood and refused. Returned, never thrown. */
export class Refusal {
  constructor(
    readonly code: ProblemCode,
    readonly extra: RefusalDetail = {},
  ) {}
}

export function refuse(code: ProblemCode, extra?: RefusalDetail): Refusal {
  return new Refusal(code, extra);
}

export function isRefusal(value: unknown): value is Refusal {
  return value instanceof Refusal;
}

/** A refusal for wrong content, with a pointer to each field. */
export function invalid(...errors: FieldError[]): Refusal {
  return new Refusal('invalid_content', { errors });
}

export function field(pointer: string, zh: string, en: string): FieldError {
  return { pointer, message: { zh, en } };
}

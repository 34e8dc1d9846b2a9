/**
 * The one table of everything that can be refused. Refusals are data: a use case returns them, one
 * place turns them into `application/problem+json`. Codes are stable and never translated; the order
 * of the table is the order of precedence of the contract.
 */
export interface ProblemKind {
  readonly status: number;
  /** The title, in both languages. */
  readonly zh: string;
  readonly en: string;
  /** What it means or what to do about it, where a refusal says nothing nearer. Tells no more than the code does. */
  readonly detail: Bilingual;
  /** True where the same request may succeed later without a change. */
  readonly retryable: boolean;
}

function kind(status: number, zh: string, en: string, detailZh: string, detailEn: string, retryable = false): ProblemKind {
  return { status, zh, en, detail: { zh: detailZh, en: detailEn }, retryable };
}

export const PROBLEMS = {
  unauthenticated: kind(
    401, '未提供有效凭证', 'No valid credentials',
    '请在 Authorization 头中以 Bearer 方式提供有效且未被注销的密钥',
    'Send a key that is valid and not revoked as `Authorization: Bearer <key>`',
  ),
  malformed_request: kind(
    400, '请求无法解析', 'The request cannot be parsed',
    '请检查网址编码、请求头与 JSON 语法后重新发送',
    'Correct the encoding of the URL, the headers or the JSON of the body, then send it again',
  ),
  idempotency_key_required: kind(
    400, '缺少 Idempotency-Key', 'Idempotency-Key is required',
    '改变状态的 POST 须带 Idempotency-Key 请求头，每项操作取一个新值，重试时沿用原值',
    'A POST that changes state carries an `Idempotency-Key` header: a new one for each deed, the same one for its repetition',
  ),
  act_for_required: kind(
    400, '须用 Act-For 指明代表的机构', 'Act-For must name the institution acted for',
    '该密钥代表多家机构，请在 Act-For 请求头中填写本次所代表机构的编号',
    'This key acts for several institutions: name the one acted for in the `Act-For` header',
  ),
  request_timeout: kind(
    408, '请求未在时限内送达', 'The request did not arrive in time',
    '请检查网络后重新发送完整请求',
    'The connection was too slow or broke off: send the whole request again',
    true,
  ),
  headers_too_large: kind(
    431, '请求头过大', 'The request headers are too large',
    '请减少或缩短请求头与网址',
    'Send fewer or shorter headers, or a shorter URL',
  ),
  unsupported_media_type: kind(
    415, '不支持的内容类型', 'Unsupported media type',
    '请求体须为 UTF-8 编码的 JSON，Content-Type 为 application/json',
    'A body is JSON in UTF-8, sent as `application/json`',
  ),
  payload_too_large: kind(
    413, '请求内容过大', 'The request body is too large',
    '请求体上限为 1 MiB，文档为 10 MiB',
    'A body may have 1 MiB, a document 10 MiB',
  ),
  invalid_request: kind(
    422, '请求内容不符合要求', 'The request does not meet the contract',
    '请按 errors 逐项修改字段或查询参数，未知字段同样不予接受',
    'Correct each field or parameter that `errors` points at; an unknown one is refused like a wrong one',
  ),
  invalid_cursor: kind(
    422, '分页游标无效', 'The cursor is not one of this list',
    '请原样使用本列表上一页返回的 nextCursor，或不带 cursor 从头查询',
    'Send the `nextCursor` of the same list unchanged, or none to begin anew',
  ),
  window_too_wide: kind(
    422, '查询时间范围过大', 'The window is too wide',
    '请缩短起止日期之间的范围，分多次查询',
    'Ask for fewer days at once, several times',
  ),
  forbidden: kind(
    403, '当前角色无权执行此操作', 'The role does not permit this',
    '该密钥没有此操作所需的角色，或不代表所涉机构；所需角色见接口文档',
    'The key has none of the roles that this asks for, or does not act for the institution; the API document names the roles of each operation',
  ),
  rate_limited: kind(
    429, '请求过于频繁', 'Too many requests',
    '请在 Retry-After 所示秒数之后重试',
    'Wait as many seconds as `Retry-After` says, then send it again',
    true,
  ),
  not_found: kind(
    404, '未找到', 'Not found',
    '该地址或编号下没有当前调用方可以看到的内容',
    'Nothing that this caller may see stands under this address or id',
  ),
  method_not_allowed: kind(
    405, '不支持的请求方法', 'Method not allowed',
    '请使用 Allow 头列出的方法',
    'Use one of the methods that the `Allow` header lists',
  ),
  wrong_party: kind(
    403, '应由另一方执行此操作', 'This is for the other party to do',
    '当前机构不是可执行此操作的一方，请由转诊的另一方或该记录所属机构办理',
    'The institution acted for is not the side that may do this: it is for the other side of the referral, or for whom the record belongs to',
  ),
  not_in_consortium: kind(
    403, '双方不在同一医联体', 'The institutions share no consortium',
    '转出机构的医联体规定不得向外转诊，请改选同一医联体内的机构',
    'The consortium of the sender refuses referrals to outside: choose a receiver that shares a consortium',
  ),
  version_mismatch: kind(
    412, '记录已被更新', 'The record has changed since it was read',
    '请重新读取记录，确认变化后以新的 ETag 作为 If-Match 再次提交',
    'Read the record again, look at what has changed, and send the new `ETag` as `If-Match`',
  ),
  idempotency_in_progress: kind(
    409, '同一请求正在处理中', 'The same request is still being processed',
    '带有同一 Idempotency-Key 的请求尚未完成，请稍后以相同内容重试',
    'A request with this `Idempotency-Key` has not ended: repeat the same one in a moment to get its answer',
    true,
  ),
  invalid_transition: kind(
    409, '当前状态不允许此操作', 'The present status does not permit this',
    '记录的当前状态见 currentStatus，可执行的操作见 allowedActions（如有）',
    '`currentStatus` is the present status, and `allowedActions`, where it is given, what can be done in it',
  ),
  duplicate_open_referral: kind(
    409, '已有进行中的同类转诊', 'An open referral of the same kind exists',
    '该患者同类转诊尚未结束，见 conflicts；请先联系其接收机构或结束原转诊',
    'A referral of this patient for the same is not ended, see `conflicts`: speak to its receiver, or end it first',
  ),
  session_full: kind(
    409, '名额已满', 'No place is left',
    '请从 alternatives 中改选其他时间或机构',
    'Choose another time or institution from `alternatives`',
  ),
  session_closed: kind(
    409, '该时段已停诊或停用', 'The session is closed',
    '请改选其他时段；未占用任何名额',
    'Choose another session; no place was taken',
  ),
  session_over: kind(
    409, '该时段已结束', 'The session is over',
    '请改选尚未结束的时段；未占用任何名额',
    'Choose a session that has not ended; no place was taken',
  ),
  session_not_open: kind(
    409, '该时段尚未对贵机构开放', 'The session is not yet open to this sender',
    '该时段的名额稍后才向贵机构开放，请届时再试或改选其他时段',
    'Its places open to this sender later: try again then, or choose another session',
  ),
  already_reserved: kind(
    409, '该转诊已占用此时段', 'The referral already holds a place in this session',
    '同一转诊在同一时段只占一个名额，请使用已有的预约',
    'A referral has one place in a session: use the reservation that holds it',
  ),
  hold_expired: kind(
    409, '预留已过期', 'The hold has expired',
    '预留的名额已经释放，请重新预约',
    'The places that were held are free again: reserve anew',
  ),
  already_extended: kind(
    409, '预留只能延长一次', 'A hold is extended once only',
    '请在到期前确认，或到期后重新预约',
    'Confirm it before it ends, or reserve anew afterwards',
  ),
  already_redeemed: kind(
    409, '该权益已核销', 'The entitlement item is already redeemed',
    '每项权益只核销一次；就诊取消的，先作废原核销',
    'Each item is redeemed once; where the visit was cancelled, void the redemption first',
  ),
  not_entitled: kind(
    409, '不享有该项优惠', 'The item was not granted',
    '本次转诊未获得该项权益，或该项已不可再用；依据见转诊的 entitlement',
    'The referral was not granted this item, or it is settled: its `entitlement` says why',
  ),
  follow_up_missing: kind(
    409, '尚无随访记录', 'No follow-up is recorded yet',
    '下转须先登记至少一次随访（已完成或失访），才能办结',
    'Record at least one follow-up, made or tried in vain, before a down-referral is completed',
  ),
  allotment_in_use: kind(
    409, '该预留名额正在使用', 'The allotment is in use',
    '仍有预约占用拟删除的预留名额，见 conflicts',
    'Reservations draw on the allotment that would be removed, see `conflicts`',
  ),
  department_in_use: kind(
    409, '该科室仍有资源池', 'The department still has resource pools',
    '请先停用或改派该科室的资源池，见 conflicts',
    'Move or end the pools of the department first, see `conflicts`',
  ),
  arrival_settled: kind(
    409, '接收后不能撤销到院', 'An arrival cannot be revoked after reception',
    '接收方已接续诊疗，到院记录不再撤销；请以 close 或 complete 结束',
    'The receiver has taken over: end the referral by `close` or `complete` instead',
  ),
  clock_backwards: kind(
    409, '测试时钟只能向前', 'The test clock only moves forward',
    '请给出不早于当前测试时钟的时刻',
    'Name an instant that is not before the present one of the test clock',
  ),
  idempotency_key_reused: kind(
    422, 'Idempotency-Key 已用于其他请求', 'The Idempotency-Key was used for another request',
    '同一 Idempotency-Key 只能用于内容完全相同的请求，新操作请换用新值',
    'An `Idempotency-Key` belongs to one request, byte by byte: take a new one for another deed',
  ),
  invalid_content: kind(
    422, '内容不符合业务规则', 'The content breaks a rule',
    '请按 errors 逐项修改；未作任何变更',
    'Correct each field that `errors` points at; nothing was changed',
  ),
  no_policy: kind(
    422, '没有适用的医保政策', 'No insurance policy applies',
    '参保地、险种与入院日期没有对应的医保政策；政策录入后可再试',
    'No policy of the insured district and scheme is in force on the date; ask again once it is written',
  ),
  no_candidate: kind(
    422, '没有可接收的机构', 'No institution can take the patient',
    '没有机构同时满足方向、能力与名额要求，请调整需求或指定接收机构',
    'No institution has the direction, the capability and the places at once: ask for less, or name a receiver',
  ),
  overloaded: kind(
    503, '服务繁忙，请稍后重试', 'The service is overloaded',
    '服务未处理该请求，请在 Retry-After 所示秒数之后重试',
    'Nothing was done: wait as many seconds as `Retry-After` says, then send it again',
    true,
  ),
  unavailable: kind(
    503, '服务暂不可用', 'The service is unavailable',
    '请稍后以相同内容重试；持续出现时请联系运维',
    'Send the same again in a moment; where it lasts, tell the operator',
    true,
  ),
  internal: kind(
    500, '服务内部错误', 'Internal error',
    '请以同一 Idempotency-Key 重试；持续出现时请将 requestId 告知运维',
    'Repeat it with the same `Idempotency-Key`; where it lasts, tell the operator the `requestId`',
    true,
  ),
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
  /** Nearer than what the table says of the code. */
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

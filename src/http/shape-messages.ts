import type { ErrorObject } from 'ajv';
import type { Bilingual } from '../kernel/problem.js';

/** What each keyword of a schema asks for, said to whoever filled in the field. */

const TYPES: Readonly<Record<string, Bilingual>> = {
  string: { zh: '文本', en: 'a string' },
  integer: { zh: '整数', en: 'an integer' },
  number: { zh: '数值', en: 'a number' },
  boolean: { zh: '布尔值', en: 'true or false' },
  object: { zh: '对象', en: 'an object' },
  array: { zh: '数组', en: 'an array' },
  null: { zh: 'null', en: 'null' },
};

const FORMATS: Readonly<Record<string, Bilingual>> = {
  'date-time': { zh: '须为带时区偏移的 RFC 3339 时间', en: 'Must be an RFC 3339 date-time with an offset' },
  date: { zh: '须为存在的日期 YYYY-MM-DD', en: 'Must be an existing date, YYYY-MM-DD' },
};

type Message = (params: Record<string, unknown>) => Bilingual;

const MESSAGES: Readonly<Record<string, Message>> = {
  required: () => ({ zh: '必填', en: 'Is required' }),
  additionalProperties: () => ({ zh: '未知字段', en: 'Unknown field' }),
  type: ({ type }) => typeMessage(String(type)),
  enum: ({ allowedValues }) => {
    const values = (allowedValues as readonly unknown[]).join(', ');
    return { zh: `须为以下之一：${values}`, en: `Must be one of: ${values}` };
  },
  const: ({ allowedValue }) => ({ zh: `须为 ${String(allowedValue)}`, en: `Must be ${String(allowedValue)}` }),
  minLength: ({ limit }) => ({ zh: `至少 ${limit} 个字符`, en: `At least ${limit} character(s)` }),
  maxLength: ({ limit }) => ({ zh: `至多 ${limit} 个字符`, en: `At most ${limit} characters` }),
  minimum: ({ limit }) => ({ zh: `不得小于 ${limit}`, en: `Must not be below ${limit}` }),
  maximum: ({ limit }) => ({ zh: `不得大于 ${limit}`, en: `Must not be above ${limit}` }),
  minItems: ({ limit }) => ({ zh: `至少 ${limit} 项`, en: `At least ${limit} item(s)` }),
  maxItems: ({ limit }) => ({ zh: `至多 ${limit} 项`, en: `At most ${limit} items` }),
  uniqueItems: () => ({ zh: '有重复项', en: 'Contains duplicates' }),
  format: ({ format }) => FORMATS[String(format)] ?? { zh: '格式不正确', en: 'Has the wrong format' },
  pattern: ({ pattern }) =>
    pattern === '\\S' ? { zh: '不得为空白', en: 'Must not be blank' } : { zh: `格式须符合 ${pattern}`, en: `Must match ${pattern}` },
};

const OTHERWISE: Bilingual = { zh: '不符合要求', en: 'Is not valid' };

export function typeMessage(...types: readonly string[]): Bilingual {
  const words = types.map((type) => TYPES[type] ?? { zh: type, en: type });
  return { zh: `须为${words.map((word) => word.zh).join('或')}`, en: `Must be ${words.map((word) => word.en).join(' or ')}` };
}

export function shapeMessage(error: ErrorObject): Bilingual {
  return MESSAGES[error.keyword]?.(error.params) ?? OTHERWISE;
}

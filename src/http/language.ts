import type { Bilingual } from '../kernel/problem.js';
import { plugin } from './plugin.js';

export type Language = 'zh' | 'en';

declare module 'fastify' {
  interface FastifyRequest {
    readonly language: Language;
  }
}

/** `request.language`, read from the header when somebody asks: most answers speak none. */
export const languages = plugin<object>('languages', (app) => {
  app.decorateRequest('language', {
    getter() {
      return languageOf(this.headers['accept-language']);
    },
  });
});

/** The header that names each language in an answer. */
export const LANGUAGE_TAG: Record<Language, string> = { zh: 'zh-CN', en: 'en' };

/**
 * The language of a problem document, from `Accept-Language`: English where the caller prefers it to
 * Chinese, otherwise Chinese (the default too where the header says neither).
 */
export function languageOf(header: string | undefined): Language {
  if (header === undefined) return 'zh';
  let zh = 0;
  let en = 0;
  for (const part of header.toLowerCase().split(',', 20)) {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const weight = weightOf(parameters);
    if (tag === 'zh' || tag.startsWith('zh-')) zh = Math.max(zh, weight);
    else if (tag === 'en' || tag.startsWith('en-')) en = Math.max(en, weight);
  }
  return en > zh ? 'en' : 'zh';
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  if (q === undefined) return 1;
  const weight = Number(q.slice(2));
  return Number.isFinite(weight) ? weight : 0;
}

export function say(text: Bilingual, language: Language): string {
  return language === 'en' ? text.en : text.zh;
}

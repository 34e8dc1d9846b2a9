import t from 'tap';
import { languageOf } from '../../src/http/language.js';

const ROWS: readonly (readonly [header: string | undefined, language: 'zh' | 'en', why: string])[] = [
  [undefined, 'zh', 'nothing said: the language of the clerks'],
  ['', 'zh', 'nothing said'],
  ['zh-CN', 'zh', ''],
  ['en', 'en', ''],
  ['en-GB,en;q=0.9', 'en', 'a region is as good as none'],
  ['EN-us', 'en', 'in whatever case'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh', 'a Chinese browser'],
  ['en-US,en;q=0.9,zh;q=0.8', 'en', 'an English browser'],
  ['fr,de;q=0.9', 'zh', 'neither: the default'],
  ['fr,en;q=0.1', 'en', 'little English is more than no Chinese'],
  ['en;q=0', 'zh', 'English refused'],
  ['en;q=0.5,zh;q=0.5', 'zh', 'as welcome as English: the default'],
  ['*', 'zh', 'anything: the default'],
  ['en;q=x', 'zh', 'a weight that is none'],
  [', ,;;q=1,en', 'en', 'noise around it'],
];

t.test('English where it is preferred to Chinese, otherwise Chinese', async (t) => {
  for (const [header, language, why] of ROWS) t.equal(languageOf(header), language, `${header}: ${why}`);
});

import t from 'tap';
import { coversDepartment, creditCheckOf, isSocialCreditCode, normaliseDepartment } from '../../src/domain/codes.js';

t.test('统一社会信用代码 is checked as GB 32100 says', async (t) => {
  const codes: [string, boolean, string][] = [
    ['91350100M000100Y43', true, 'the example of the standard'],
    ['91350100M000100Y34', false, 'its last two exchanged'],
    ['91350100M000100Y4', false, 'one character short'],
    ['91350100M000100Y433', false, 'one too many'],
    ['91350100m000100y43', false, 'small letters'],
    ['9135O100M000100Y43', false, 'a letter O, which the alphabet does not have'],
    ['19350100M000100Y43', false, 'the first two exchanged'],
    ['', false, 'nothing'],
  ];
  for (const [code, valid, what] of codes) t.equal(isSocialCreditCode(code), valid, `${code}: ${what}`);
});

t.test('a change of any single character is noticed', async (t) => {
  const code = '91350100M000100Y43';
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  for (let i = 0; i < 18; i += 1) {
    for (const other of alphabet) {
      const changed = code.slice(0, i) + other + code.slice(i + 1);
      if (isSocialCreditCode(changed) !== (changed === code)) t.fail(`${changed} passes for ${code}`);
    }
  }
  t.equal(creditCheckOf(code), '3');
});

t.test('a department is kept without the A of some registers', async (t) => {
  t.equal(normaliseDepartment('A03.04'), '03.04');
  t.equal(normaliseDepartment('03.04'), '03.04');
});

t.test('a sub-subject does what is asked of its subject, not the reverse', async (t) => {
  const rows: [string, string, boolean][] = [
    ['03.04', '03.04', true],
    ['03.04', '03', true],
    ['03', '03.04', false],
    ['03.04.01', '03.04', true],
    ['03.05', '03.04', false],
  ];
  for (const [department, asked, covers] of rows) t.equal(coversDepartment(department, asked), covers, `${department} for ${asked}`);
});

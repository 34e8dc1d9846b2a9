import t from 'tap';
import type { Patient } from '../../src/contract/referral.js';
import { checkDigitOf, checkPatient, contradiction, isResidentId, normaliseIdNumber, normalisePatient } from '../../src/domain/identity.js';

const TODAY = '2018-03-05';

/** number · valid · why (GB 11643) */
const NUMBERS: readonly (readonly [string, boolean, string])[] = [
  ['11010519491231002X', true, 'the example of the standard, check character X'],
  ['440104199001011232', true, 'Guangzhou, a man'],
  ['430602198506150025', true, 'Yueyang, a woman'],
  ['510623199001010011', false, 'wrong check digit'],
  ['210204196802113219', false, 'wrong check digit'],
  ['440104199001011233', false, 'one digit mistyped'],
  ['440104199001012132', false, 'two digits swapped'],
  [`${'44010420180229001'}${checkDigitOf('44010420180229001')}`, false, '29 February of a common year'],
  [`${'44010420160229001'}${checkDigitOf('44010420160229001')}`, true, '29 February of a leap year'],
  [`${'44010420180305001'}${checkDigitOf('44010420180305001')}`, true, 'born today'],
  [`${'44010420180306001'}${checkDigitOf('44010420180306001')}`, false, 'born tomorrow'],
  [`${'44010418491231001'}${checkDigitOf('44010418491231001')}`, false, 'nobody is that old'],
  [`${'81000019900101001'}${checkDigitOf('81000019900101001')}`, true, 'residence permit of Hong Kong: the same check'],
  [`${'83000019900101001'}${checkDigitOf('83000019900101001')}`, true, 'residence permit of Taiwan'],
  ['11010519491231002x', false, 'a small x is no check character: it is made large before'],
  ['110105491231002', false, 'the fifteen digits of before 1999'],
  ['01010519491231002X', false, 'no district begins with 0'],
  ['', false, 'nothing'],
];

t.test('a resident identity number is checked as GB 11643 says', async (t) => {
  for (const [number, valid, why] of NUMBERS) t.equal(isResidentId(number, TODAY), valid, `${number} · ${why}`);
});

t.test('every single mistyped digit is found (MOD 11-2)', async (t) => {
  const number = '440104199001011232';
  for (let i = 0; i < 17; i += 1) {
    for (const digit of '0123456789') {
      if (digit === number[i]) continue;
      const mistyped = number.slice(0, i) + digit + number.slice(i + 1);
      if (isResidentId(mistyped, TODAY)) t.fail(mistyped);
    }
  }
});

t.test('a number is compared in one form, however it was typed', async (t) => {
  for (const typed of ['11010519491231002x', ' 110105 19491231 002X ', '１１０１０５１９４９１２３１００２Ｘ']) {
    t.equal(normaliseIdNumber(typed), '11010519491231002X', typed);
  }
  const { idType: _type, idNumber: _number, ...unknown } = man;
  t.same(normalisePatient({ ...unknown, idNumber: '11010519491231002x' }).idType, '01', 'an unnamed document is the identity card');
  t.same(normalisePatient(unknown), unknown, 'no number, no type');
});

const man: Patient = { name: '陈志明', sex: '1', birthDate: '1990-01-01', idType: '01', idNumber: '440104199001011232', phone: '13800138000' };
const { idType: _type, idNumber: _number, ...nameless } = man;
const mother = { name: '李淑芬', relation: '母亲', idType: '01' as const, idNumber: '430602198506150025' };

/** type (CV02.01.101) · as typed · in normal form, null: refused */
const OTHER_DOCUMENTS: readonly (readonly [string, NonNullable<Patient['idType']>, string, string | null])[] = [
  ['an officer’s card', '04', '军字第1234567号', '军字第1234567号'],
  ['the same in full width, with blanks', '04', ' 军字第１２３４５６７号 ', '军字第1234567号'],
  ['a permit for Hong Kong and Macao', '06', 'H1234567(8)', 'H1234567(8)'],
  ['the same in full width and small', '06', 'ｈ１２３４５６７（８）', 'H1234567(8)'],
  ['a permit for Taiwan', '07', '12345678', '12345678'],
  ['a household register', '02', '粤-440104-001', '粤-440104-001'],
  ['a passport', '03', 'e12345678', 'E12345678'],
  ['three characters', '99', '军12', null],
  ['more than thirty-two, once they are of one width', '99', '㈱'.repeat(11), null],
  ['a sign', '04', '军字#1234567', null],
  ['a character of no width', '04', '军字\u200b1234567', null],
  ['a control character', '06', 'H1234567\u00078', null],
  ['letters of another script', '03', 'Е12345678', null],
  ['nothing but blanks', '99', '     ', null],
];

t.test('the number of another document: letters, digits, hyphens, parentheses, Chinese characters', async (t) => {
  for (const [what, idType, idNumber, normal] of OTHER_DOCUMENTS) {
    const { errors } = checkPatient({ ...man, idType, idNumber }, TODAY, false);
    t.same(errors.map((e) => e.pointer), normal === null ? ['/patient/idNumber'] : [], what);
    const guardian = { ...mother, idType, idNumber };
    t.same(checkPatient({ ...nameless, guardian }, TODAY, false).errors.map((e) => e.pointer), normal === null ? ['/patient/guardian/idNumber'] : [], `${what}, of a guardian`);
    if (normal !== null) t.equal(normalisePatient({ ...man, idType, idNumber }).idNumber, normal, `${what}: as it is kept and found`);
  }
  t.same(checkPatient({ ...man, idType: '01', idNumber: '军字第1234567号' }, TODAY, false).errors.map((e) => e.pointer), ['/patient/idNumber'], 'an identity card has its own check');
});

/** who · emergency · pointers of errors · warnings */
const PEOPLE: readonly (readonly [string, Patient, boolean, readonly string[], readonly string[]])[] = [
  ['a man with his card', man, false, [], []],
  ['a wrong number', { ...man, idNumber: '510623199001010011' }, false, ['/patient/idNumber'], []],
  ['a wrong number in an emergency', { ...man, idNumber: '510623199001010011' }, true, ['/patient/idNumber'], []],
  ['sex says woman, number says man', { ...man, sex: '2' }, false, [], ['sex-differs-from-id']],
  ['sex not stated', { ...man, sex: '9' }, false, [], []],
  ['another birth date than the number says', { ...man, birthDate: '1990-01-02' }, false, [], ['birth-date-differs-from-id']],
  ['born tomorrow', { ...man, birthDate: '2018-03-06', idType: '99', idNumber: 'NB-2018' }, false, ['/patient/birthDate'], []],
  ['nobody knows who it is', nameless, false, ['/patient/idNumber'], []],
  ['nobody knows who it is, in an emergency', nameless, true, [], []],
  ['an infant with its mother', { ...nameless, birthDate: '2018-02-01', guardian: mother }, false, [], []],
  ['a guardian with a wrong number', { ...nameless, guardian: { ...mother, idNumber: '210204196802113219' } }, false, ['/patient/guardian/idNumber'], []],
  ['a guardian with a wrong telephone', { ...nameless, guardian: { ...mother, phone: '110' } }, false, ['/patient/guardian/phone'], []],
  ['a passport', { ...man, idType: '03', idNumber: 'E12345678' }, false, [], []],
  ['a passport with signs', { ...man, idType: '03', idNumber: 'E1234#' }, false, ['/patient/idNumber'], []],
  ['a type of document without its number', { ...nameless, idType: '03' }, true, ['/patient/idNumber'], []],
];

t.test('who the patient is: what is refused, and what is only noticed', async (t) => {
  for (const [who, patient, emergency, errors, warnings] of PEOPLE) {
    const checks = checkPatient(patient, TODAY, emergency);
    t.same([checks.errors.map((e) => e.pointer), checks.warnings.map((w) => w.code)], [errors, warnings], who);
  }
});

t.test('a telephone is a mobile, or a landline with its area', async (t) => {
  const PHONES: Record<string, boolean> = {
    '13800138000': true, '+8613800138000': true, '138-0013-8000': false, '12800138000': false, '1380013800': false,
    '020-86830000': true, '02086830000': true, '(020)86830000': true, '86830000': true, '0754-8868000': true, '020-86830000-123': true, '020 8683 0000转123': true, '+86-020-86830000': true,
    '110': false, 'abc': false, '020-16830000': false,
  };
  for (const [phone, valid] of Object.entries(PHONES)) {
    t.equal(checkPatient({ ...man, phone }, TODAY, false).errors.length === 0, valid, phone);
  }
});

const passport: Patient = { ...man, idType: '03', idNumber: 'E12345678' };

/** one · the other · what speaks against one person */
const PAIRS: readonly (readonly [string, Patient, Patient, ReturnType<typeof contradiction>])[] = [
  ['a card and a passport that agree', man, passport, undefined],
  ['a man and a woman', man, { ...passport, sex: '2' }, 'sex'],
  ['a sex that was not stated', man, { ...passport, sex: '9' }, undefined],
  ['a sex that nobody could tell', { ...passport, sex: '0' }, { ...passport, sex: '2' }, undefined],
  ['two dates of birth', man, { ...passport, birthDate: '1990-01-02' }, 'birth-date'],
  ['a date stated wrongly beside a card that says it rightly', { ...man, birthDate: '1990-01-02' }, passport, undefined],
  ['a sex stated wrongly beside a card that says it rightly', { ...man, sex: '2' }, passport, undefined],
  ['a card that agrees with the passport in neither', { ...man, birthDate: '1990-01-02' }, { ...passport, birthDate: '1990-01-03' }, 'birth-date'],
  ['no sex stated, but the card says it', { ...man, sex: '9' }, { ...passport, sex: '2' }, 'sex'],
  ['somebody unknown, whose age was guessed', { ...nameless, birthDate: '1970-01-01' }, man, undefined],
  ['somebody unknown, of another sex', { ...nameless, sex: '2', birthDate: '1970-01-01' }, man, 'sex'],
  ['an infant by its mother, born on another day', { ...nameless, guardian: mother, birthDate: '2018-02-01' }, { ...passport, birthDate: '2018-02-02' }, 'birth-date'],
];

t.test('two statements are not about one person where sex or date of birth contradict; a guessed age does not', async (t) => {
  for (const [what, a, b, expected] of PAIRS) t.same([contradiction(a, b), contradiction(b, a)], [expected, expected], what);
});

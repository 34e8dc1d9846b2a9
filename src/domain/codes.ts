/** Codes that carry a check of their own, and the one form in which they are kept and compared. */

/** GB 32100: no I, O, S, V, Z, which are misread. The place in the alphabet is the value. */
const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
/** 3^i mod 31, from the first character on. */
const CREDIT_WEIGHTS = Array.from({ length: 17 }, (_, i) => 3 ** i % 31);

/** 统一社会信用代码 (GB 32100): 17 characters and a check over them, modulo 31. */
export function isSocialCreditCode(code: string): boolean {
  return code.length === 18 && code[17] === creditCheckOf(code);
}

/** The check character for the first 17; undefined where one of them is not of the alphabet. */
export function creditCheckOf(code: string): string | undefined {
  let sum = 0;
  for (const [i, weight] of CREDIT_WEIGHTS.entries()) {
    const value = CREDIT_ALPHABET.indexOf(code[i] ?? '?');
    if (value < 0) return undefined;
    sum += value * weight;
  }
  return CREDIT_ALPHABET[(31 - (sum % 31)) % 31];
}

/** A subject of diagnosis and treatment (诊疗科目) as it is kept: some registers write A03, others 03. */
export function normaliseDepartment(code: string): string {
  return code.startsWith('A') ? code.slice(1) : code;
}

/** Whether a department does what is asked of a subject: 03.04 心血管 is asked of itself, or as 03 内科. */
export function coversDepartment(department: string, asked: string): boolean {
  return department === asked || department.startsWith(`${asked}.`);
}

/**
 * Identity as lists, logs and strangers may see it: enough for two clerks on the telephone to be sure
 * that they mean the same person, not enough to know who it is.
 */

/** 张三 → 张*, 李小明 → 李*明: the first character, and from three on the last. */
export function maskName(name: string): string {
  const characters = [...name];
  if (characters.length < 2) return '*';
  const last = characters.length > 2 ? (characters.at(-1) ?? '') : '';
  return `${characters[0]}${'*'.repeat(Math.max(1, characters.length - 2))}${last}`;
}

/** 440114199001011232 → 440***********1232: of a resident's number the province's digits and the last four, of others less. */
export function maskIdNumber(idNumber: string): string {
  return idNumber.length >= 15 ? maskMiddle(idNumber, 3, 4) : maskMiddle(idNumber, 1, 2);
}

/** 13812345678 → 138****5678. */
export function maskPhone(phone: string): string {
  return phone.length >= 11 ? maskMiddle(phone, 3, 4) : maskMiddle(phone, 0, 2);
}

function maskMiddle(text: string, head: number, tail: number): string {
  const hidden = text.length - head - tail;
  return hidden < 2 ? '*'.repeat(text.length) : `${text.slice(0, head)}${'*'.repeat(hidden)}${text.slice(-tail)}`;
}

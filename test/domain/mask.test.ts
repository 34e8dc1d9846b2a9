import t from 'tap';
import { maskIdNumber, maskName, maskPhone } from '../../src/domain/mask.js';

t.test('a name keeps its first character, and from three on its last', async (t) => {
  const rows = [['张三', '张*'], ['李小明', '李*明'], ['欧阳小明', '欧**明'], ['王', '*'], ['', '*'], ['𠮷田', '𠮷*'], ['Ann', 'A*n']] as const;
  for (const [name, masked] of rows) t.equal(maskName(name), masked, name);
});

t.test('a number keeps what two clerks need on the telephone', async (t) => {
  const rows = [['440114199001011232', '440***********1232'], ['440114900101123', '440********1123'], ['E12345678', 'E******78'], ['A1', '**'], ['1', '*']] as const;
  for (const [number, masked] of rows) t.equal(maskIdNumber(number), masked, number);
});

t.test('a telephone number keeps its first three and last four digits; a short one less', async (t) => {
  const rows = [['13812345678', '138****5678'], ['020-86830000', '020*****0000'], ['86830000', '******00'], ['110', '***']] as const;
  for (const [phone, masked] of rows) t.equal(maskPhone(phone), masked, phone);
});

t.test('what is masked is as long as it was, and more than a third of it is hidden', async (t) => {
  for (const text of ['1', '12', '123', '1234', '12345', '1234567', '123456789', '12345678901', '123456789012345', '440114199001011232']) {
    for (const masked of [maskIdNumber(text), maskPhone(text)]) {
      t.equal(masked.length, text.length);
      t.ok([...masked].filter((c) => c === '*').length * 3 > text.length, masked);
    }
  }
});

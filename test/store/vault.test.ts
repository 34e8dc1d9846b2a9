import { createPublicKey, randomBytes, verify } from 'node:crypto';
import t from 'tap';
import { StoreError } from '../../src/store/errors.js';
import { openVault, pooled } from '../../src/store/vault.js';

/** The sentences in which it says no. */
const MESSAGE = {
  altered: 'a sealed value was changed, or moved to another row',
  refused: 'a sealed value was made with a data key that is not at hand',
};
const KEY = randomBytes(32);
const random = pooled(randomBytes);
const vault = openVault(KEY, [], random);

t.test('what is sealed comes back, and looks different every time', async (t) => {
  for (const value of [{ name: '张三', phone: null }, 'text', 0, [], '']) {
    const [a, b] = [vault.seal('patient:1', value), vault.seal('patient:1', value)];
    t.not(a, b);
    t.strictSame(vault.open('patient:1', a), value);
  }
  t.strictSame([...vault.openBytes('document:1', vault.sealBytes('document:1', new Uint8Array([0, 255])))], [0, 255]);
  t.strictSame([...vault.openBytes('document:1', vault.sealBytes('document:1', new Uint8Array(0)))], []);
});

t.test('a sealed value opens in its own row only, and only unchanged', async (t) => {
  const sealed = vault.seal('patient:1', { name: '张三' });
  t.throws(() => vault.open('patient:2', sealed), new StoreError('altered', MESSAGE['altered']));
  const bytes = Buffer.from(sealed, 'base64url');
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes);
    changed[i]! ^= 1;
    t.throws(() => vault.open('patient:1', changed.toString('base64url')), { name: 'StoreError' }, `byte ${i}`);
  }
  for (const length of [0, 3, 16, bytes.length - 1]) {
    t.throws(() => vault.openBytes('patient:1', bytes.subarray(0, length)), { name: 'StoreError' }, `cut to ${length}`);
  }
});

t.test('no error tells what was sealed', async (t) => {
  const sealed = vault.seal('patient:1', { name: '张三' });
  try {
    vault.open('patient:2', sealed);
  } catch (error) {
    t.notMatch(String((error as Error).stack), /张三/);
  }
});

t.test('another data key opens nothing; an older one at hand does', async (t) => {
  const sealed = vault.seal('r', 'secret');
  const other = openVault(randomBytes(32), [], random);
  t.throws(() => other.open('r', sealed), new StoreError('refused', MESSAGE['refused']));
  const rotated = openVault(randomBytes(32), [KEY], random);
  t.equal(rotated.open('r', sealed), 'secret');
  t.throws(() => vault.open('r', rotated.seal('r', 'new')), new StoreError('refused', MESSAGE['refused']), 'what the new key seals needs the new key');
  t.equal(rotated.digest('01', 'x'), vault.digest('01', 'x'), 'patients are still found');
  t.equal(rotated.publicKey, vault.publicKey, 'heads are still verified');
  t.equal(rotated.fingerprint, vault.fingerprint, 'it is the same database');
});

t.test('a digest depends on the type, the number and the key, and does not run them together', async (t) => {
  const digests = [vault.digest('01', '12'), vault.digest('03', '12'), vault.digest('0', '112'), openVault(randomBytes(32), [], random).digest('01', '12')];
  t.equal(new Set(digests).size, 4);
  t.match(digests[0], /^[\w-]{22}$/);
  t.equal(vault.digest('01', '12'), digests[0]);
});

t.test('a signature holds for its text alone, and anybody with the public key can check it', async (t) => {
  const signature = vault.sign('head 1');
  t.ok(vault.verify('head 1', signature));
  for (const [text, wrong] of [['head 2', signature], ['head 1', 'AAAA'], ['head 1', ''], ['head 1', openVault(randomBytes(32), [], random).sign('head 1')]] as const) {
    t.notOk(vault.verify(text, wrong));
  }
  const raw = Buffer.from(vault.publicKey, 'base64');
  t.equal(raw.length, 32);
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  t.ok(verify(null, Buffer.from('head 1'), key, Buffer.from(signature, 'base64')));
});

t.test('a data key of another length is refused', async (t) => {
  t.throws(() => openVault(randomBytes(31), [], random), /32 bytes/);
  t.throws(() => openVault(KEY, [randomBytes(33)], random), /32 bytes/);
});

t.test('pooled randomness hands out every byte once', async (t) => {
  let next = 0;
  const counting = pooled((length) => Uint8Array.from({ length }, () => next++ % 256), 8);
  t.strictSame([...counting(3)], [0, 1, 2]);
  t.strictSame([...counting(5)], [3, 4, 5, 6, 7]);
  t.strictSame([...counting(6)], [8, 9, 10, 11, 12, 13]);
  t.strictSame([...counting(6)], [16, 17, 18, 19, 20, 21], 'a rest too small is dropped, not mixed');
  t.equal(counting(20).length, 20, 'more than a pool comes from the source');
});

t.test('the hash of a key and of a text is plain SHA-256', async (t) => {
  t.equal(vault.sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  t.equal(vault.hashKey('abc'), vault.sha256('abc'));
});

import {
  createCipheriv, createDecipheriv, createHmac, createPrivateKey, createPublicKey, createSecretKey, hash, hkdfSync, sign, verify, type KeyObject,
} from 'node:crypto';
import { assert } from '../kernel/assert.js';
import { passingUtf8 } from '../kernel/utf8.js';
import type { RandomBytes } from '../kernel/ids.js';
import type { Vault } from '../usecase/ports.js';
import { StoreError } from './errors.js';

/**
 * Encryption at rest: AES-256-GCM, `keyId | nonce | ciphertext | tag`, bound to its row. Keys are derived
 * from DATA_KEY by HKDF-SHA-256, one for each purpose, so that none can be turned against another.
 *
 * Rotation: the first data key seals, all of them open. Digests and signatures stay with the oldest,
 * since a patient must be found, and a head verified, under the key it was made with. Nonces are
 * random: good for 2^32 values under one key.
 */
export interface StoreVault extends Vault {
  /** Shows which founding key a database belongs to, without telling it. */
  readonly fingerprint: string;
  sealBytes(row: string, bytes: Uint8Array): Buffer;
  openBytes(row: string, sealed: Uint8Array): Buffer;
  /** Keyed hash of a text, for looking things up by what must not be read. 128 bits, base64url. */
  digestOf(purpose: string, text: string): string;
  sign(text: string): string;
}

const NONCE = 12;
const TAG = 16;
const KEY_ID = 4;
const HEADER = KEY_ID + NONCE;

interface SealKey {
  readonly id: Buffer;
  readonly key: KeyObject;
}

/** Throws where a key is not 32 bytes. `older`: former data keys, newest first. */
export function openVault(dataKey: Uint8Array, older: readonly Uint8Array[], random: RandomBytes): StoreVault {
  const keys = [dataKey, ...older];
  for (const key of keys) assert(key.length === 32, 'a data key has 32 bytes');
  const founding = keys[keys.length - 1] as Uint8Array;
  return new AesVault(keys.map(sealKeyOf), createSecretKey(derive(founding, 'digest', 32)), signingKeyOf(founding), random);
}

class AesVault implements StoreVault {
  readonly fingerprint: string;
  readonly publicKey: string;
  readonly #verifyKey: KeyObject;
  readonly #current: SealKey;
  readonly #fresh = new Fresh();

  constructor(
    private readonly keys: readonly SealKey[],
    private readonly digestKey: KeyObject,
    private readonly signingKey: KeyObject,
    private readonly random: RandomBytes,
  ) {
    this.#current = keys[0] as SealKey;
    this.#verifyKey = createPublicKey(signingKey);
    const raw = this.#verifyKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    this.publicKey = raw.toString('base64');
    this.fingerprint = hash('sha256', raw).slice(0, 16);
  }

  seal(row: string, value: unknown): string {
    const sealed = this.sealBytes(row, passingUtf8(JSON.stringify(value))).toString('base64url');
    this.#fresh.put(row, sealed, value);
    return sealed;
  }

  open<T>(row: string, sealed: string): T {
    const fresh = this.#fresh.get(row, sealed);
    if (fresh !== undefined) return fresh as T;
    return JSON.parse(this.openBytes(row, Buffer.from(sealed, 'base64url')).toString('utf8')) as T;
  }

  sealBytes(row: string, bytes: Uint8Array): Buffer {
    const nonce = this.random(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#current.key, nonce);
    cipher.setAAD(Buffer.from(row));
    const text = cipher.update(bytes);
    cipher.final(); // a stream mode: nothing is left for it
    return Buffer.concat([this.#current.id, nonce, text, cipher.getAuthTag()], HEADER + text.length + TAG);
  }

  openBytes(row: string, sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const key = bytes.length < HEADER + TAG ? undefined : this.keys.find(({ id }) => id.equals(bytes.subarray(0, KEY_ID)));
    if (key === undefined) throw new StoreError('refused', 'a sealed value was made with a data key that is not at hand');
    const cipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(KEY_ID, HEADER));
    cipher.setAAD(Buffer.from(row));
    cipher.setAuthTag(bytes.subarray(-TAG));
    const text = cipher.update(bytes.subarray(HEADER, -TAG));
    try {
      cipher.final();
    } catch {
      throw new StoreError('altered', 'a sealed value was changed, or moved to another row');
    }
    return text;
  }

  digest(idType: string, idNumber: string): string {
    return this.digestOf('identity', `${idType}\n${idNumber}`);
  }

  digestOf(purpose: string, text: string): string {
    return createHmac('sha256', this.digestKey).update(`${purpose}\n${text}`).digest().toString('base64url', 0, 16);
  }

  hashKey(key: string): string {
    return this.sha256(key);
  }

  sha256(text: string): string {
    return hash('sha256', text);
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.signingKey).toString('base64');
  }

  verify(text: string, signature: string): boolean {
    const bytes = Buffer.from(signature, 'base64');
    return bytes.length === 64 && verify(null, Buffer.from(text), this.#verifyKey, bytes);
  }
}

/** Kept at a time: more than the units of one batch. */
const FRESH = 512;

/** What was sealed a moment ago, in clear: a unit shows what it has just written, and need not decrypt it for that. */
class Fresh {
  readonly #values = new Map<string, { readonly row: string; readonly value: unknown }>();

  put(row: string, sealed: string, value: unknown): void {
    if (this.#values.size >= FRESH) {
      const [oldest] = this.#values.keys();
      if (oldest !== undefined) this.#values.delete(oldest);
    }
    this.#values.set(sealed, { row, value });
  }

  /** Only for the row it was sealed for: what was moved to another must fail as ever. */
  get(row: string, sealed: string): unknown {
    const found = this.#values.get(sealed);
    return found?.row === row ? found.value : undefined;
  }
}

/** Random bytes fetched by the page: a call to the operating system for each nonce costs more than the cipher. */
export function pooled(random: RandomBytes, size = 4_096): RandomBytes {
  let pool = random(0);
  let used = 0;
  return (length) => {
    if (length > size) return random(length);
    if (used + length > pool.length) {
      pool = random(size);
      used = 0;
    }
    used += length;
    return pool.subarray(used - length, used);
  };
}

function derive(dataKey: Uint8Array, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, 'referral-router', purpose, length));
}

function sealKeyOf(dataKey: Uint8Array): SealKey {
  return { id: derive(dataKey, 'key id', KEY_ID), key: createSecretKey(derive(dataKey, 'seal', 32)) };
}

/** RFC 8410: the PKCS #8 frame of an Ed25519 seed. */
const ED25519_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');

function signingKeyOf(dataKey: Uint8Array): KeyObject {
  const der = Buffer.concat([ED25519_SEED, derive(dataKey, 'sign heads', 32)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

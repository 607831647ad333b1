import { randomBytes } from 'node:crypto';
import { CryptoError, concat, Secret, utf8 } from '@symbolon/crypto';
import { VaultError } from '@symbolon/share-store';
import type { Handle, Mechanism } from 'pkcs11js';
import { mayBeMismatch } from './reasons.ts';
import { secretKey, type Token } from './token.ts';

const nonceLength = 12;
const tagLength = 16;
/** RFC 3394 adds one block of 8 to the 32 of a key. */
const wrappedLength = 40;
/** Of the root's identity, in front of each wrapped key: enough to tell which vault it belongs to. */
export const prefixLength = 8;
/** What is sealed under a fresh key to bind it to its place. */
const nothing = new Uint8Array(tagLength);
const keyLength = prefixLength + wrappedLength + nonceLength + nothing.length + tagLength;

/**
 * The work of one session: each key is made inside, leaves wrapped alone, and comes back as an object of this session for the
 * moment of its use. A wrapped key is prefix (8) || RFC 3394 (40) || a seal that binds it to its context (44).
 */
export class IndividualKeys {
  readonly identity: Uint8Array;
  readonly #token: Token;
  readonly #root: Handle;

  /** Throws VaultError `key-missing` and `key-unfit`, and what pkcs11js throws. */
  constructor(token: Token, label: string) {
    const found = token.findRoot(label);
    if (found === null) throw new VaultError('key-missing');
    this.#token = token;
    this.#root = found.root;
    this.identity = found.identity;
  }

  create(context: Uint8Array): Uint8Array {
    const { module, calls, session } = this.#token;
    const template = [
      ...secretKey(module, { keep: false, extractable: true }),
      { type: module.CKA_VALUE_LEN, value: 32 },
      { type: module.CKA_ENCRYPT, value: true },
      { type: module.CKA_DECRYPT, value: true },
    ];
    const key = calls.C_GenerateKey(session, { mechanism: module.CKM_AES_KEY_GEN }, template);
    try {
      const wrapped = calls.C_WrapKey(session, this.#wrapping(), this.#root, key, Buffer.alloc(wrappedLength + 8));
      return concat(this.identity.subarray(0, prefixLength), wrapped, this.#encrypt(key, binding(context), nothing));
    } finally {
      calls.C_DestroyObject(session, key);
    }
  }

  protect(wrapped: Uint8Array, context: Uint8Array, label: string, share: Secret): Uint8Array {
    return this.#with(wrapped, (key) => {
      this.#decrypt(key, binding(context), wrapped.subarray(prefixLength + wrappedLength)).wipe();
      return this.#encrypt(key, sharing(context, label), share.expose());
    });
  }

  /** To be wiped by the caller. */
  open(wrapped: Uint8Array, context: Uint8Array, label: string, sealed: Uint8Array): Secret {
    return this.#with(wrapped, (key) => this.#decrypt(key, sharing(context, label), sealed));
  }

  /** Asks the HSM for the root itself: a session may live on where its key is gone. */
  ping(): void {
    const { module, calls, session } = this.#token;
    calls.C_GetAttributeValue(session, this.#root, [{ type: module.CKA_LABEL }]);
  }

  #with<T>(wrapped: Uint8Array, use: (key: Handle) => T): T {
    if (wrapped.length !== keyLength) throw new CryptoError('open-failed');
    const { module, calls, session } = this.#token;
    const template = [
      ...secretKey(module, { keep: false, extractable: false }),
      { type: module.CKA_ENCRYPT, value: true },
      { type: module.CKA_DECRYPT, value: true },
    ];
    const bytes = copied(wrapped.subarray(prefixLength, prefixLength + wrappedLength));
    const key = this.#matching(() => calls.C_UnwrapKey(session, this.#wrapping(), this.#root, bytes, template));
    try {
      return use(key);
    } finally {
      calls.C_DestroyObject(session, key);
    }
  }

  #encrypt(key: Handle, aad: Uint8Array, plaintext: Uint8Array<ArrayBuffer>): Uint8Array {
    const { calls, session } = this.#token;
    const nonce = randomBytes(nonceLength);
    calls.C_EncryptInit(session, this.#gcm(nonce, aad), key);
    const out = Buffer.alloc(plaintext.length + tagLength);
    return concat(nonce, calls.C_Encrypt(session, viewOf(plaintext), out));
  }

  #decrypt(key: Handle, aad: Uint8Array, sealed: Uint8Array): Secret {
    if (sealed.length < nonceLength + tagLength) throw new CryptoError('open-failed');
    const { calls, session } = this.#token;
    const ciphertext = copied(sealed.subarray(nonceLength));
    const plaintext = Secret.alloc(ciphertext.length - tagLength);
    // SoftHSM2 wants room for the tag too; never in a pool that others' bytes share.
    using room = Secret.alloc(ciphertext.length);
    return this.#matching(() => {
      calls.C_DecryptInit(session, this.#gcm(copied(sealed.subarray(0, nonceLength)), aad), key);
      const opened = calls.C_Decrypt(session, ciphertext, viewOf(room.expose()));
      if (opened.length !== plaintext.length) throw new CryptoError('open-failed');
      plaintext.expose().set(opened);
      return plaintext;
    });
  }

  /** Throws CryptoError `open-failed` for bytes that do not belong to the key, provided that the HSM is there to say so. */
  #matching<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      if (!mayBeMismatch(error)) throw error;
      this.ping();
      throw new CryptoError('open-failed');
    }
  }

  #wrapping(): Mechanism {
    return { mechanism: this.#token.module.CKM_AES_KEY_WRAP };
  }

  #gcm(iv: Buffer, aad: Uint8Array): Mechanism {
    const { module } = this.#token;
    const parameter = {
      type: module.CK_PARAMS_AES_GCM,
      iv,
      ivBits: nonceLength * 8,
      aad: copied(aad),
      tagBits: tagLength * 8,
    };
    return { mechanism: module.CKM_AES_GCM, parameter };
  }
}

const binding = (context: Uint8Array) => concat(utf8('key\0'), context);
const sharing = (context: Uint8Array, label: string) => concat(utf8(`share\0${label}\0`), context);

/** Of what is public. */
const copied = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
/** The same memory, as pkcs11js wants it. */
const viewOf = (bytes: Uint8Array<ArrayBuffer>): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

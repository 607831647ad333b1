import { createHmac } from 'node:crypto';
import { concat, Secret, utf8 } from '@symbolon/crypto';
import { openAtRest, sealAtRest } from '@symbolon/crypto/native';
import type { VaultName } from '@symbolon/protocol';
import type { KeyVault, WrappedKey } from './vault.ts';

const keyLength = 32;
/** Nonce, key and tag. */
const wrappedLength = 24 + keyLength + 16;

/** The embedded vault: its root key lies in a file that only the store's own user may read (0400), and in this process. */
export class EmbeddedVault implements KeyVault {
  readonly #root: Secret;

  /** Takes the root key over: 32 bytes. */
  constructor(root: Secret) {
    this.#root = root;
  }

  async name(): Promise<VaultName> {
    const identity = createHmac('sha256', this.#root.expose()).update('symbolon/v1/vault-identity').digest();
    return { kind: 'embedded', identity: new Uint8Array(identity) };
  }

  holds(key: WrappedKey): boolean {
    return key.length === wrappedLength;
  }

  async createKey(context: Uint8Array): Promise<WrappedKey> {
    using key = Secret.random(keyLength);
    return sealAtRest(this.#root, wrapping(context), key);
  }

  async protect(wrapped: WrappedKey, context: Uint8Array, label: string, share: Secret): Promise<Uint8Array> {
    using key = openAtRest(this.#root, wrapping(context), wrapped);
    return sealAtRest(key, sharing(context, label), share);
  }

  async open(wrapped: WrappedKey, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret> {
    using key = openAtRest(this.#root, wrapping(context), wrapped);
    return openAtRest(key, sharing(context, label), sealed);
  }

  [Symbol.dispose](): void {
    this.#root.wipe();
  }
}

const wrapping = (context: Uint8Array) => concat(utf8('key\0'), context);
const sharing = (context: Uint8Array, label: string) => concat(utf8(`share\0${label}\0`), context);

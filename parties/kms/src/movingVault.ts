import type { Secret } from '@symbolon/crypto';
import { CryptoError } from '@symbolon/crypto';
import type { VaultName } from '@symbolon/protocol';
import type { KeyVault, WrappedKey } from '@symbolon/share-store';

/** Both vaults of a store that moves: what is new goes where the organisations decided, and each key is used where it lies. */
export class MovingVault implements KeyVault {
  readonly #from: KeyVault;
  readonly #to: KeyVault;
  readonly #decided: () => boolean;

  constructor(from: KeyVault, to: KeyVault, decided: () => boolean) {
    this.#from = from;
    this.#to = to;
    this.#decided = decided;
  }

  name(): Promise<VaultName> {
    return this.#current.name();
  }

  holds(key: WrappedKey): boolean {
    return this.#from.holds(key) || this.#to.holds(key);
  }

  createKey(context: Uint8Array): Promise<WrappedKey> {
    return this.#current.createKey(context);
  }

  async protect(key: WrappedKey, context: Uint8Array, label: string, share: Secret): Promise<Uint8Array> {
    return this.#holderOf(key).protect(key, context, label, share);
  }

  async open(key: WrappedKey, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret> {
    return this.#holderOf(key).open(key, context, label, sealed);
  }

  get #current(): KeyVault {
    return this.#decided() ? this.#to : this.#from;
  }

  #holderOf(key: WrappedKey): KeyVault {
    const holder = [this.#from, this.#to].find((one) => one.holds(key));
    if (holder === undefined) throw new CryptoError('open-failed');
    return holder;
  }
}

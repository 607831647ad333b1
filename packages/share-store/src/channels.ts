import { toHex } from '@symbolon/crypto';
import { hpkeXWing, type SequenceSealer } from '@symbolon/crypto/native';
import { type SealPurpose, sealInfo } from '@symbolon/protocol';
import type { VerifiedSigner } from '@symbolon/verify';

/** Messages under one encapsulation. Their number stands in each: few enough to tell nobody how busy a store is. */
const messagesEach = 256;
/** How long one is used, ms: what a store's memory gives away opens no message older than this. */
const life = 60_000;
const maximumSigners = 64;

/** The seals of one store towards its signers: one encapsulation serves many shares. */
export class SignerChannels {
  readonly #info: Uint8Array;
  readonly #now: () => number;
  readonly #open = new Map<string, { sealer: SequenceSealer; made: number }>();

  constructor(purpose: SealPurpose, deployment: string, now: () => number) {
    this.#info = sealInfo(purpose, deployment);
    this.#now = now;
  }

  /** Throws CryptoError `invalid-key`. */
  to(signer: VerifiedSigner): SequenceSealer {
    const name = toHex(signer.id);
    const known = this.#open.get(name);
    if (known !== undefined && known.sealer.count < messagesEach && this.#now() - known.made < life)
      return known.sealer;
    known?.sealer[Symbol.dispose]();
    this.#open.delete(name);
    const sealer = hpkeXWing.sequence(signer.keys.sealing, this.#info);
    this.#open.set(name, { sealer, made: this.#now() });
    this.#forgetOldest();
    return sealer;
  }

  [Symbol.dispose](): void {
    for (const { sealer } of this.#open.values()) sealer[Symbol.dispose]();
    this.#open.clear();
  }

  #forgetOldest(): void {
    if (this.#open.size <= maximumSigners) return;
    for (const [oldest, { sealer }] of this.#open) {
      sealer[Symbol.dispose]();
      this.#open.delete(oldest);
      return;
    }
  }
}

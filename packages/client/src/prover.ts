import { sha256, toBase64url, utf8 } from '@symbolon/crypto';
import { assembleProof, proofInput } from '@symbolon/protocol';
import type { DeviceKey } from './deviceKey.ts';
import { randomBytes } from './random.ts';

/** What a proof is about: one recipient's address, one request, that recipient's own message. */
export interface Provable {
  htu: string;
  token: string;
  rh: Uint8Array;
  message: Uint8Array;
}

/** Makes the device's proofs (RFC 9449 form): each serves once. */
export class Prover {
  readonly #key: DeviceKey;
  readonly #now: () => number;
  #lastToken = { token: '', hash: new Uint8Array() };

  constructor(key: DeviceKey, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  async prove({ htu, token, rh, message }: Provable): Promise<string> {
    const input = proofInput(this.#key.point, {
      jti: toBase64url(randomBytes(16)),
      htu,
      iat: Math.floor(this.#now() / 1_000),
      ath: this.#hashOf(token),
      rh,
      msg: sha256(message),
    });
    return assembleProof(input, await this.#key.sign(utf8(input)));
  }

  /** One token serves for minutes. */
  #hashOf(token: string): Uint8Array {
    if (this.#lastToken.token !== token) this.#lastToken = { token, hash: new Uint8Array(sha256(utf8(token))) };
    return this.#lastToken.hash;
  }
}

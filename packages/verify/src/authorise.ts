import { type Authorised, type Codec, clockSkew, digest, requestLife } from '@symbolon/protocol';
import { Refusal } from './errors.ts';
import type { ProofVerifier } from './proof.ts';
import type { Identity, TokenVerifier } from './token.ts';

/** Who asked, and for what, once token and proof have both been checked. */
export interface Asked<T> {
  message: T;
  messageBytes: Uint8Array;
  identity: Identity;
  /** The device key that made the proof, 64 bytes. Not yet known to be enrolled. */
  key: Uint8Array;
}

interface Head {
  deployment: string;
  expires: number;
  rh?: Uint8Array;
}

/** Law 3 at one party: a fresh token and a proof over exactly this message, both checked here, trusting no one's word. */
export class Authoriser {
  readonly #deployment: string;
  readonly #tokens: TokenVerifier;
  readonly #proofs: ProofVerifier;
  readonly #now: () => number;

  constructor(deployment: string, tokens: TokenVerifier, proofs: ProofVerifier, now: () => number) {
    this.#deployment = deployment;
    this.#tokens = tokens;
    this.#proofs = proofs;
    this.#now = now;
  }

  /**
   * `htu`: this party's own address for the message. A message about an envelope names its `rh`; any other is its own request.
   * Throws ProtocolError `malformed` and Refusal.
   */
  async authorise<T extends Head>(codec: Codec<T>, htu: string, request: Authorised): Promise<Asked<T>> {
    const message = codec.decode(request.message);
    checkHead(message, this.#deployment, this.#now());
    const identity = await this.#tokens.verify(request.token);
    const key = this.#proofs.verify(request.proof, {
      htu,
      token: request.token,
      rh: message.rh ?? digest('request', request.message),
      message: request.message,
    });
    return { message, messageBytes: request.message, identity, key };
  }
}

/** Throws Refusal `deployment-mismatch` or `message-expired`. */
export function checkHead(head: Head, deployment: string, now: number): void {
  if (head.deployment !== deployment) throw new Refusal('deployment-mismatch', 'Made for another deployment.');
  // The upper bound keeps the record of used requests finite.
  if (head.expires <= now || head.expires > now + requestLife + clockSkew) {
    throw new Refusal('message-expired', 'Past its time, or made for too long.');
  }
}

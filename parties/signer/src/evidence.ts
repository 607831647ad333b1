import { requestDocument } from '@symbolon/attestation/nsm';
import {
  addressOf,
  type Evidence,
  evidenceCodec,
  evidenceUserDataCodec,
  paths,
  type SignerKeys,
  signerId,
} from '@symbolon/protocol';

/** Evidence is made anew after this time, well before anyone refuses it for its age, ms. */
const renewAfter = 60_000;
const timeout = 5_000;

/** This process's own evidence: a document of the security module that binds its keys and its configuration. */
export class OwnEvidence {
  readonly #socket: string;
  readonly #keys: SignerKeys;
  readonly #userData: Uint8Array;
  readonly #now: () => number;
  readonly #fetch: typeof fetch;
  #current: { evidence: Evidence; made: number } | null = null;

  constructor(
    nsmSocket: string,
    keys: SignerKeys,
    configuration: Uint8Array,
    now: () => number,
    fetcher: typeof fetch,
  ) {
    this.#socket = nsmSocket;
    this.#keys = keys;
    this.#userData = evidenceUserDataCodec.encode({ v: 1, configuration, keys: signerId(keys) });
    this.#now = now;
    this.#fetch = fetcher;
  }

  /** At most a minute old; with a challenge (32 bytes), made for it. Throws NsmError. */
  async current(nonce?: Uint8Array): Promise<Evidence> {
    if (nonce !== undefined) return this.#make(nonce);
    if (this.#current === null || this.#now() - this.#current.made > renewAfter) {
      this.#current = { evidence: await this.#make(), made: this.#now() };
    }
    return this.#current.evidence;
  }

  /** Brings it to a store, which verifies it for itself. Throws Error where it was not taken. */
  async present(storeUrl: string): Promise<void> {
    const response = await this.#fetch(addressOf(storeUrl, paths.signers), {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
      body: evidenceCodec.encode(await this.current()) as Uint8Array<ArrayBuffer>,
      signal: AbortSignal.timeout(timeout),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the evidence was not taken: ${response.status}`);
  }

  async #make(nonce?: Uint8Array): Promise<Evidence> {
    const request = { userData: this.#userData, ...(nonce === undefined ? {} : { nonce }) };
    return { document: await requestDocument(this.#socket, request), keys: this.#keys };
  }
}

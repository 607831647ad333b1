import { toHex } from '@symbolon/crypto';

/** The part of the Cache API that the worker keeps things in. */
export type Shelf = Pick<Cache, 'match' | 'put' | 'delete' | 'keys'>;

/** Files by the SHA-256 (hex) of their bytes: what comes out is what went in, whoever had a hand on the cache meanwhile. */
export class Files {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  async get(sha256: string): Promise<Uint8Array | null> {
    const kept = await this.#shelf.match(addressOf(sha256));
    if (kept === undefined) return null;
    const bytes = new Uint8Array(await kept.arrayBuffer());
    return (await hashOf(bytes)) === sha256 ? bytes : null;
  }

  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#shelf.put(addressOf(sha256), new Response(Uint8Array.from(bytes)));
  }

  /** Forgets every other file. */
  async keepOnly(wanted: ReadonlySet<string>): Promise<void> {
    for (const request of await this.#shelf.keys()) {
      if (!wanted.has(request.url.slice(request.url.lastIndexOf('/') + 1))) await this.#shelf.delete(request);
    }
  }
}

const addressOf = (sha256: string): string => `/kept/${sha256}`;

/** Hex. */
export async function hashOf(bytes: Uint8Array): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))));
}

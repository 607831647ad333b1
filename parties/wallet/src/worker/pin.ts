import type { Shelf } from './files.ts';

type Name = 'roots' | 'statements' | 'manifest' | 'previous' | 'worker';

/**
 * The worker's memory, in which only what it verified is ever written. `roots`: the configuration of the first release that was
 * seen, for good. `statements`: the longest list so far. `manifest`, `previous`: the release being served, and the one before, for
 * pages that still run it. `worker`: hex SHA-256 of the service worker that became active last.
 */
export class Pin {
  readonly #shelf: Shelf;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  async read(name: Name): Promise<Uint8Array | null> {
    const kept = await this.#shelf.match(`/pin/${name}`);
    return kept === undefined ? null : new Uint8Array(await kept.arrayBuffer());
  }

  async write(name: Name, bytes: Uint8Array): Promise<void> {
    await this.#shelf.put(`/pin/${name}`, new Response(Uint8Array.from(bytes)));
  }
}

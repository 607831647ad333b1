import { equal, toHex } from '@symbolon/crypto';
import {
  type Deployment,
  dialogApp,
  documentOf,
  type PageFile,
  type PageRelease,
  pageCaching,
  pageHeaders,
  pageReleaseHash,
  readPageRelease,
  servedByPath,
} from '@symbolon/protocol';
import { Files, type Shelf } from './files.ts';
import { Frames } from './frames.ts';
import { fetchFile, type Offered, offeredRelease } from './host.ts';
import type { WorkerNews } from './news.ts';
import { Pin } from './pin.ts';
import { NotTaken, readAllowed, rootsOf } from './trust.ts';

/** The host is asked for a new release at most this often, ms. */
const checkEvery = 60_000;

export interface PageWorkerOptions {
  pins: Shelf;
  files: Shelf;
  fetch: typeof fetch;
  now: () => number;
  tell: (news: WorkerNews) => void;
}

/** Whether a request at this address of the wallet's origin is the worker's; the network has every other, untouched. */
export const isServed = (pathname: string): boolean =>
  documentOf(pathname) !== null ||
  /^\/(?:assets|descriptors)\//.test(pathname) ||
  pathname === '/config.json' ||
  pathname === '/chains.json';

/**
 * Keeps the wallet's page as it was first seen: every file by its hash. A newer release is taken only where organisations, whose
 * keys came with the first one, have allowed it; until then the old one is served, whatever the host offers.
 */
export class PageWorker {
  readonly #options: PageWorkerOptions;
  readonly #pin: Pin;
  readonly #files: Files;
  readonly #frames: Frames;
  #parsed: { bytes: Uint8Array; manifest: PageRelease } | null = null;
  #checked = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | null = null;

  constructor(options: PageWorkerOptions) {
    this.#options = options;
    this.#pin = new Pin(options.pins);
    this.#files = new Files(options.files);
    this.#frames = new Frames(options.fetch, options.now);
  }

  /** Pins the release that is being served, unless one is pinned. Throws NotTaken where no statement allows it: then nothing is. */
  async install(): Promise<void> {
    if ((await this.#pin.read('manifest')) !== null) return;
    const offered = await offeredRelease(this.#options.fetch);
    const config = fileAt(offered.manifest, '/config.json');
    if (config === undefined) throw new NotTaken('manifest-unreadable');
    const roots = await this.#bytesOf(config);
    const { fetch: fetcher, now } = this.#options;
    const allowed = await readAllowed(rootsOf(roots), null, fetcher, now());
    if (place(allowed.releases, offered.hash) < 0) throw new NotTaken('not-allowed');
    await this.#fetchAll(offered.manifest);
    await this.#pin.write('roots', roots);
    await this.#pin.write('statements', allowed.list);
    await this.#pin.write('manifest', offered.bytes);
  }

  /** This worker is the one that serves from now on. */
  async activate(): Promise<void> {
    const own = await this.#ownHash();
    if (own !== undefined) await this.#pin.write('worker', new TextEncoder().encode(own));
  }

  /** What is served at an address; null where nothing is pinned, or the pinned release has nothing there. */
  async answer(pathname: string): Promise<Response | null> {
    const manifest = await this.#serving();
    const file = manifest === null ? undefined : await this.#find(manifest, pathname);
    if (manifest === null || file === undefined) return null;
    const app = dialogApp(pathname);
    const frames = app === null ? [] : await this.#frames.of(app, await this.#roots());
    const headers = { ...pageHeaders(pathname, manifest.connect, frames), 'cache-control': pageCaching(file.path) };
    try {
      const bytes = await this.#bytesOf(file);
      return new Response(Uint8Array.from(bytes), { headers: { ...headers, 'content-type': file.type } });
    } catch {
      const plain = { ...headers, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
      return new Response(gone, { status: 503, headers: plain });
    }
  }

  /** Looks whether the host has a newer release, at most once a minute. Never rejects: what is wrong is told. */
  async check(): Promise<void> {
    if (this.#options.now() - this.#checked >= checkEvery) await this.#checkNow();
  }

  /** The browser has fetched another service worker: tells the pages, if no allowed release explains it. */
  async workerFound(): Promise<void> {
    await this.#checkNow();
    const active = await this.#pin.read('worker');
    const explained = active === null || (await this.#ownHash()) !== new TextDecoder().decode(active);
    if (!explained) this.#options.tell({ what: 'worker-changed' });
  }

  async #checkNow(): Promise<void> {
    this.#checking ??= this.#compare().finally(() => {
      this.#checking = null;
    });
    await this.#checking;
  }

  async #compare(): Promise<void> {
    const kept = await this.#pin.read('manifest');
    if (kept === null) return;
    const serving = pageReleaseHash(kept);
    const offered = await offeredRelease(this.#options.fetch).catch((error) => error);
    // A host that does not answer offers nothing.
    if (offered instanceof Error && !(offered instanceof NotTaken)) return;
    this.#checked = this.#options.now();
    const same = !(offered instanceof Error) && equal(offered.hash, serving);
    try {
      const allowed = await this.#allowed();
      const ours = place(allowed, serving);
      if (ours < 0) this.#options.tell({ what: 'release-withdrawn', release: toHex(serving) });
      if (offered instanceof NotTaken) throw offered;
      if (same) return;
      const theirs = place(allowed, offered.hash);
      if (theirs < 0) throw new NotTaken('not-allowed');
      // Back to a release whose faults are known only where the newer one was withdrawn.
      if (theirs < ours) throw new NotTaken('older');
      await this.#take(offered, kept);
      this.#options.tell({ what: 'release-taken', release: toHex(offered.hash) });
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      // Without the list nothing is known to be wrong, as long as the host offers what is being served.
      if (same && error.reason === 'statements-unreachable') return;
      const release = offered instanceof NotTaken ? null : toHex(offered.hash);
      this.#options.tell({ what: 'release-refused', release, reason: error.reason });
    }
  }

  async #take({ manifest, bytes }: Offered, before: Uint8Array): Promise<void> {
    await this.#fetchAll(manifest);
    await this.#pin.write('previous', before);
    await this.#pin.write('manifest', bytes);
    const wanted = [...manifest.files, ...readPageRelease(before).files].map(({ sha256 }) => sha256);
    await this.#files.keepOnly(new Set(wanted));
  }

  /** Everything but descriptors, which are many, and are fetched (and checked) when a transaction needs one. */
  async #fetchAll({ files }: PageRelease): Promise<void> {
    for (const file of files) if (!file.path.startsWith('/descriptors/')) await this.#bytesOf(file);
  }

  async #bytesOf(file: PageFile): Promise<Uint8Array> {
    const kept = await this.#files.get(file.sha256);
    if (kept !== null) return kept;
    const bytes = await fetchFile(file, this.#options.fetch);
    await this.#files.put(file.sha256, bytes);
    return bytes;
  }

  async #find(manifest: PageRelease, pathname: string): Promise<PageFile | undefined> {
    const path = documentOf(pathname) ?? pathname;
    if (path === pathname && !servedByPath(path)) return undefined;
    const found = fileAt(manifest, path);
    if (found !== undefined || !path.startsWith('/assets/')) return found;
    // A page of the release before, still open, that loads a part of itself only now.
    const previous = await this.#pin.read('previous');
    return previous === null ? undefined : fileAt(readPageRelease(previous), path);
  }

  async #allowed(): Promise<readonly Uint8Array[]> {
    const kept = await this.#pin.read('statements');
    const { releases, list } = await readAllowed(await this.#roots(), kept, this.#options.fetch, this.#options.now());
    if (kept === null || !equal(kept, list)) await this.#pin.write('statements', list);
    return releases;
  }

  async #serving(): Promise<PageRelease | null> {
    const bytes = await this.#pin.read('manifest');
    if (bytes === null) return null;
    // Some hundred entries, for every file of every page: parsed when it is another.
    if (this.#parsed === null || !equal(this.#parsed.bytes, bytes)) {
      this.#parsed = { bytes, manifest: readPageRelease(bytes) };
    }
    return this.#parsed.manifest;
  }

  async #roots(): Promise<Deployment> {
    return rootsOf((await this.#pin.read('roots')) ?? new Uint8Array());
  }

  /** Hex SHA-256 of the service worker that belongs to the release being served. */
  async #ownHash(): Promise<string | undefined> {
    const manifest = await this.#serving();
    return manifest === null ? undefined : fileAt(manifest, '/sw.js')?.sha256;
  }
}

const fileAt = ({ files }: PageRelease, path: string) => files.find((file) => file.path === path);

/** Where a release stands in the order in which they were allowed; -1: it is not. */
const place = (allowed: readonly Uint8Array[], release: Uint8Array) =>
  allowed.findLastIndex((one) => equal(one, release));

const gone = 'The server no longer has this release of the wallet, and offers none that is allowed.\n';

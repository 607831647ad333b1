import type { SigningKey } from '@symbolon/crypto/native';
import {
  appsAnswer,
  type Decision,
  type Deployment,
  type LoggedStatement,
  type PageFileType,
  type PageRelease,
  pageReleaseHash,
  signStatement,
  statementBodyCodec,
  statementEntryStatement,
  statementListCodec,
  tagged,
  writePageRelease,
} from '@symbolon/protocol';
import { statementHash } from '@symbolon/verify';
import { hashOf, type Shelf } from './files.ts';
import type { WorkerNews } from './news.ts';
import { PageWorker } from './pageWorker.ts';

/** The Cache API's part that the worker uses, in memory. */
function memoryShelf(): Shelf & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  const nameOf = (request: RequestInfo | URL) =>
    new URL(request instanceof Request ? request.url : String(request), 'https://wallet.example').pathname;
  return {
    kept,
    match: async (request) => {
      const bytes = kept.get(nameOf(request));
      return bytes === undefined ? undefined : new Response(Uint8Array.from(bytes));
    },
    put: async (request, response) => {
      kept.set(nameOf(request), new Uint8Array(await response.arrayBuffer()));
    },
    delete: async (request) => kept.delete(nameOf(request)),
    keys: async () => [...kept.keys()].map((name) => new Request(`https://wallet.example${name}`)),
  };
}

/** The next statement on a list, signed by these organisations, on the kms's log at a time (ms). */
export function nextLogged(
  list: readonly LoggedStatement[],
  decision: Decision,
  { deployment, by, kms, at }: { deployment: string; by: readonly SigningKey[]; kms: SigningKey; at: number },
): LoggedStatement {
  const number = list.length + 1;
  const before = list[list.length - 1];
  const previous = before === undefined ? null : statementHash(before.statement.body);
  const body = statementBodyCodec.encode({ v: 1, deployment, number, previous, made: 1, decision });
  const said = { v: 1, deployment, number, statement: statementHash(body), at, log: number } as const;
  const signatures = by.map((key) => ({ organisation: key.publicKey, signature: key.sign(tagged('statement', body)) }));
  return { statement: { body, signatures }, entry: signStatement(statementEntryStatement, said, kms) };
}

export interface TestRelease {
  hash: Uint8Array;
  manifest: Uint8Array;
  /** Bytes by path. */
  files: Map<string, Uint8Array>;
}

const typeOf = (path: string): PageFileType => {
  if (path.endsWith('.html')) return 'text/html; charset=utf-8';
  return path.endsWith('.js') ? 'text/javascript; charset=utf-8' : 'application/json';
};

/** A deployment, and the keys behind it. */
export interface Roots {
  deployment: Deployment;
  organisations: readonly SigningKey[];
  kms: { signing: SigningKey };
}

/** A host, a kms and a registry, all of whom can be made to lie, and a worker in a browser that has never been here. */
export function workerWorld(world: Roots) {
  const deployment = { ...world.deployment, waitSeconds: 60 };
  const clock = { now: 1_000_000 };
  const list: LoggedStatement[] = [];
  const news: WorkerNews[] = [];
  const asked: string[] = [];
  const host: { release: TestRelease | null; statements: Uint8Array | null; origins: string[] } = {
    release: null,
    statements: null,
    origins: ['https://shop.example'],
  };
  const encoded = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const roots = {
    ...deployment,
    attestationRoots: ['AAAA'],
    organisations: deployment.organisations.map(({ name, key }) => ({ name, key: encoded(key) })),
    kms: { ...deployment.kms, signing: encoded(deployment.kms.signing), sealing: encoded(deployment.kms.sealing) },
    cloud: {
      ...deployment.cloud,
      signing: encoded(deployment.cloud.signing),
      sealing: encoded(deployment.cloud.sealing),
    },
  };

  async function build(version: string, changed: Record<string, string> = {}): Promise<TestRelease> {
    const texts: Record<string, string> = {
      '/account.html': `account ${version}`,
      '/approve.html': `approve ${version}`,
      [`/assets/part.${version}.js`]: `part ${version}`,
      '/chains.json': '[]',
      '/config.json': JSON.stringify({ deployment: roots }),
      '/descriptors/0123.json': '{}',
      '/dialog.html': `dialog ${version}`,
      '/sw.js': 'worker one',
      ...changed,
    };
    const files = new Map(Object.entries(texts).map(([path, text]) => [path, new TextEncoder().encode(text)]));
    const entries: PageRelease['files'] = [];
    for (const path of [...files.keys()].sort()) {
      const bytes = files.get(path) ?? new Uint8Array();
      entries.push({ path, sha256: await hashOf(bytes), bytes: bytes.length, type: typeOf(path) });
    }
    const manifest = writePageRelease({ v: 1, connect: ['https://kms.example'], files: entries });
    return { hash: pageReleaseHash(manifest), manifest, files };
  }

  /** Organisations decide; by default as many as it takes. It counts a minute later. */
  const decide = (decision: Decision, by: readonly SigningKey[] = world.organisations.slice(0, 2)) => {
    list.push(nextLogged(list, decision, { deployment: deployment.id, by, kms: world.kms.signing, at: clock.now }));
  };

  const documents: Record<string, string> = {
    '/': '/account.html',
    '/approve': '/approve.html',
    '/dialog/none': '/dialog.html',
  };
  const fetcher: typeof fetch = async (input) => {
    const address = input instanceof Request ? input.url : input.toString();
    asked.push(address);
    if (address.startsWith(deployment.kms.url)) {
      const bytes = host.statements ?? statementListCodec.encode({ statements: list });
      return bytes.length === 0 ? new Response(null, { status: 503 }) : new Response(Uint8Array.from(bytes));
    }
    if (address.startsWith(deployment.cloud.url)) {
      const app = { id: 'shop', name: 'Shop', icon: null, origins: host.origins, chains: [] };
      return new Response(Uint8Array.from(appsAnswer.encode({ apps: address.endsWith('id=shop') ? [app] : [] })));
    }
    if (host.release === null) throw new TypeError('offline');
    const path = documents[address] ?? address;
    const bytes = path === '/release.json' ? host.release.manifest : host.release.files.get(path);
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(Uint8Array.from(bytes));
  };

  const pins = memoryShelf();
  const files = memoryShelf();
  /** As a browser starts it: nothing but what is kept survives. */
  const start = () =>
    new PageWorker({ pins, files, fetch: fetcher, now: () => clock.now, tell: (told) => news.push(told) });
  const allow = (release: TestRelease, what: 'allow-page' | 'withdraw-page' = 'allow-page') =>
    decide({ what, release: release.hash, note: '' });
  return {
    build,
    allow,
    decide,
    start,
    host,
    clock,
    news,
    asked,
    pins,
    files,
    list,
    organisations: world.organisations,
  };
}

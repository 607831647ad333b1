import { createHash } from 'node:crypto';
import { equal, toHex } from '@symbolon/crypto';
import {
  type Deployment,
  deploymentSchema,
  type PageFile,
  type PageRelease,
  pageCaching,
  pageHeaders,
  pageReleaseHash,
  readPageRelease,
} from '@symbolon/protocol';
import { allowedPages, type VerifiedStatement } from '@symbolon/verify';
import * as v from 'valibot';
import { type Answer, get } from './get.ts';

/** One thing that was looked at. */
interface Finding {
  what: string;
  ok: boolean;
  detail: string;
}

export interface PageReport {
  url: string;
  /** Hex; null where the server has no manifest. */
  release: string | null;
  valid: boolean;
  findings: Finding[];
  /** What no look from outside can show. */
  notProven: string[];
}

/** What the verifier brings along: its own roots, the list it verified itself, and, if it built one, its own release. */
export interface Known {
  deployment: Deployment;
  statements: readonly VerifiedStatement[];
  own: Uint8Array | null;
  /** ms */
  now: number;
}

const maximumManifest = 2 * 1024 * 1024;
/** Requests at a time. */
const parallel = 8;

/** Compares what a server delivers, file by file and header by header, with its manifest, and that with what is known. */
export async function inspectPage(url: URL, known: Known): Promise<PageReport> {
  const answer = await get(new URL('/release.json', url), maximumManifest);
  const manifest = readManifest(answer);
  if (manifest === null) {
    const finding = { what: 'manifest', ok: false, detail: 'the server has no manifest of a page release' };
    return { url: url.origin, release: null, valid: false, findings: [finding], notProven: [] };
  }
  const release = pageReleaseHash(answer.body);
  const findings = [
    { what: 'manifest', ok: true, detail: `release ${toHex(release)}, ${manifest.files.length} files` },
    allowance(release, known),
    ...(known.own === null ? [] : [comparison(release, known.own)]),
    ...headers('/release.json', answer, manifest.connect, 'no-cache'),
    ...(await inspectFiles(url, manifest, known.deployment)),
    ...(await inspectNothing(url, manifest)),
  ];
  return {
    url: url.origin,
    release: toHex(release),
    valid: findings.every(({ ok }) => ok),
    findings,
    notProven: [
      'that others, or you at another time, are given the same files',
      'that the kms has shown its newest list of statements',
      ...(known.own === null
        ? ['that this release comes from the published source: build it and add --release DIR']
        : []),
    ],
  };
}

function allowance(release: Uint8Array, { deployment, statements, now }: Known): Finding {
  const ok = allowedPages(statements, deployment.waitSeconds, now).some((one) => equal(one, release));
  const { threshold, organisations } = deployment;
  const detail = ok
    ? `allowed by a statement of ${threshold} or more of ${organisations.length} organisations, in force now`
    : 'no statement in force allows this release';
  return { what: 'statements', ok, detail };
}

function comparison(release: Uint8Array, own: Uint8Array): Finding {
  const ok = equal(release, own);
  return { what: 'own build', ok, detail: ok ? 'the same, byte by byte' : `your build is another: ${toHex(own)}` };
}

async function inspectFiles(url: URL, manifest: PageRelease, deployment: Deployment): Promise<Finding[]> {
  const findings: Finding[] = [];
  const places = manifest.files.flatMap((file) => addresses(file).map((address) => ({ file, address })));
  let right = 0;
  for (let from = 0; from < places.length; from += parallel) {
    const some = places.slice(from, from + parallel);
    const results = await Promise.all(
      some.map(async ({ file, address }) => {
        const answer = await get(new URL(address, url), file.bytes + 65_536);
        const wrong = [
          ...content(address, file, answer),
          ...headers(address, answer, manifest.connect, pageCaching(file.path)),
        ];
        return file.path === '/config.json' ? [...wrong, ...roots(answer, deployment)] : wrong;
      }),
    );
    right += results.filter((wrong) => wrong.length === 0).length;
    findings.push(...results.flat());
  }
  const detail = `${right} of ${places.length} addresses give exactly what the manifest says, with exactly its headers`;
  return [{ what: 'files', ok: right === places.length, detail }, ...findings];
}

/** What is not there is answered with the same headers; an address of nobody's app is framed by nobody. */
async function inspectNothing(url: URL, { connect }: PageRelease): Promise<Finding[]> {
  const address = '/there/is/nothing/here';
  const answer = await get(new URL(address, url), 65_536);
  const wrong = headers(address, answer, connect, 'no-store');
  const status = { what: address, ok: false, detail: `answered with ${answer.status}, expected 404` };
  return answer.status === 404 ? wrong : [status, ...wrong];
}

/** Addresses at which a file is served. */
function addresses({ path }: PageFile): string[] {
  if (path === '/account.html') return ['/', '/callback'];
  if (path === '/approve.html') return ['/approve'];
  return path === '/dialog.html' ? [`/dialog/${nobody}`] : [path];
}
/** No operator gives this id away: it is longer than a name. */
const nobody = `nobody-${'0'.repeat(40)}`;

function content(address: string, file: PageFile, { status, headers: given, body }: Answer): Finding[] {
  const bad = (detail: string) => ({ what: address, ok: false, detail });
  if (status !== 200) return [bad(`answered with ${status}`)];
  const differs = createHash('sha256').update(body).digest('hex') !== file.sha256;
  return [
    ...(differs ? [bad('is another file than the manifest says')] : []),
    ...(given['content-type'] === file.type ? [] : [bad(`is served as ${given['content-type'] ?? 'nothing'}`)]),
  ];
}

function headers(address: string, { headers: given }: Answer, connect: readonly string[], caching: string): Finding[] {
  const expected: Record<string, string> = { ...pageHeaders(address, connect, []), 'cache-control': caching };
  const wrong = Object.keys(expected).filter((name) => given[name] !== expected[name]);
  const more = Object.keys(given).filter((name) => expected[name] === undefined && !harmless.has(name));
  return [
    ...wrong.map((name) => ({ what: address, ok: false, detail: `${name} is ${given[name] ?? 'missing'}` })),
    ...more.map((name) => ({ what: address, ok: false, detail: `has a header that no release has: ${name}` })),
  ];
}

/** What servers and proxies add, and no page is changed by. */
const harmless: ReadonlySet<string> = new Set([
  'age',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'server',
  'strict-transport-security',
  'transfer-encoding',
  'vary',
  'via',
]);

function roots({ body }: Answer, deployment: Deployment): Finding[] {
  const same = printed(deploymentOf(body)) === printed(deployment);
  return same ? [] : [{ what: '/config.json', ok: false, detail: 'has other roots than your deployment file' }];
}

function deploymentOf(config: Uint8Array): unknown {
  try {
    const parsed = v.parse(v.object({ deployment: deploymentSchema }), JSON.parse(new TextDecoder().decode(config)));
    return parsed.deployment;
  } catch {
    return null;
  }
}

const printed = (value: unknown) =>
  JSON.stringify(value, (_key, member) => (member instanceof Uint8Array ? toHex(member) : member));

function readManifest({ status, body }: Answer): PageRelease | null {
  try {
    return status === 200 ? readPageRelease(body) : null;
  } catch {
    return null;
  }
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { toHex } from '@symbolon/crypto';
import { type Decision, deploymentSchema } from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';
import { buildPage } from '@symbolon/wallet/build';
import * as v from 'valibot';
import { testInput, testSources } from '../../../parties/wallet/build/testInput.ts';
import { start } from '../../../parties/web-host/src/start.ts';
import { inspectPage, type Known } from './inspect.ts';
import { reportInWords } from './words.ts';

const folder = mkdtempSync(join(tmpdir(), 'verify-page-'));
const input = testInput();
const release = await buildPage({ input, out: folder, sources: testSources(), descriptors: null });
const host = await start({
  releaseDir: folder,
  cloudUrl: 'http://127.0.0.1:1',
  host: '127.0.0.1',
  port: 0,
  operations: { host: '127.0.0.1', port: 0 },
  logLevel: 'error',
});
after(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

const deployment = v.parse(deploymentSchema, input.deployment);
const decided = (decision: Decision, number: number): VerifiedStatement => ({
  body: { v: 1, deployment: deployment.id, number, previous: null, made: 1, decision },
  hash: new Uint8Array(32),
  loggedAt: 1_000,
});
const allow: Decision = { what: 'allow-page', release: release.hash, note: '' };
const known: Known = { deployment, statements: [decided(allow, 1)], own: release.hash, now: 2_000 };
const url = new URL(host.url);

const wrongOf = async (at: URL, changed: Partial<Known> = {}) => {
  const report = await inspectPage(at, { ...known, ...changed });
  assert.equal(
    report.valid,
    report.findings.every(({ ok }) => ok),
  );
  return report.findings.filter(({ ok }) => !ok).map(({ what, detail }) => `${what}: ${detail}`);
};

test('a host that serves an allowed release as it is, is told to; what no look can show is told as well', async () => {
  const report = await inspectPage(url, known);
  assert.ok(report.valid, JSON.stringify(report.findings));
  assert.equal(report.release, toHex(release.hash));
  const words = reportInWords(report).join('\n');
  assert.match(words, /own build: the same, byte by byte/);
  assert.match(words, /Not proven:\n {2}- that others, or you at another time/);
  const without = await inspectPage(url, { ...known, own: null });
  assert.ok(without.valid);
  assert.match(without.notProven.join(), /published source/);
});

test('a wallet below localhost is found on this machine', async () => {
  assert.deepEqual(await wrongOf(new URL(`http://wallet.localhost:${url.port}`)), []);
});

test('a release that nobody allows is not valid, whoever serves it', async () => {
  const withdraw: Decision = { ...allow, what: 'withdraw-page' };
  for (const statements of [[], [decided(allow, 1), decided(withdraw, 2)]]) {
    assert.match((await wrongOf(url, { statements }))[0] ?? '', /^statements: no statement in force/);
  }
  const waits = { ...deployment, waitSeconds: 60 };
  assert.match((await wrongOf(url, { deployment: waits })).join(), /statements: .*\/config\.json: has other roots/);
});

test('another build, and other roots, are told', async () => {
  assert.match((await wrongOf(url, { own: new Uint8Array(32) })).join(), /own build: your build is another/);
  const other = { ...deployment, kms: { ...deployment.kms, url: 'http://127.0.0.1:9' } };
  assert.match((await wrongOf(url, { deployment: other })).join(), /config\.json: has other roots/);
});

test('whatever a host changes is found', async () => {
  const script = [...release.files.keys()].find((path) => path.endsWith('.js')) ?? '';
  for (const [what, change, told] of [
    ['a script', (path, answer) => path === script && answer.replace('evil()'), /is another file/],
    ['a document', (path, answer) => path === '/callback' && answer.replace('<script>evil()</script>'), /another file/],
    ['the worker', (path, answer) => path === '/sw.js' && answer.replace('evil()'), /\/sw\.js: is another file/],
    [
      'a type',
      (path, answer) => path === script && answer.header('content-type', 'text/html'),
      /is served as text\/html/,
    ],
    [
      'the policy of one address',
      (path, answer) => path === '/approve' && answer.header('content-security-policy', "default-src 'self'"),
      /\/approve: content-security-policy is default-src 'self'/,
    ],
    [
      'the policy of what is not there',
      (path, answer) => path === '/there/is/nothing/here' && answer.header('content-security-policy', undefined),
      /nothing\/here: content-security-policy is missing/,
    ],
    [
      'who may frame the dialog',
      (path, answer) =>
        path.startsWith('/dialog/') &&
        answer.header(
          'content-security-policy',
          answer.was('content-security-policy').replace("ancestors 'none'", 'ancestors *'),
        ),
      /\/dialog\/nobody-0*: content-security-policy/,
    ],
    ['a cookie', (path, answer) => path === '/' && answer.header('set-cookie', 'a=b'), /no release has: set-cookie/],
    ['a file that is missing', (path, answer) => path === '/config.json' && answer.status(404), /answered with 404/],
    [
      'a file where there is none',
      (path, answer) => path === '/there/is/nothing/here' && answer.status(200),
      /expected 404/,
    ],
    ['the manifest', (path, answer) => path === '/release.json' && answer.replace('{}'), /no manifest/],
    [
      'a wider connect-src',
      (path, answer) => path === '/release.json' && answer.replace(wider()),
      /statements: no statement/,
    ],
  ] satisfies [string, Change, RegExp][]) {
    await using proxy = await between(change);
    const wrong = await wrongOf(proxy.url);
    assert.match(wrong.join('\n'), told, what);
  }
});

test('a server that is not there says so', async () => {
  await assert.rejects(inspectPage(new URL('http://127.0.0.1:1'), known), { code: 'page-unreachable' });
});

const wider = () =>
  JSON.stringify({ ...release.manifest, connect: [...release.manifest.connect, 'https://evil.example'].sort() });

interface Altered {
  replace(body: string): void;
  header(name: string, value: string | undefined): void;
  was(name: string): string;
  status(code: number): void;
}
type Change = (path: string, answer: Altered) => unknown;

/** A host that passes everything on, and changes what it likes. */
async function between(change: Change) {
  const pass = async (asked: IncomingMessage, answer: ServerResponse) => {
    const real = await new Promise<IncomingMessage>((resolve) => {
      request(new URL(asked.url ?? '/', host.url), { headers: { 'accept-encoding': 'identity' } }, resolve).end();
    });
    let body = await buffer(real);
    let status = real.statusCode ?? 0;
    const headers: Record<string, string | undefined> = Object.fromEntries(
      Object.entries(real.headers).map(([name, value]) => [name, String(value)]),
    );
    change(new URL(asked.url ?? '/', host.url).pathname, {
      replace: (text) => {
        body = Buffer.from(text);
      },
      header: (name, value) => {
        headers[name] = value;
      },
      was: (name) => headers[name] ?? '',
      status: (code) => {
        status = code;
      },
    });
    delete headers['content-length'];
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) answer.setHeader(name, value);
    answer.statusCode = status;
    answer.end(body);
  };
  const server = createServer((asked, answer) => void pass(asked, answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

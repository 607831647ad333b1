import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pageReleaseHash, readPageRelease } from '@symbolon/protocol';
import { stop as stopEsbuild } from 'esbuild';
import { buildPage, walletSources } from './buildPage.ts';
import { bundle } from './bundle.ts';
import { registryDescriptors } from './descriptors.ts';
import { firstLoad } from './firstLoad.ts';
import { readRelease } from './release.ts';
import { testInput, testSources } from './testInput.ts';

const folder = mkdtempSync(join(tmpdir(), 'page-build-'));
after(async () => {
  rmSync(folder, { recursive: true });
  await stopEsbuild();
});

const input = testInput();
const out = join(folder, 'release');
const release = await buildPage({ input, out, sources: testSources(), descriptors: null });
const text = (path: string) => new TextDecoder().decode(release.files.get(path));

test('the same sources and input give the same bytes, wherever they lie', async () => {
  const elsewhere = join(folder, 'another', 'place');
  const { inputs } = await bundle(testSources());
  copyTree(inputs, elsewhere);
  const again = await buildPage({ input, sources: testSources(elsewhere), descriptors: null });

  assert.deepEqual([...again.files.keys()].sort(), [...release.files.keys()].sort());
  for (const [path, contents] of release.files) assert.deepEqual(again.files.get(path), contents, path);
  assert.deepEqual(again.hash, release.hash);
});

test('nothing of the machine gets into a release', () => {
  for (const [path, contents] of release.files) {
    const said = Buffer.from(contents).toString('latin1');
    assert.ok(!said.includes(walletSources.root), path);
    assert.ok(!said.includes('node_modules'), path);
  }
});

test('the manifest names every file by its hash, and its own hash is what a statement names', () => {
  const { manifest, manifestBytes, hash, files } = release;
  assert.deepEqual(hash, pageReleaseHash(manifestBytes));
  assert.deepEqual(readPageRelease(manifestBytes), manifest);
  assert.deepEqual(manifest.files.map(({ path }) => path).sort(), [...files.keys()].sort());
  for (const { path, sha256, bytes } of manifest.files) {
    const contents = files.get(path) ?? new Uint8Array();
    assert.equal(sha256, createHash('sha256').update(contents).digest('hex'), path);
    assert.equal(bytes, contents.length);
  }
});

test('another configuration is another release', async () => {
  const chains = input.chains.map((chain) => ({ ...chain, rpcUrl: 'http://127.0.0.1:9999' }));
  const other = await buildPage({ input: { ...input, chains }, sources: testSources(), descriptors: null });
  assert.notDeepEqual(other.hash, release.hash);
  assert.ok(other.manifest.connect.includes('http://127.0.0.1:9999'));
});

test('a document has no inline script or style, and everything that it loads carries its hash', () => {
  for (const path of ['/account.html', '/approve.html', '/dialog.html']) {
    const html = text(path);
    assert.doesNotMatch(html, /<style|style=|<script>| on[a-z]+=/, path);
    const loads = html.match(/<(?:script|link rel="(?:stylesheet|modulepreload)")[^>]*>/g) ?? [];
    assert.ok(loads.length >= 2, path);
    for (const load of loads) {
      const [, named, hash] = /(?:src|href)="([^"]+)" integrity="sha384-([^"]+)"/.exec(load) ?? [];
      const contents = release.files.get(named ?? '') ?? assert.fail(load);
      assert.equal(hash, createHash('sha384').update(contents).digest('base64'));
    }
  }
  assert.match(text('/account.html'), /rel="stylesheet"/);
});

test('what a surface does not need at first is not in its first load', () => {
  const { total, files } = firstLoad(release, '/account.html');
  assert.ok(total > 0 && total < 4_096);
  const loaded = Object.keys(files).map(text).join('');
  assert.ok(!loaded.includes('loaded later'));
  assert.ok([...release.files.keys()].map(text).join('').includes('loaded later'));
});

test('a written release reads back whole; one changed file and it does not', () => {
  assert.deepEqual(readRelease(out).hash, release.hash);
  writeFileSync(join(out, 'config.json'), text('/config.json').replace('4103', '4999'));
  assert.throws(() => readRelease(out), { code: 'release-damaged' });
});

test('an input that would give a wrong page is refused', async () => {
  const { deployment, issuers, chains } = input;
  for (const wrong of [
    { deployment, issuers: [], chains },
    { deployment, issuers: [{ url: 'https://other.example', name: 'Other', kind: 'provider' }], chains },
    { deployment, issuers, chains: [] },
    { deployment, issuers, chains, extra: 1 },
    { deployment: { ...deployment, threshold: 1 }, issuers, chains },
    { deployment: { ...deployment, mode: 'production' }, issuers, chains },
  ]) {
    await assert.rejects(buildPage({ input: wrong, sources: testSources(), descriptors: null }), {
      code: 'input-invalid',
    });
  }
});

test('descriptors of the registry lie under their own hash, and the configuration names their index', async () => {
  const shipped = await registryDescriptors();
  const whole = await buildPage({ input, sources: testSources() });
  const { descriptors } = JSON.parse(new TextDecoder().decode(whole.files.get('/config.json')));
  assert.equal(descriptors, shipped.index);
  const { ids } = JSON.parse(new TextDecoder().decode(whole.files.get(`/descriptors/${descriptors}.json`)));
  assert.ok(ids.length > 100);
  for (const { path, sha256 } of whole.manifest.files) {
    if (path.startsWith('/descriptors/')) assert.equal(path, `/descriptors/${sha256}.json`);
  }
});

test('the first load of each surface of the wallet is at most 80 KB, gzipped', async () => {
  const wallet = await buildPage({ input, descriptors: null });
  for (const document of ['/account.html', '/approve.html', '/dialog.html'] as const) {
    const { total, files } = firstLoad(wallet, document);
    assert.ok(total <= 80_000, `${document}: ${total} bytes: ${JSON.stringify(files)}`);
  }
});

/** As a fresh clone would have them: files, manifests, and node_modules that link to the packages. */
function copyTree(inputs: readonly string[], to: string): void {
  const { root } = walletSources;
  const manifests = new Set(inputs.flatMap((path) => manifestsAbove(path)));
  for (const path of [...inputs, ...manifests]) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(root, path), join(to, path));
  }
  mkdirSync(join(to, 'node_modules', '@symbolon'), { recursive: true });
  for (const name of new Set(inputs.flatMap((path) => /^packages\/([^/]+)\//.exec(path)?.[1] ?? []))) {
    symlinkSync(join('..', '..', 'packages', name), join(to, 'node_modules', '@symbolon', name));
  }
}

function manifestsAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(path); at !== '.'; at = dirname(at)) folders.push(join(at, 'package.json'));
  return folders.filter((file) => existsSync(join(walletSources.root, file)));
}

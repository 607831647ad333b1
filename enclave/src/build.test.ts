import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { measurementsEqual, parseMeasurement, printMeasurement } from '@symbolon/attestation';
import { readEif } from './eif.ts';
import { EnclaveError } from './error.ts';
import { applicationRamdisk, buildImage, buildNitroImage } from './image.ts';
import { unpackPackages } from './inputs.ts';
import { readLock, sourceRoot } from './lock.ts';
import { measureImage } from './measure.ts';
import { readRelease } from './release.ts';
import { readCpio, staleRelease } from './testing.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'symbolon build '));
after(() => rmSync(folder, { recursive: true, force: true }));
const folders = new Set(['app', 'dev', 'lib', 'lib/x86_64-linux-gnu', 'lib64', 'modules', 'proc', 'run']);

let looked: Promise<string | null> | null = null;

/** Which locked packages can't be had from here; null where all can. Looked for once. */
function missing(): Promise<string | null> {
  looked ??= lookForMissing();
  return looked;
}

async function lookForMissing(): Promise<string | null> {
  try {
    using _ = await unpackPackages(readLock(), join(sourceRoot, 'dist', 'enclave', 'inputs'));
    return null;
  } catch (error) {
    if (error instanceof EnclaveError && error.code === 'input-missing') return error.message;
    throw error;
  }
}

/** The repository at another path: sources copied, what npm installed linked. */
function cloneTo(root: string): void {
  const unwanted = new Set(['node_modules', 'dist', '.git', '.symbolon']);
  for (const entry of ['package.json', 'packages', 'parties', 'enclave', 'tsconfig.json']) {
    cpSync(join(sourceRoot, entry), join(root, entry), {
      recursive: true,
      filter: (path) => !unwanted.has(basename(path)),
    });
  }
  mkdirSync(join(root, 'node_modules'));
  for (const entry of readdirSync(join(sourceRoot, 'node_modules'))) {
    if (entry !== '@symbolon') symlinkSync(join(sourceRoot, 'node_modules', entry), join(root, 'node_modules', entry));
  }
  cpSync(join(sourceRoot, 'node_modules/@symbolon'), join(root, 'node_modules/@symbolon'), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const inputs = join(sourceRoot, 'dist', 'enclave', 'inputs');
  mkdirSync(join(root, 'dist', 'enclave'), { recursive: true });
  if (existsSync(inputs)) symlinkSync(inputs, join(root, 'dist', 'enclave', 'inputs'));
}

describe('the image of this release', () => {
  test('PCR2, which the npm lockfile and this source alone decide, is the published one', async () => {
    const nothing = new Uint8Array();
    const { pcr2 } = measureImage({
      kernel: nothing,
      commandLine: '',
      ramdisks: [nothing, await applicationRamdisk()],
      metadata: {},
    });
    assert.deepEqual(pcr2, readRelease().pcr2, staleRelease);
  });

  test('built twice, at two paths, it is the same to the bit, and measures what is published', async (context) => {
    const gone = await missing();
    // PCR0 and PCR1 can't be rebuilt without every one of them: which one it is that stands between is said aloud.
    if (gone !== null) return context.skip(gone);
    const here = await buildImage();
    const root = join(folder, 'another path');
    cloneTo(root);
    const { stdout } = await run(process.execPath, [join(root, 'enclave/src/main.ts')], { cwd: folder });
    const there = readEif(readFileSync(join(root, 'dist/enclave/symbolon-signer.eif')));
    const digests = ({ kernel, commandLine, ramdisks }: typeof here) =>
      [kernel, Buffer.from(commandLine), ...ramdisks].map((part) => createHash('sha256').update(part).digest('hex'));
    assert.deepEqual(digests(there), digests(here));
    assert.deepEqual(there.metadata, JSON.parse(JSON.stringify(here.metadata)));

    const measured = measureImage(here);
    const written = JSON.parse(readFileSync(join(root, 'dist/enclave/measurements.json'), 'utf8'));
    assert.deepEqual(written, printMeasurement(measured));
    for (const value of Object.values(written)) assert.ok(stdout.includes(String(value)));
    const published = readRelease();
    assert.ok(measurementsEqual({ ...measured }, { ...published }), staleRelease);
    assert.deepEqual(parseMeasurement(written), published);

    const [boot, application] = here.ramdisks.map((ramdisk) => readCpio(ramdisk).map(({ path }) => path));
    const modules = readLock().kernel.modules.map((path, index) => `modules/0${index}-${basename(path)}`);
    const files = (paths: string[] = []) => paths.filter((path) => !folders.has(path));
    const wanted = ['init', ...modules, ...readLock().runtime.map(({ to }) => to)];
    assert.deepEqual(files(boot), wanted.sort(), 'init, modules and libraries: no shell, no other program');
    assert.deepEqual(files(application), ['app/node', 'app/secp256k1.node', 'app/signer.mjs', 'app/sodium.node']);
  });

  test("with AWS's kernel it is the same application: PCR2 is equal, PCR0 and PCR1 are others", async (context) => {
    const gone = await missing();
    if (gone !== null) return context.skip(gone);
    const given = { kernel: new Uint8Array(1_000).fill(7), nsmModule: new Uint8Array(100).fill(8), version: 'test' };
    const image = await buildNitroImage(given);
    const [measured, published] = [measureImage(image), readRelease()];
    assert.deepEqual(measured.pcr2, published.pcr2, staleRelease);
    assert.notDeepEqual(measured.pcr0, published.pcr0);
    assert.notDeepEqual(measured.pcr1, published.pcr1);
    const [boot = new Uint8Array()] = image.ramdisks;
    const modules = readCpio(boot).filter(({ path }) => path.startsWith('modules/'));
    assert.deepEqual(
      modules.map(({ path }) => path),
      ['modules/00-nsm.ko'],
    );
  });
});

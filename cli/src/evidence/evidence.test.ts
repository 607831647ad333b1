import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from '../run.ts';
import { recordingIo } from '../testIo.ts';

const vectors = join(import.meta.dirname, '..', '..', '..', 'packages', 'attestation', 'vectors');
const folder = mkdtempSync(join(tmpdir(), 'cli-evidence-'));
after(() => rmSync(folder, { recursive: true }));

const good = { file: join(vectors, 'real-2022-11-09.cbor'), at: '2022-11-09T22:52:00Z' };
const indefinite = { file: join(vectors, 'real-2026-01-03-indefinite.cbor'), at: '2026-01-03T20:41:07Z' };
const debug = { file: join(vectors, 'real-2022-10-12-debug-mode.cbor'), at: '2022-10-12T13:50:06Z' };
const corrupted = { file: join(vectors, 'real-2022-11-09-bad-signature.cbor'), at: good.at };

async function verify({ file, at }: { file: string; at: string }, ...more: string[]) {
  const io = recordingIo({ input: readFileSync(good.file) });
  const code = await run(['verify', 'evidence', file, '--at', at, ...more], io);
  return { code, said: io.said, erred: io.erred, json: () => JSON.parse(io.said) };
}

test('real documents verify under the AWS root at their own times, and only then', async () => {
  for (const document of [good, indefinite]) {
    const { code, json } = await verify(document, '--json');
    assert.equal(code, 0);
    const { valid, reasons, timestamp, debug: inDebug, moduleId, pcrs, measurementCompared } = json();
    assert.deepEqual([valid, reasons, inDebug, measurementCompared], [true, [], false, false]);
    assert.ok(Math.abs(timestamp - Date.parse(document.at)) < 300_000);
    assert.match(moduleId, /^i-/);
    assert.match(pcrs[0], /^[0-9a-f]{96}$/);
  }
  const later = await verify({ ...good, at: '2026-06-01T00:00:00Z' }, '--json');
  assert.equal(later.code, 1);
  assert.deepEqual(later.json().reasons, ['expired']);
  assert.equal(later.json().pcrs, null, 'of a document that does not hold, nothing is repeated');
  const asMillis = await verify({ ...good, at: String(Date.parse(good.at)) }, '--json');
  assert.equal(asMillis.code, 0);
});

test('a corrupted document, debug mode and another root are refused, with the reason', async () => {
  const bad = await verify(corrupted, '--json');
  assert.deepEqual([bad.code, bad.json().valid, bad.json().reasons], [1, false, ['signature']]);
  const host = await verify(debug, '--json');
  assert.deepEqual([host.code, host.json().reasons, host.json().debug], [1, ['debug'], true]);
  assert.equal((await verify(debug, '--json', '--allow-debug')).code, 0);
  const pem = join(vectors, 'aws-nitro-root-g1.pem');
  assert.equal((await verify(good, '--root', pem)).code, 0);
});

test('only an allowed measurement is valid once --allow is given; without it the answer says that none was compared', async () => {
  const { pcrs } = (await verify(good, '--json')).json();
  const allow = join(folder, 'allow.json');
  writeFileSync(allow, JSON.stringify([{ pcr0: pcrs[0], pcr1: pcrs[1], pcr2: pcrs[2] }]));
  const right = await verify(good, '--json', '--allow', allow);
  assert.deepEqual([right.code, right.json().measurementCompared], [0, true]);
  const other = await verify(indefinite, '--json', '--allow', allow);
  assert.deepEqual([other.code, other.json().reasons], [1, ['measurement']]);
  assert.match((await verify(good)).said, /NO MEASUREMENT WAS COMPARED/);
  assert.doesNotMatch((await verify(good, '--allow', allow)).said, /NO MEASUREMENT/);
});

test('it says in words what was proven and what not', async () => {
  const valid = await verify(good);
  assert.match(valid.said, /^VALID\n[\s\S]*Proven:[\s\S]*AWS Nitro security module[\s\S]*Not proven:/);
  const refused = await verify(corrupted);
  assert.match(refused.said, /^NOT VALID\n {2}signature: its signature does not hold/);
  assert.doesNotMatch(refused.said, /PCR0/);
});

test('a document comes from standard input too; what cannot be read says what to do', async () => {
  assert.equal((await verify({ file: '-', at: good.at })).code, 0);
  const missing = await verify({ file: join(folder, 'none.cbor'), at: good.at });
  assert.equal(missing.code, 1);
  assert.match(missing.erred, /cannot be read\. \(file-unreadable\)\n {2}next: /);
  for (const [option, value, code] of [
    ['--at', 'yesterday', 'time-invalid'],
    ['--root', good.file, 'root-invalid'],
    ['--allow', good.file, 'measurement-invalid'],
  ] as const) {
    const wrong = await verify(good, option, value);
    assert.equal(wrong.code, 1);
    assert.match(wrong.erred, new RegExp(`\\(${code}\\)`));
  }
});

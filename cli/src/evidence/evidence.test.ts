import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createDevelopmentRoot, issueLeaf, ownCertificate, signDocument } from '@symbolon/attestation/develop';
import { evidenceUserDataCodec } from '@symbolon/protocol';
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

const intel = (kind: 'sgx' | 'tdx') => ({ file: join(vectors, 'intel', `${kind}_quote`), at: '2025-06-20T00:00:00Z' });
const collateral = (kind: 'sgx' | 'tdx') =>
  ['--collateral', join(vectors, 'intel', `${kind}_quote_collateral.json`)] as const;
const psa = (name: string) => ({ file: join(vectors, 'psa', `rfc9783-${name}.cbor`), at: good.at });
const key = (name: string) => ['--key', join(vectors, 'psa', `rfc9783-${name}.jwk.json`)] as const;

test('the fidelity is said of everything genuine: Nitro hardware, verification only, a root of the person’s own', async () => {
  const pem = join(vectors, 'aws-nitro-root-g1.pem');
  const labels = [
    [await verify(good, '--json'), 'nitro', 'Nitro hardware'],
    [await verify(good, '--json', '--root', pem), 'nitro', 'Nitro hardware'],
    [await verify(intel('sgx'), '--json', ...collateral('sgx')), 'sgx', 'verification only'],
    [await verify(intel('tdx'), '--json', ...collateral('tdx')), 'tdx', 'verification only'],
    [await verify(psa('sign1'), '--json', ...key('sign1')), 'psa', 'verification only'],
  ] as const;
  for (const [{ code, json }, kind, fidelity] of labels) {
    assert.equal(code, 0);
    assert.deepEqual([json().kind, json().fidelity, json().valid], [kind, fidelity, true]);
  }
  assert.equal((await verify(corrupted, '--json')).json().fidelity, null);
});

test('an Intel quote is judged by its collateral at its own time, and its platform’s state is said', async () => {
  const sgx = await verify(intel('sgx'), ...collateral('sgx'));
  assert.equal(sgx.code, 0);
  assert.match(
    sgx.said,
    /MRENCLAVE +33d8736d[\s\S]*platform +ConfigurationAndSWHardeningNeeded INTEL-SA-00289 INTEL-SA-00615/,
  );
  assert.match(sgx.said, /quoting enclave of a platform, under Intel's own root/);
  assert.match(sgx.said, /Not proven:[\s\S]*NO MEASUREMENT WAS COMPARED[\s\S]*NO CHALLENGE WAS COMPARED/);
  const later = await verify({ ...intel('tdx'), at: '2025-09-01T00:00:00Z' }, '--json', ...collateral('tdx'));
  assert.deepEqual([later.code, later.json().reasons, later.json().measurement], [1, ['expired'], null]);
  const other = await verify(intel('tdx'), '--json', ...collateral('sgx'));
  assert.deepEqual([other.code, other.json().reasons], [1, ['collateral']]);
  const aws = await verify(intel('tdx'), '--json', '--root', 'aws', ...collateral('tdx'));
  assert.deepEqual([aws.code, aws.json().reasons], [1, ['root']]);
});

test('a challenge is compared where one is given: a nonce, or the report data of a quote', async () => {
  const hello = Buffer.from('Hello, world!').toString('hex');
  const right = await verify(intel('sgx'), '--json', '--nonce', hello, ...collateral('sgx'));
  assert.deepEqual([right.code, right.json().challengeCompared], [0, true]);
  const wrong = await verify(intel('sgx'), '--json', '--nonce', `${hello}00ff`, ...collateral('sgx'));
  assert.deepEqual([wrong.code, wrong.json().reasons], [1, ['user-data']]);
  const token = await verify(psa('mac0'), '--nonce', '01'.repeat(32), ...key('mac0'));
  assert.equal(token.code, 0);
  assert.match(token.said, /under the secret, known to whoever checks it,[\s\S]*made after the challenge was chosen/);
  const replayed = await verify(psa('mac0'), '--json', '--nonce', '02'.repeat(32), ...key('mac0'));
  assert.deepEqual([replayed.code, replayed.json().reasons], [1, ['nonce']]);
  const document = await verify(good, '--json', '--nonce', '01'.repeat(32));
  assert.deepEqual([document.code, document.json().reasons], [1, ['nonce']]);
});

test('what --json printed as measurement is what --allow takes, of every kind; a register left out allows nothing', async () => {
  const cases = [
    [good, [], 'pcr2'],
    [intel('sgx'), collateral('sgx'), 'mrsigner'],
    [intel('tdx'), collateral('tdx'), 'rtmr3'],
    [psa('sign1'), key('sign1'), 'client'],
  ] as const;
  for (const [given, more, register] of cases) {
    const { measurement } = (await verify(given, '--json', ...more)).json();
    const allow = join(folder, `allow-${register}.json`);
    const judged = async (entry: unknown) => {
      writeFileSync(allow, JSON.stringify([entry]));
      return verify(given, '--json', '--allow', allow, ...more);
    };
    assert.deepEqual(
      [(await judged(measurement)).code, (await judged({ ...measurement, built: 'today' })).code],
      [0, 0],
    );
    const { [register]: _, ...less } = measurement;
    // Of a Nitro document such a file is no measurement at all.
    const refused = await judged(less);
    assert.equal(refused.code, 1);
    if (register !== 'pcr2') assert.deepEqual(refused.json().reasons, ['measurement']);
    const changed = await judged({ ...measurement, [register]: measurement[register].replace(/^../, 'ab') });
    assert.deepEqual(changed.json().reasons, ['measurement']);
  }
});

const root = createDevelopmentRoot();
const ownRoot = join(folder, 'root.pem');
const pem = Buffer.from(ownCertificate(root)).toString('base64');
writeFileSync(ownRoot, `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`);

/** A document of an emulated enclave, made now, that binds the configuration 0707... */
function emulated(nonce: Uint8Array | null): Uint8Array {
  const configuration = new Uint8Array(32).fill(7);
  const userData = evidenceUserDataCodec.encode({ v: 1, configuration, keys: new Uint8Array(32) });
  const pcrs = new Map([0, 1, 2].map((index) => [index, new Uint8Array(48).fill(index + 1)]));
  const own = { moduleId: 'symbolon-emulated-enclave', publicKey: null, userData, nonce, pcrs, timestamp: Date.now() };
  return signDocument({ leaf: issueLeaf(root), ...own });
}

test('an allowed image under another configuration than its own is refused', async () => {
  const document = { file: join(folder, 'emulated.cbor'), at: new Date().toISOString() };
  writeFileSync(document.file, emulated(null));
  const found = (await verify(document, '--json', '--root', ownRoot)).json();
  assert.deepEqual([found.valid, found.fidelity, found.configuration], [true, 'emulated enclave', '07'.repeat(32)]);
  const allow = join(folder, 'pair.json');
  const judged = async (hash: string) => {
    writeFileSync(allow, JSON.stringify({ ...found.measurement, configuration: hash }));
    return verify(document, '--json', '--root', ownRoot, '--allow', allow);
  };
  const right = await judged('07'.repeat(32));
  assert.deepEqual([right.code, right.json().configurationCompared], [0, true]);
  assert.deepEqual((await judged('08'.repeat(32))).json().reasons, ['configuration']);
  const { said } = await verify(document, '--root', ownRoot);
  assert.match(
    said,
    /fidelity +emulated enclave[\s\S]*No hardware stands behind it[\s\S]*Which configuration is the right one/,
  );
});

test('a live signer is asked for a challenge of one’s own, and evidence that was made before is refused', async (t) => {
  const earlier = emulated(new Uint8Array(32).fill(1));
  const server = createServer(({ url = '' }, response) => {
    const asked = new URL(url, 'http://signer').searchParams.get('nonce');
    const fresh = asked !== null && !url.startsWith('/copy');
    response.end(fresh ? emulated(Uint8Array.from(Buffer.from(asked, 'base64url'))) : earlier);
  });
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const origin = `http://127.0.0.1:${address.port}`;
  const judged = async (path: string, ...more: string[]) => {
    const given = { file: origin + path, at: new Date().toISOString() };
    return (await verify(given, '--json', '--root', ownRoot, ...more)).json();
  };

  const live = await judged('');
  assert.deepEqual([live.valid, live.challengeCompared], [true, true]);
  assert.equal((await judged('/v1/evidence', '--nonce', '05'.repeat(32))).valid, true);
  const copy = await judged('/copy.cbor');
  assert.deepEqual([copy.valid, copy.challengeCompared], [true, false], 'a file: nothing was asked of anyone');
  const replayed = await judged('/copy.cbor', '--nonce', '05'.repeat(32));
  assert.deepEqual([replayed.valid, replayed.reasons], [false, ['nonce']]);
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
    ['--nonce', 'xyz', 'nonce-invalid'],
    ['--nonce', '01'.repeat(65), 'nonce-invalid'],
  ] as const) {
    const wrong = await verify(good, option, value);
    assert.equal(wrong.code, 1);
    assert.match(wrong.erred, new RegExp(`\\(${code}\\)`));
  }
});

test('a form that needs more than the evidence says what, and how to give it', async () => {
  for (const [given, more, code] of [
    [intel('sgx'), [], 'collateral-missing'],
    [psa('sign1'), [], 'key-missing'],
    [psa('sign1'), ['--key', good.file], 'key-invalid'],
    [intel('sgx'), ['--collateral', join(folder, 'none.json')], 'file-unreadable'],
  ] as const) {
    const { code: exit, erred } = await verify(given, ...more);
    assert.equal(exit, 1);
    assert.match(erred, new RegExp(`\\(${code}\\)\\n {2}next: `));
  }
});

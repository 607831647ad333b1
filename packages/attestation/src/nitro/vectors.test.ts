import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { appraise, awsNitroRoot, printMeasurement, verifyDocument } from '../index.ts';

const vector = (name: string) => readFileSync(new URL(`../../vectors/${name}`, import.meta.url));
const genuine = [
  { file: 'real-2022-11-09.cbor', at: Date.parse('2022-11-09T22:52:00Z'), pcr0: '22f9e1c9', debug: false },
  { file: 'real-2022-10-12-debug-mode.cbor', at: Date.parse('2022-10-12T13:50:06Z'), pcr0: '00000000', debug: true },
  { file: 'real-2026-01-03-indefinite.cbor', at: Date.parse('2026-01-03T20:41:07Z'), pcr0: '4b8d4cf2', debug: false },
];
const roots = [awsNitroRoot];

test("the root carried in the source is AWS's", () => {
  const published = new X509Certificate(vector('aws-nitro-root-g1.pem'));
  assert.deepEqual(Buffer.from(awsNitroRoot), published.raw);
  assert.match(createHash('sha256').update(awsNitroRoot).digest('hex'), /^641a0321/);
});

for (const { file, at, pcr0, debug } of genuine) {
  test(`${file} verifies at its own time under AWS's root, and says what it says`, async () => {
    const attestation = await verifyDocument(vector(file), { roots, at });
    assert.equal(attestation.debug, debug);
    assert.ok(printMeasurement(attestation.measurement).pcr0.startsWith(pcr0));
    assert.equal(attestation.digest, 'SHA384');
    assert.equal(attestation.pcrs.size, 16);
    assert.ok(Math.abs(attestation.timestamp - at) < 1000);
    assert.match(attestation.moduleId, /^i-[0-9a-f]{17}-enc[0-9a-f]{16}$/);
  });

  test(`${file} verifies neither before its leaf was issued nor after it expired`, async () => {
    const day = 24 * 3600_000;
    for (const other of [at - day, at + day, Number.NaN]) {
      await assert.rejects(verifyDocument(vector(file), { roots, at: other }), { code: 'expired' });
    }
  });

  test(`${file} does not verify under no root, nor under one that differs in a bit`, async () => {
    await assert.rejects(verifyDocument(vector(file), { roots: [], at }), { code: 'root' });
    const almost = Uint8Array.from(awsNitroRoot, (byte, i) => (i === 400 ? byte ^ 1 : byte));
    await assert.rejects(verifyDocument(vector(file), { roots: [almost], at }), { code: 'root' });
  });
}

test('the corrupted twin never verifies', async () => {
  const at = Date.parse('2022-11-09T22:52:00Z');
  const corrupted = verifyDocument(vector('real-2022-11-09-bad-signature.cbor'), { roots, at });
  await assert.rejects(corrupted, { code: 'signature' });
});

test('a real debug-mode document is refused by every policy, even one that lists zeros', async () => {
  const at = Date.parse('2022-10-12T13:50:06Z');
  const attestation = await verifyDocument(vector('real-2022-10-12-debug-mode.cbor'), { roots, at });
  assert.throws(() => appraise(attestation, { at, measurements: [attestation.measurement] }), { code: 'debug' });
});

test('a genuine document with the COSE_Sign1 tag verifies as without it; with any other tag it does not', async () => {
  const { file, at } = { file: 'real-2022-11-09.cbor', at: Date.parse('2022-11-09T22:52:00Z') };
  const tagged = (tag: number) => verifyDocument(Buffer.concat([Uint8Array.of(tag), vector(file)]), { roots, at });
  assert.equal((await tagged(0xd2)).debug, false);
  for (const tag of [0xd1, 0xd3, 0xc0]) await assert.rejects(tagged(tag), { code: 'malformed' });
  const twice = Buffer.concat([Uint8Array.of(0xd2, 0xd2), vector(file)]);
  await assert.rejects(verifyDocument(twice, { roots, at }), { code: 'malformed' });
});

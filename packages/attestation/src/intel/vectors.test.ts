import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { appraise, findings, intelSgxRoot, verifyQuote } from '../index.ts';

const vector = (name: string) => readFileSync(new URL(`../../vectors/intel/${name}`, import.meta.url));
const roots = [intelSgxRoot];
const at = Date.parse('2025-06-20T00:00:00Z');
const sgx = { quote: vector('sgx_quote'), collateral: vector('sgx_quote_collateral.json') };
const tdx = { quote: vector('tdx_quote'), collateral: vector('tdx_quote_collateral.json') };
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

test("the root carried in the source is Intel's", () => {
  const root = new X509Certificate(intelSgxRoot);
  assert.equal(root.subject.split('\n')[0], 'CN=Intel SGX Root CA');
  assert.ok(root.verify(root.publicKey));
  const fingerprint = '44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3';
  assert.equal(createHash('sha256').update(intelSgxRoot).digest('hex'), fingerprint);
});

test('a real SGX quote v3 verifies with its collateral at its time, and says what it says', async () => {
  const said = await verifyQuote(sgx.quote, { roots, at, collateral: sgx.collateral });
  assert.deepEqual([said.kind, said.version, said.debug, said.timestamp], ['sgx', 3, false, null]);
  assert.ok(hex(said.measurement['mrenclave']).startsWith('33d8736db756ed4997e04ba358d27833'));
  assert.ok(hex(said.measurement['mrsigner']).startsWith('815f42f11cf64430c30bab7816ba596a'));
  assert.equal(Buffer.from(said.userData).toString('latin1').replaceAll('\0', ''), 'Hello, world!');
  assert.deepEqual(said.tcb, {
    status: 'ConfigurationAndSWHardeningNeeded',
    advisories: ['INTEL-SA-00289', 'INTEL-SA-00615'],
  });
});

test('a real TDX quote v4 verifies with its collateral at its time, and says what it says', async () => {
  const said = await verifyQuote(tdx.quote, { roots, at, collateral: tdx.collateral });
  assert.deepEqual([said.kind, said.version, said.debug, said.timestamp], ['tdx', 4, false, null]);
  assert.ok(hex(said.measurement['mrtd']).startsWith('91eb2b44d141d4ece09f0c75c2c53d24'));
  assert.ok(hex(said.measurement['rtmr3']).length === 96);
  assert.ok(hex(said.userData).startsWith('9a9d48e7f6799642d3d1b34e1e5e1742'));
  assert.deepEqual(said.tcb, { status: 'UpToDate', advisories: [] });
});

test('neither verifies a moment before the last part of its collateral was issued, nor after the first one ran out', async () => {
  const spans = [
    { ...sgx, from: '2025-06-19T10:56:11Z', to: '2025-07-19T10:01:18Z' },
    { ...tdx, from: '2025-06-19T10:32:27Z', to: '2025-07-19T10:16:03Z' },
  ];
  for (const { quote, collateral, from, to } of spans) {
    const verify = (when: number) => verifyQuote(quote, { roots, at: when, collateral });
    await verify(Date.parse(from));
    for (const when of [Date.parse(from) - 1, Date.parse(to) + 20 * 86_400_000, 0, Number.NaN]) {
      await assert.rejects(verify(when), { code: 'expired' });
    }
  }
});

test('neither verifies under no root, under another one, or with the collateral of the other', async () => {
  const almost = Uint8Array.from(intelSgxRoot, (byte, i) => (i === 300 ? byte ^ 1 : byte));
  for (const pinned of [[], [almost]]) {
    await assert.rejects(verifyQuote(sgx.quote, { roots: pinned, at, collateral: sgx.collateral }), { code: 'root' });
  }
  await assert.rejects(verifyQuote(sgx.quote, { roots, at, collateral: tdx.collateral }), { code: 'collateral' });
  await assert.rejects(verifyQuote(tdx.quote, { roots, at, collateral: sgx.collateral }), { code: 'collateral' });
});

test('a genuine quote is trusted only for what its verifier chose, allows and accepts', async () => {
  const said = await verifyQuote(sgx.quote, { roots, at, collateral: sgx.collateral });
  const policy = { at, measurements: [said.measurement], userData: said.userData, tcb: [said.tcb.status] };
  appraise(said, policy);
  assert.deepEqual(findings(said, { at, measurements: [] }), ['measurement', 'stale', 'tcb']);
  assert.deepEqual(findings(said, { ...policy, userData: new Uint8Array(64) }), ['user-data']);
  const { mrenclave } = said.measurement;
  assert.ok(mrenclave);
  assert.deepEqual(
    findings(said, { ...policy, measurements: [{ mrenclave }] }),
    ['measurement'],
    'a register left out',
  );
});

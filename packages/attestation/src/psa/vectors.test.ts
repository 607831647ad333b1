import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { appraise, findings, parsePsaKey, verifyPsaToken } from '../index.ts';

const vector = (name: string) => readFileSync(new URL(`../../vectors/psa/${name}`, import.meta.url));
const keyOf = (name: string) => parsePsaKey(vector(`${name}.jwk.json`).toString());
const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte);

for (const name of ['rfc9783-sign1', 'rfc9783-mac0']) {
  test(`${name} verifies by its key, and says what the RFC says of it`, async () => {
    const said = await verifyPsaToken(vector(`${name}.cbor`), { key: await keyOf(name) });
    assert.deepEqual([said.kind, said.debug, said.timestamp, said.userData], ['psa', false, null, null]);
    assert.deepEqual(said.nonce, filled(1));
    assert.deepEqual([said.clientId, said.lifecycle, said.certification], [2_147_483_647, 0x3000, null]);
    assert.deepEqual(said.bootSeed, filled(0, 8));
    assert.equal(said.instanceId[0], 1);
    const [component, ...others] = said.components;
    assert.deepEqual(component, { type: 'PRoT', version: null, measurement: filled(3), signerId: filled(4) });
    assert.equal(others.length, 0);
    const client = Uint8Array.of(0x7f, 0xff, 0xff, 0xff);
    assert.deepEqual(said.measurement, {
      implementation: filled(0),
      client,
      component0: filled(3),
      signer0: filled(4),
    });
  });

  test(`${name} is trusted only as the answer to its own challenge`, async () => {
    const said = await verifyPsaToken(vector(`${name}.cbor`), { key: await keyOf(name) });
    const policy = { at: 0, measurements: [said.measurement] };
    appraise(said, { ...policy, nonce: filled(1) });
    assert.deepEqual(findings(said, policy), ['stale']);
    assert.deepEqual(findings(said, { ...policy, nonce: filled(2) }), ['nonce']);
    assert.deepEqual(findings(said, { ...policy, nonce: filled(1), userData: filled(1) }), ['user-data']);
  });
}

test('neither verifies by the key of the other', async () => {
  const [signed, mac] = [vector('rfc9783-sign1.cbor'), vector('rfc9783-mac0.cbor')];
  await assert.rejects(verifyPsaToken(signed, { key: await keyOf('rfc9783-mac0') }), { code: 'algorithm' });
  await assert.rejects(verifyPsaToken(mac, { key: await keyOf('rfc9783-sign1') }), { code: 'algorithm' });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { concat, fromHex, toHex } from '../bytes.ts';
import { Secret } from '../secret.ts';
import { gcmOpen, gcmSeal } from './gcm.ts';
import { hpkeSuiteId } from './hkdf.ts';
import { exportSecret, keySchedule, suite } from './key-schedule.ts';
import { xWing } from './x-wing.ts';
import { dhkemX25519, encapsulateWith } from './x25519.ts';

type Vector = Record<'name' | 'info' | 'skEm' | 'pkRm' | 'skRm' | 'enc' | 'sharedSecret', string> &
  Record<'key' | 'baseNonce' | 'exporterSecret', string> &
  Record<'kemId' | 'kdfId' | 'aeadId' | 'keyLength', number> & { exports: { context: string; value: string }[] };

for (const vector of load<Vector[]>('rfc9180-x25519.json')) {
  test(`RFC 9180 ${vector.name}: KEM, key schedule and exporter give the published values`, () => {
    const encapsulated = encapsulateWith(fromHex(vector.skEm), fromHex(vector.pkRm));
    assert.equal(toHex(encapsulated.enc), vector.enc);
    assert.equal(toHex(encapsulated.sharedSecret), vector.sharedSecret);

    using decapsulator = dhkemX25519.decapsulator(Secret.take(fromHex(vector.skRm)));
    assert.equal(toHex(decapsulator.publicKey), vector.pkRm);
    const sharedSecret = decapsulator.decapsulate(fromHex(vector.enc));
    assert.equal(toHex(sharedSecret), vector.sharedSecret);

    const id = hpkeSuiteId(vector.kemId, vector.kdfId, vector.aeadId);
    const context = keySchedule(suite(id, vector.keyLength), sharedSecret, fromHex(vector.info));
    assert.equal(toHex(context.key), vector.key);
    assert.equal(toHex(context.baseNonce), vector.baseNonce);
    assert.equal(toHex(context.exporterSecret), vector.exporterSecret);
    for (const { context: exporterContext, value } of vector.exports) {
      assert.equal(toHex(exportSecret(id, context.exporterSecret, fromHex(exporterContext), 32)), value);
    }
  });
}

test('X25519, HKDF-SHA256, AES-256-GCM: 1,000 encryptions and 1,000 exports add up to the published values', () => {
  const vector = load<Record<string, string>>('hpke-aes-256-gcm-accumulated.json');
  const hex = (name: string) => fromHex(vector[name] ?? '');
  using decapsulator = dhkemX25519.decapsulator(Secret.take(hex('skRm')));
  assert.equal(toHex(decapsulator.publicKey), vector['pkRm']);
  const id = hpkeSuiteId(0x0020, 0x0001, 0x0002);
  const context = keySchedule(suite(id, 32), decapsulator.decapsulate(hex('enc')), hex('info'));

  const drawForEncryptions = shake128Stream();
  const encryptions = createHash('shake128', { outputLength: 16 });
  for (let sequence = 0; sequence < 1000; sequence++) {
    const [aad, plaintext] = [drawForEncryptions(), drawForEncryptions()];
    const nonce = context.baseNonce.slice();
    nonce[11] = (nonce[11] ?? 0) ^ (sequence & 0xff);
    nonce[10] = (nonce[10] ?? 0) ^ (sequence >> 8);
    const sealed = gcmSeal(context.key, nonce, aad, plaintext);
    assert.equal(toHex(gcmOpen(context.key, nonce, aad, sealed).expose()), toHex(plaintext));
    encryptions.update(sealed);
  }
  assert.equal(encryptions.digest('hex'), vector['encryptionsAccumulated']);

  const drawForExports = shake128Stream();
  const exports = createHash('shake128', { outputLength: 16 });
  for (let length = 0; length < 1000; length++) {
    exports.update(exportSecret(id, context.exporterSecret, drawForExports(), length));
  }
  assert.equal(exports.digest('hex'), vector['exportsAccumulated']);
});

for (const [i, vector] of load<Record<'seed' | 'pk' | 'ct' | 'ss', string>[]>('x-wing.json').entries()) {
  test(`X-Wing draft, vector ${i + 1}: public key and decapsulation give the published values`, () => {
    using decapsulator = xWing.decapsulator(Secret.take(fromHex(vector.seed)));
    assert.equal(toHex(decapsulator.publicKey), vector.pk);
    assert.equal(toHex(decapsulator.decapsulate(fromHex(vector.ct))), vector.ss);
  });
}

test('X-Wing rejects implicitly: an altered ML-KEM ciphertext gives another secret, always the same', () => {
  using seed = Secret.random(32);
  using decapsulator = xWing.decapsulator(seed);
  const { sharedSecret, enc } = xWing.encapsulate(decapsulator.publicKey);
  assert.equal(toHex(decapsulator.decapsulate(enc)), toHex(sharedSecret));
  const altered = concat(enc);
  altered[100] = (altered[100] ?? 0) ^ 1;
  const rejected = toHex(decapsulator.decapsulate(altered));
  assert.notEqual(rejected, toHex(sharedSecret));
  assert.equal(toHex(decapsulator.decapsulate(altered)), rejected);
});

/** Byte strings as the accumulated vectors draw them: from SHAKE128 of nothing, a length byte, then so many bytes. */
function shake128Stream(): () => Uint8Array {
  const stream = createHash('shake128', { outputLength: 2000 * 256 }).digest();
  let at = 0;
  return () => {
    const length = stream[at] ?? 0;
    at += 1 + length;
    return stream.subarray(at - length, at);
  };
}

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8')) as T;
}

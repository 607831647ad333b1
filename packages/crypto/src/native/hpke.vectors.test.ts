import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { concat, fromHex, offHeap, toHex } from '../bytes.ts';
import { hpkeX25519 as deviceHpkeX25519 } from '../device/index.ts';
import type { OpenedMessage } from '../hpke.ts';
import { Secret } from '../secret.ts';
import { chachaOpen, chachaSeal } from './chacha20-poly1305.ts';
import { hpkeSuiteId } from './hkdf.ts';
import { hpkeX25519 } from './hpke.ts';
import { type Context, exportSecret, keySchedule, suite } from './key-schedule.ts';
import { xWing } from './x-wing.ts';
import { dhkemX25519, encapsulateWith } from './x25519.ts';

type Vector = Record<'name' | 'info' | 'skEm' | 'pkRm' | 'skRm' | 'enc' | 'sharedSecret', string> &
  Record<'key' | 'baseNonce' | 'exporterSecret' | 'plaintext', string> &
  Record<'kemId' | 'kdfId' | 'aeadId', number> & {
    encryptions: { sequence: number; aad: string; sealed: string }[];
    exports: { context: string; value: string }[];
  };

for (const vector of load<Vector[]>('rfc9180-x25519.json')) {
  test(`RFC 9180 ${vector.name}: KEM, key schedule, encryptions and exports give the published values`, () => {
    const encapsulated = encapsulateWith(fromHex(vector.skEm), fromHex(vector.pkRm));
    assert.equal(toHex(encapsulated.enc), vector.enc);
    assert.equal(toHex(encapsulated.sharedSecret), vector.sharedSecret);

    using decapsulator = dhkemX25519.decapsulator(Secret.take(fromHex(vector.skRm)));
    assert.equal(toHex(decapsulator.publicKey), vector.pkRm);
    const sharedSecret = decapsulator.decapsulate(fromHex(vector.enc));
    assert.equal(toHex(sharedSecret), vector.sharedSecret);

    const id = hpkeSuiteId(vector.kemId, vector.kdfId, vector.aeadId);
    const context = keySchedule(suite(id), sharedSecret, fromHex(vector.info));
    assert.equal(toHex(context.key), vector.key);
    assert.equal(toHex(context.baseNonce), vector.baseNonce);
    assert.equal(toHex(context.exporterSecret), vector.exporterSecret);
    for (const { sequence, aad, sealed } of vector.encryptions) {
      assert.equal(toHex(sealAndOpen(context, sequence, fromHex(aad), fromHex(vector.plaintext))), sealed);
    }
    for (const { context: exporterContext, value } of vector.exports) {
      assert.equal(toHex(exportOf(id, context.exporterSecret, fromHex(exporterContext), 32)), value);
    }
  });
}

test('RFC 9180 A.2.1: native and device open the published message', async () => {
  for (const vector of load<Vector[]>('rfc9180-x25519.json')) {
    const first = vector.encryptions[0];
    assert.equal(first?.sequence, 0);
    const sealed = concat(fromHex(vector.enc), fromHex(first.sealed));
    for (const hpke of [hpkeX25519, deviceHpkeX25519]) {
      using recipient = await hpke.fromSeed(Secret.take(fromHex(vector.skRm)));
      const opened: OpenedMessage = await recipient.open(sealed, fromHex(vector.info), fromHex(first.aad));
      assert.equal(toHex(opened.plaintext.expose()), vector.plaintext);
    }
  }
});

test('X25519, HKDF-SHA256, ChaCha20-Poly1305: 1,000 encryptions and 1,000 exports add up to the published values', () => {
  const vector = load<Record<string, string>>('hpke-chacha20-poly1305-accumulated.json');
  const hex = (name: string) => fromHex(vector[name] ?? '');
  using decapsulator = dhkemX25519.decapsulator(Secret.take(hex('skRm')));
  assert.equal(toHex(decapsulator.publicKey), vector['pkRm']);
  const id = hpkeSuiteId(0x0020, 0x0001, 0x0003);
  const context = keySchedule(suite(id), decapsulator.decapsulate(hex('enc')), hex('info'));

  const drawForEncryptions = shake128Stream();
  const encryptions = createHash('shake128', { outputLength: 16 });
  for (let sequence = 0; sequence < 1000; sequence++) {
    const [aad, plaintext] = [drawForEncryptions(), drawForEncryptions()];
    encryptions.update(sealAndOpen(context, sequence, aad, plaintext));
  }
  assert.equal(encryptions.digest('hex'), vector['encryptionsAccumulated']);

  const drawForExports = shake128Stream();
  const exports = createHash('shake128', { outputLength: 16 });
  for (let length = 0; length < 1000; length++) {
    exports.update(exportOf(id, context.exporterSecret, drawForExports(), length));
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

/** ContextS.Seal, and Open of the same (RFC 9180 section 5.2). */
function sealAndOpen(
  { key, baseNonce }: Context,
  sequence: number,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const nonce = baseNonce.slice();
  nonce[11] = (nonce[11] ?? 0) ^ (sequence & 0xff);
  nonce[10] = (nonce[10] ?? 0) ^ (sequence >> 8);
  const sealed = offHeap(plaintext.length + 16);
  chachaSeal(sealed, key, nonce, aad, plaintext);
  assert.equal(toHex(chachaOpen(key, nonce, aad, sealed).expose()), toHex(plaintext));
  return sealed;
}

function exportOf(suiteId: Uint8Array, exporterSecret: Uint8Array, context: Uint8Array, length: number): Uint8Array {
  const out = offHeap(length);
  exportSecret(out, suiteId, exporterSecret, context);
  return out;
}

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

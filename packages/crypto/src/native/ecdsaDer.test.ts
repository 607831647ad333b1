import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromDer, toDer } from './ecdsaDer.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

test('every r || s comes back from its DER, whatever zeros and high bits it begins with', () => {
  const half = fc.tuple(fc.nat(32), fc.uint8Array({ minLength: 32, maxLength: 32 })).map(([zeros, bytes]) => {
    bytes.fill(0, 0, zeros);
    return bytes;
  });
  fc.assert(
    fc.property(half, half, (r, s) => {
      const signature = Uint8Array.of(...r, ...s);
      assert.deepEqual(fromDer(toDer(signature)), signature);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("OpenSSL's own conversion gives the same bytes", () => {
  for (let i = 0; i < 200; i++) {
    const message = Buffer.from([i]);
    const der = sign('sha256', message, privateKey);
    const flat = fromDer(der);
    assert.deepEqual(Buffer.from(toDer(flat)), der);
    assert.ok(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, flat));
  }
});

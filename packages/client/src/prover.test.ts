import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProofVerifier, Refusal } from '@symbolon/verify';
import { libraryCrypto } from './deviceCrypto.ts';
import { type DeviceKey, type KeyPairStorage, webCryptoDeviceKey } from './deviceKey.ts';
import { ephemeralDeviceKey } from './node/fileDeviceKey.ts';
import { nativeCrypto } from './node/nativeCrypto.ts';
import { Prover } from './prover.ts';

const now = () => 1_780_000_000_500;
const about = {
  htu: 'https://cloud.example/v1/seals',
  token: 'a.b.c',
  rh: new Uint8Array(32).fill(1),
  message: new Uint8Array([1, 2]),
};

/** What a browser's database does, without the browser. */
function keyPairs(): KeyPairStorage & { pair: CryptoKeyPair | null } {
  return {
    pair: null,
    async get() {
      return this.pair;
    },
    async add(pair) {
      this.pair ??= pair;
      return this.pair;
    },
  };
}

describe('a proof', () => {
  const keys: [string, () => Promise<DeviceKey>][] = [
    ['a browser key', () => webCryptoDeviceKey(keyPairs())],
    ['a file key', async () => ephemeralDeviceKey()],
  ];
  for (const [name, make] of keys) {
    it(`of ${name} verifies for its recipient alone, over this message and token alone, once`, async () => {
      const key = await make();
      const prover = new Prover(key, now);
      for (const { checks } of [nativeCrypto, libraryCrypto]) {
        const verifier = new ProofVerifier(checks, now);
        const proof = await prover.prove(about);
        assert.deepEqual(verifier.verify(proof, about), key.point);
        assert.throws(() => verifier.verify(proof, about), Refusal);
        for (const other of [
          { htu: 'https://kms.example/v1/seals' },
          { token: 'a.b.d' },
          { rh: new Uint8Array(32) },
          { message: new Uint8Array() },
        ]) {
          const fresh = await prover.prove(about);
          assert.throws(() => verifier.verify(fresh, { ...about, ...other }), Refusal);
        }
      }
    });
  }

  it('follows the token: a renewed one is proven over, not the one before', async () => {
    const prover = new Prover(ephemeralDeviceKey(), now);
    const verifier = new ProofVerifier(nativeCrypto.checks, now);
    await prover.prove(about);
    const renewed = { ...about, token: 'd.e.f' };
    assert.ok(verifier.verify(await prover.prove(renewed), renewed));
  });
});

describe('a browser key', () => {
  it('cannot be exported, and two tabs that race have one', async () => {
    const storage = keyPairs();
    const [one, two] = await Promise.all([webCryptoDeviceKey(storage), webCryptoDeviceKey(storage)]);
    assert.deepEqual(one.point, two.point);
    assert.ok(storage.pair !== null);
    assert.equal(storage.pair.privateKey.extractable, false);
    await assert.rejects(crypto.subtle.exportKey('jwk', storage.pair.privateKey));
  });
});

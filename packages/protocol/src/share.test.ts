import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CryptoError, Secret } from '@symbolon/crypto';
import { SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import * as fc from 'fast-check';
import { ProtocolError } from './errors.ts';
import { type Opening, packKeep, packShare, type ShareHeader, unpackKeep, unpackShare } from './share.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const header: ShareHeader = {
  v: 1,
  deployment: 'test-share',
  store: 'cloud',
  kind: 'sign',
  wallet: filled(32, 1),
  epoch: 1,
  deed: filled(32, 2),
  publicKeys: { secp256k1: filled(33, 3), ed25519: filled(32, 4) },
  signer: filled(32, 5),
  rh: filled(32, 6),
  device: filled(32, 7),
  at: 1_000,
  issuerKeys: [filled(32, 8)],
  receipt: null,
};
const store = SigningKey.generate();
const secretOf = (bytes: Uint8Array) => Secret.take(bytes.slice());
const wiped = (secret: Secret) =>
  assert.throws(
    () => secret.expose(),
    (error: unknown) => error instanceof CryptoError && error.code === 'secret-wiped',
  );
const malformed = (error: unknown) => error instanceof ProtocolError && error.code === 'malformed';
const open = (plaintext: Secret, key = store.publicKey) => unpackShare(plaintext, key, verifyEd25519);

describe('a sealed share says whose it is', () => {
  it('and comes out as it went in, in the order of the curves', () => {
    const shares = [Secret.random(32), Secret.random(32)];
    const opened = open(packShare(header, shares, store));
    assert.ok(opened);
    assert.deepEqual(opened.header, header);
    assert.deepEqual(
      opened.shares.map((share) => share.expose()),
      shares.map((share) => share.expose()),
    );
  });

  it('its plaintext is wiped by taking it apart, whatever comes of that', () => {
    const packed = () => packShare(header, [Secret.random(32), Secret.random(32)], store);
    const good = packed();
    const live = good.expose();
    assert.ok(open(good));
    wiped(good);
    assert.ok(live.every((byte) => byte === 0));

    const foreign = packed();
    assert.equal(open(foreign, SigningKey.generate().publicKey), null);
    wiped(foreign);

    const short = secretOf(Uint8Array.of(255, 255, 1));
    assert.throws(() => open(short), malformed);
    wiped(short);
  });

  it('packing leaves the shares to their owner', () => {
    const share = Secret.random(32);
    const before = share.expose().slice();
    packShare({ ...header, publicKeys: { ed25519: filled(32, 4) } }, [share], store).wipe();
    assert.deepEqual(share.expose(), before);
  });

  it('no other key could have signed it', () => {
    assert.equal(open(packShare(header, [Secret.random(32), Secret.random(32)], SigningKey.generate())), null);
  });

  it('every bit counts: header, signature and share', () => {
    const bytes = packShare(header, [Secret.alloc(32), Secret.alloc(32)], store).expose();
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const tampered = bytes.slice();
        tampered[bit >> 3] = (tampered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        try {
          assert.equal(open(Secret.take(tampered)), null);
        } catch (error) {
          if (!malformed(error)) throw error;
        }
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('with a share too many, too few or cut it is malformed even where the store signed it', () => {
    for (const shares of [
      [],
      [Secret.random(32)],
      [31, 33].map((n) => Secret.random(n)).slice(0, 1),
      [32, 32, 32].map((n) => Secret.random(n)),
    ]) {
      assert.throws(() => open(packShare(header, shares, store)), malformed);
    }
  });

  it('any bytes at all are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        try {
          assert.equal(open(secretOf(bytes)), null);
        } catch (error) {
          if (!malformed(error)) throw error;
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('what a device seals to a store at creation', () => {
  const opening: Opening = { salt: filled(32, 1), mailbox: 'a@b.example', curves: ['secp256k1', 'ed25519'] };

  it('comes out as it went in, by curve, and is wiped by that', () => {
    const [a, b] = [Secret.random(32), Secret.random(32)];
    const packed = packKeep(opening, [a, b]);
    const { opening: said, shares } = unpackKeep(packed);
    assert.deepEqual(said, opening);
    assert.deepEqual(shares.secp256k1?.expose(), a.expose());
    assert.deepEqual(shares.ed25519?.expose(), b.expose());
    wiped(packed);
  });

  it('with another number of shares than curves is refused, and wiped', () => {
    for (const count of [0, 1, 3]) {
      const packed = packKeep(
        opening,
        Array.from({ length: count }, () => Secret.random(32)),
      );
      assert.throws(() => unpackKeep(packed), malformed);
      wiped(packed);
    }
  });

  it('any bytes at all are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) =>
        assert.throws(() => unpackKeep(secretOf(bytes)), malformed),
      ),
      { seed: 1, numRuns: 500 },
    );
  });
});

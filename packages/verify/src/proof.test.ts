import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256, toBase64url, utf8 } from '@symbolon/crypto';
import { Refusal } from './errors.ts';
import { ProofVerifier } from './proof.ts';
import { Clock, checks, filled, flipped, TestDevice } from './testing.ts';

const htu = 'https://kms.example/v1/releases';
const token = 'the.token.itself';
const message = utf8('the message');
const rh = filled(32, 1);
const expected = { htu, token, rh, message };
const device = new TestDevice();

function setUp() {
  const clock = new Clock();
  const proofs = new ProofVerifier(checks, clock.now);
  const claims = () => ({ htu, iat: clock.now() / 1_000, ath: sha256(utf8(token)), rh, msg: sha256(message) });
  return { clock, proofs, claims };
}

function refused(work: () => unknown, reason: string): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof Refusal);
    assert.equal(error.reason, reason);
    return true;
  });
}

describe('a device proof', () => {
  it('names its key', () => {
    const { proofs, claims } = setUp();
    assert.deepEqual(proofs.verify(device.proof(claims()), expected), device.point);
  });

  it('is for one recipient, one token, one request and one message', () => {
    const { proofs, claims } = setUp();
    const others = [
      { ...expected, htu: 'https://cloud.example/v1/releases' },
      { ...expected, htu: `${htu}/` },
      { ...expected, token: 'the.token.itselg' },
      { ...expected, rh: filled(32, 2) },
      { ...expected, message: utf8('the messagf') },
    ];
    for (const other of others) refused(() => proofs.verify(device.proof(claims()), other), 'proof-mismatch');
  });

  it('serves once', () => {
    const { proofs, claims } = setUp();
    const proof = device.proof(claims());
    proofs.verify(proof, expected);
    for (let n = 0; n < 3; n++) refused(() => proofs.verify(proof, expected), 'proof-replayed');
  });

  it('serves once for as long as it would be taken, however much comes in between', () => {
    const { clock, proofs, claims } = setUp();
    proofs.verify(device.proof(claims()), expected);
    // Made by a clock a minute ahead: it stays acceptable for two minutes.
    const proof = device.proof({ ...claims(), iat: clock.now() / 1_000 + 60 });
    clock.at += 1_000;
    proofs.verify(proof, expected);
    for (let second = 0; second < 119; second++) {
      clock.at += 1_000;
      proofs.verify(device.proof(claims()), expected);
      refused(() => proofs.verify(proof, expected), 'proof-replayed');
    }
    clock.at += 2_000;
    refused(() => proofs.verify(proof, expected), 'proof-stale');
  });

  it('is of now: a minute either way, and no more', () => {
    const { clock, proofs, claims } = setUp();
    const now = clock.now() / 1_000;
    for (const iat of [now - 60, now + 60]) proofs.verify(device.proof({ ...claims(), iat }), expected);
    for (const iat of [now - 61, now + 61, 0, 2 ** 52]) {
      refused(() => proofs.verify(device.proof({ ...claims(), iat }), expected), 'proof-stale');
    }
  });

  it('is signed by the key that it shows, with no bit changed', () => {
    const { proofs, claims } = setUp();
    const [head, body, tail] = device.proof(claims()).split('.');
    const other = new TestDevice().proof(claims()).split('.')[2];
    refused(() => proofs.verify(`${head}.${body}.${other}`, expected), 'proof-invalid');
    refused(() => proofs.verify(`${head}.${body}.${toBase64url(filled(64, 0))}`, expected), 'proof-invalid');
    const signature = new Uint8Array(Buffer.from(tail ?? '', 'base64url'));
    for (let bit = 0; bit < 512; bit += 5) {
      refused(
        () => proofs.verify(`${head}.${body}.${toBase64url(flipped(signature, bit))}`, expected),
        'proof-invalid',
      );
    }
    // What did not verify has not used the proof up.
    proofs.verify(`${head}.${body}.${tail}`, expected);
  });

  it('by a point that is not on the curve is no proof', () => {
    const { proofs, claims } = setUp();
    const proof = device.proof(claims());
    const header = {
      typ: 'dpop+jwt',
      alg: 'ES256',
      jwk: { crv: 'P-256', kty: 'EC', x: 'A'.repeat(43), y: 'A'.repeat(43) },
    };
    const forged = [toBase64url(utf8(JSON.stringify(header))), ...proof.split('.').slice(1)].join('.');
    refused(() => proofs.verify(forged, expected), 'proof-invalid');
  });

  it('of another form is refused, not a fault', () => {
    const { proofs } = setUp();
    for (const text of ['', '..', 'a.b.c', 'x'.repeat(3_000)])
      refused(() => proofs.verify(text, expected), 'proof-invalid');
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeedChain, deedBytes, intentBytes, pad, signerRequestCodec, tokenLength } from './index.ts';

test('the longest deed that its rules allow, with the largest intent and token, fits into one request', () => {
  const confirmation = () => ({ body: new Uint8Array(240), signature: new Uint8Array(64) });
  const deed: DeedChain = Array.from({ length: 40 }, () => ({
    body: new Uint8Array(deedBytes),
    authority: { by: 'mail', kms: confirmation(), cloud: confirmation() },
  }));
  const request = signerRequestCodec.encode({
    envelope: new Uint8Array(intentBytes + 512),
    deed,
    salt: new Uint8Array(32),
    token: 't'.repeat(tokenLength),
    proof: 'p'.repeat(1_024),
    sealedShare: new Uint8Array(2_048),
    release: { message: new Uint8Array(512), proof: 'p'.repeat(1_024) },
  });
  assert.ok(pad(request).length <= 262_144, `${request.length} bytes`);
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { toBase64url } from '@symbolon/crypto';
import { jwkOf, thumbprint } from '@symbolon/protocol';
import { calculateJwkThumbprint } from 'jose';
import { TestDevice } from './testing.ts';

it("the nonce that names a device key is its JWK thumbprint, by another library's word", async () => {
  for (let n = 0; n < 20; n++) {
    const { point } = new TestDevice();
    assert.equal(toBase64url(thumbprint(point)), await calculateJwkThumbprint(jwkOf(point)));
  }
});

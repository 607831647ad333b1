import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal, TokenVerifier } from '@symbolon/verify';
import { startTestIssuer } from './testIssuer.ts';

test('a party that pins the test issuer takes its tokens, and learns who, when and for which key', async () => {
  await using issuer = await startTestIssuer();
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  const tokens = new TokenVerifier([issuer], () => now);
  const identity = await tokens.verify(issuer.mint({ subject: 'ann', email: 'Ann@Example.test' }, 'thumb', now));
  assert.deepEqual(
    [identity.issuer, identity.subject, identity.nonce, identity.signedInAt, identity.mailbox],
    [issuer.url, 'ann', 'thumb', now, 'ann@example.test'],
  );
});

test('a token without a mailbox names none', async () => {
  await using issuer = await startTestIssuer();
  const tokens = new TokenVerifier([issuer], () => Date.now());
  assert.equal((await tokens.verify(issuer.mint({ subject: 'bob' }, 'thumb', Date.now()))).mailbox, null);
});

test('a token of another test issuer is refused', async () => {
  await using issuer = await startTestIssuer();
  await using other = await startTestIssuer();
  const tokens = new TokenVerifier([issuer], () => Date.now());
  await assert.rejects(tokens.verify(other.mint({ subject: 'ann' }, 'thumb', Date.now())), (error) => {
    return error instanceof Refusal && error.reason === 'token-invalid';
  });
});

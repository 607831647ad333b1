import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '@symbolon/crypto';
import { SigningKey } from '@symbolon/crypto/native';
import { CliError } from '../errors.ts';
import { nativeChecks } from './checks.ts';
import { requireEnoughSignatures } from './missing.ts';
import { signStatementAs } from './organisation.ts';

const body = new Uint8Array([1, 2, 3]);
const keys = [1, 2, 3].map((fill) => SigningKey.fromSeed(Secret.take(new Uint8Array(new ArrayBuffer(32)).fill(fill))));
const organisations = keys.map(({ publicKey }, index) => ({
  name: ['Anna', 'Ben', 'Cleo'][index] ?? '',
  key: publicKey,
}));
const signedBy = (...which: number[]) =>
  keys.filter((_, index) => which.includes(index)).map((key) => signStatementAs(key, body));

const missing = (signatures: ReturnType<typeof signedBy>, of = body) => {
  try {
    requireEnoughSignatures({ body: of, signatures }, { organisations, threshold: 2 }, nativeChecks);
    return null;
  } catch (error) {
    assert.ok(error instanceof CliError && error.code === 'statement-unsigned');
    return error.message;
  }
};

test('a statement that lacks signatures names the organisations that have not signed', () => {
  assert.equal(missing([]), 'Signed by 0 of the 2 organisations that it takes; missing: 2 of Anna, Ben, Cleo.');
  assert.equal(missing(signedBy(1)), 'Signed by 1 of the 2 organisations that it takes; missing: 1 of Anna, Cleo.');
  assert.equal(missing(signedBy(0, 2)), null);
});

test('one organisation twice is one, and a signature over other bytes is nobody’s', () => {
  assert.match(missing([...signedBy(0), ...signedBy(0)]) ?? '', /Signed by 1 .* Ben, Cleo/);
  assert.match(missing(signedBy(0, 1), new Uint8Array([4])) ?? '', /Signed by 0/);
});

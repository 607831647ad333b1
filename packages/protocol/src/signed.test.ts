import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import * as fc from 'fast-check';
import { ProtocolError } from './errors.ts';
import * as protocol from './index.ts';
import { openStatement, type Statement, signStatement } from './signed.ts';
import { messages } from './testing.ts';

const { activationStatement, deedOrderStatement, keptStatement, mailConfirmationStatement, outcomesStatement } =
  protocol;
const { receiptStatement, statementEntryStatement } = protocol;
const kinds: Statement<unknown>[] = [
  activationStatement,
  deedOrderStatement,
  keptStatement,
  mailConfirmationStatement,
  outcomesStatement,
  receiptStatement,
  statementEntryStatement,
] as Statement<never>[] as Statement<unknown>[];
const key = SigningKey.generate();

describe('a signed statement', () => {
  for (const kind of kinds) {
    it(`${kind.domain}: is opened by its signer's key, as what it is, and by nothing else`, () => {
      fc.assert(
        fc.property(messages(kind.body), (value) => {
          const signed = signStatement(kind, value, key);
          assert.deepEqual(openStatement(kind, signed, key.publicKey, verifyEd25519), value);
          assert.equal(openStatement(kind, signed, SigningKey.generate().publicKey, verifyEd25519), null);
          for (const other of kinds) {
            if (other !== kind) assert.equal(openStatement(other, signed, key.publicKey, verifyEd25519), null);
          }
        }),
        { seed: 1, numRuns: 5 },
      );
    });
  }

  it('tells its kinds apart by name: no two share a domain', () => {
    assert.equal(new Set(kinds.map(({ domain }) => domain)).size, kinds.length);
  });

  it('with any bit changed is nothing', () => {
    const [value] = fc.sample(messages(receiptStatement.body), { seed: 1, numRuns: 1 });
    assert.ok(value);
    const signed = signStatement(receiptStatement, value, key);
    const flip = (bytes: Uint8Array, bit: number) =>
      bytes.map((byte, index) => (index === (bit >> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte));
    fc.assert(
      fc.property(fc.nat(1 << 14), fc.boolean(), (bit, inBody) => {
        const tampered = inBody
          ? { ...signed, body: flip(signed.body, bit) }
          : { ...signed, signature: flip(signed.signature, bit) };
        assert.equal(openStatement(receiptStatement, tampered, key.publicKey, verifyEd25519), null);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('signed by the right key over something else is malformed', () => {
    const body = Uint8Array.of(0xa0);
    const signed = { body, signature: key.sign(protocol.tagged('receipt', body)) };
    assert.throws(
      () => openStatement(receiptStatement, signed, key.publicKey, verifyEd25519),
      (error: unknown) => error instanceof ProtocolError && error.code === 'malformed',
    );
  });
});

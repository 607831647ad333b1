import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encode } from 'cborg';
import fc from 'fast-check';
import { copyOf } from './bytes.ts';
import { AttestationError, awsNitroRoot, verifyDocument } from './index.ts';
import { parsePayload } from './payload.ts';

const documents = [
  { file: 'real-2022-11-09.cbor', at: Date.parse('2022-11-09T22:52:00Z') },
  { file: 'real-2022-10-12-debug-mode.cbor', at: Date.parse('2022-10-12T13:50:06Z') },
  { file: 'real-2026-01-03-indefinite.cbor', at: Date.parse('2026-01-03T20:41:07Z') },
].map(({ file, at }) => ({ at, bytes: readFileSync(new URL(`../vectors/${file}`, import.meta.url)) }));

/** Removes some bytes somewhere and puts others there. */
const edit = fc.record({
  where: fc.nat(5000),
  remove: fc.oneof({ weight: 9, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(5000) }),
  insert: fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 4 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  ),
});

function apply(bytes: Uint8Array, edits: readonly { where: number; remove: number; insert: Uint8Array }[]): Buffer {
  return edits.reduce((edited, { where, remove, insert }) => {
    const at = where % (edited.length + 1);
    return Buffer.concat([edited.subarray(0, at), insert, edited.subarray(at + remove)]);
  }, Buffer.from(bytes));
}

test('2,000 genuine documents altered at random: all refused, by AttestationError alone', async () => {
  const law = fc.asyncProperty(
    fc.constantFrom(...documents),
    fc.array(edit, { minLength: 1, maxLength: 6 }),
    async ({ bytes, at }, edits) => {
      const altered = apply(bytes, edits);
      // Edits can cancel out, and the tag before a document is the sender's choice.
      fc.pre(!bytes.equals(altered[0] === 0xd2 ? altered.subarray(1) : altered));
      await assert.rejects(verifyDocument(altered, { roots: [awsNitroRoot], at }), AttestationError);
    },
  );
  await fc.assert(law, { seed: 1, numRuns: 2000 });
});

test('2,000 well-formed CBOR items of any content are refused as a payload, by AttestationError alone', () => {
  const names = ['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle', 'public_key', 'user_data'];
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.uint8Array(), fc.constant(null), fc.boolean(), fc.double());
  const value = fc.oneof(
    leaf,
    fc.array(leaf),
    fc.array(fc.tuple(fc.integer(), leaf)).map((e) => new Map(e)),
  );
  const item = fc.oneof(
    leaf,
    fc.array(fc.tuple(fc.constantFrom(...names), value)).map((e) => new Map(e)),
  );
  const law = fc.property(item, (content) => {
    assert.throws(() => parsePayload(copyOf(encode(content))), AttestationError);
  });
  fc.assert(law, { seed: 1, numRuns: 2000 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTests } from '@ethersproject/testcases';
import { encodeRlp as ethersRlp } from 'ethers';
import fc from 'fast-check';
import { fromHex, toHex } from './bytes.ts';
import { encodeRlp, type Rlp } from './rlp.ts';

type Hex = string | readonly Hex[];
const unhex = (item: Hex): Rlp => (typeof item === 'string' ? (fromHex(item) ?? assert.fail()) : item.map(unhex));
const hex = (item: Rlp): string | string[] => (item instanceof Uint8Array ? toHex(item) : (item.map(hex) as string[]));

test('RLP encodes the published vectors', () => {
  const vectors = loadTests<{ name: string; decoded: Hex; encoded: string }[]>('rlp-coder');
  assert.ok(vectors.length > 20);
  for (const { name, decoded, encoded } of vectors) assert.equal(toHex(encodeRlp(unhex(decoded))), encoded, name);
});

test('RLP encodes any item as ethers does, lengths of several bytes included', () => {
  const { item } = fc.letrec<{ item: Rlp; list: Rlp[] }>((tie) => ({
    item: fc.oneof({ depthSize: 'small' }, fc.uint8Array({ maxLength: 300 }), tie('list')),
    list: fc.array(tie('item'), { maxLength: 6 }),
  }));
  fc.assert(
    fc.property(item, (value) => assert.equal(toHex(encodeRlp(value)), ethersRlp(hex(value)))),
    { seed: 1, numRuns: 300 },
  );
  const large = new Uint8Array(70_000).fill(7);
  assert.equal(toHex(encodeRlp([large, [large]])), ethersRlp([toHex(large), [toHex(large)]]));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import fc from 'fast-check';
import { copyOf } from '../bytes.ts';
import { AttestationError } from '../index.ts';
import { parsePayload } from '../nitro/payload.ts';
import { parseClaims } from '../psa/claims.ts';
import { flipBytes, run } from './run.ts';

test('20,000 altered documents, quotes, collateral and tokens: all refused, by AttestationError alone, and soon', async () => {
  const { inputs, refused, slowestMs } = await run(1, 20_000);
  assert.equal(inputs, 20_000);
  assert.ok(slowestMs < 1_000);
  const names = ['nitro', 'sgx', 'sgx collateral', 'tdx', 'tdx collateral', 'psa'];
  assert.deepEqual(Object.keys(refused).toSorted(), names.toSorted());
  for (const name of names) assert.ok((refused[name] ?? 0) > 1_500, `${name}: ${refused[name]}`);
});

test('one byte altered anywhere: refused; every byte of the tokens, some 600 of everything longer', async () => {
  const flips = await flipBytes(1, 700);
  assert.equal(flips['psa'], 332 + 300);
  for (const name of ['nitro', 'sgx', 'sgx collateral', 'tdx', 'tdx collateral'])
    assert.ok((flips[name] ?? 0) > 600, name);
});

test('2,000 well-formed CBOR items of any content are refused as a payload and as claims, by AttestationError alone', () => {
  const names = ['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle', 'public_key', 'user_data'];
  const labels = [10, 256, 265, 268, 2394, 2395, 2396, 2398, 2399, 2400];
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.uint8Array(), fc.constant(null), fc.boolean(), fc.double());
  const value = fc.oneof(
    leaf,
    fc.array(leaf),
    fc.array(fc.tuple(fc.integer(), leaf)).map((e) => new Map(e)),
  );
  const item = fc.oneof(
    leaf,
    fc.array(fc.tuple(fc.constantFrom<string | number>(...names, ...labels), value)).map((e) => new Map(e)),
  );
  const law = fc.property(item, (content) => {
    assert.throws(() => parsePayload(copyOf(encode(content))), AttestationError);
    assert.throws(() => parseClaims(copyOf(encode(content))), AttestationError);
  });
  fc.assert(law, { seed: 1, numRuns: 2000 });
});

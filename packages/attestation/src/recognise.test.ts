import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { awsNitroRoot, fidelityOf, intelSgxRoot, recognise, verifyDocument, verifyQuote } from './index.ts';

const vector = (file: string) => readFileSync(new URL(`../vectors/${file}`, import.meta.url));

test('every form of evidence is recognised by its content, tagged or not', () => {
  const documents = ['real-2022-11-09.cbor', 'real-2026-01-03-indefinite.cbor', 'real-2022-11-09-bad-signature.cbor'];
  for (const file of documents) assert.equal(recognise(vector(file)), 'nitro');
  assert.equal(recognise(Buffer.concat([Uint8Array.of(0xd2), vector('real-2022-11-09.cbor')])), 'nitro');
  for (const file of ['intel/sgx_quote', 'intel/tdx_quote']) assert.equal(recognise(vector(file)), 'quote');
  for (const file of ['psa/rfc9783-sign1.cbor', 'psa/rfc9783-mac0.cbor']) assert.equal(recognise(vector(file)), 'psa');
});

test('what has none of these forms is recognised as none of them', () => {
  const others = [[], [0], [0xd2], [0x84, 0x40, 0xa0, 0x41, 0xa0, 0x40], [3, 0, 2, 0]];
  for (const bytes of others) assert.equal(recognise(Uint8Array.from(bytes)), null);
  assert.equal(recognise(vector('intel/sgx_quote_collateral.json')), null);
});

test('only the root of AWS makes a document one of Nitro hardware; a name in it never does', async () => {
  const at = Date.parse('2022-11-09T22:52:00Z');
  const said = await verifyDocument(vector('real-2022-11-09.cbor'), { roots: [awsNitroRoot], at });
  assert.equal(fidelityOf(said, [awsNitroRoot]), 'Nitro hardware');
  const elsewhere = new Uint8Array([1]);
  for (const roots of [[], [elsewhere], [awsNitroRoot, elsewhere]]) assert.equal(fidelityOf(said, roots), 'other root');
  const named = (moduleId: string) => fidelityOf({ ...said, moduleId }, [elsewhere]);
  assert.equal(named('symbolon-development-nsm'), 'plain process');
  assert.equal(named('symbolon-emulated-enclave'), 'emulated enclave');
  assert.equal(named('Nitro hardware'), 'other root');
});

test('a quote is labelled as verified only, whatever root it is under', async () => {
  const collateral = vector('intel/tdx_quote_collateral.json');
  const at = Date.parse('2025-06-20T00:00:00Z');
  const said = await verifyQuote(vector('intel/tdx_quote'), { roots: [intelSgxRoot], at, collateral });
  for (const roots of [[intelSgxRoot], [awsNitroRoot]]) assert.equal(fidelityOf(said, roots), 'verification only');
});

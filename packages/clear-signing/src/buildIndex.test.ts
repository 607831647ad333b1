import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildIndex } from './buildIndex.ts';
import { indexedRegistry } from './indexed.ts';
import { descriptorFiles, snapshot } from './runner/files.ts';
import { contract, describing, other } from './support.ts';

const descriptor = describing({ 'f()': { intent: 'F', fields: [] } });

test('the same files in any order make the same index', async () => {
  const files = descriptorFiles(snapshot);
  const forward = await buildIndex(files);
  const backward = await buildIndex([...files].reverse());
  assert.equal(JSON.stringify(backward.index), JSON.stringify(forward.index));
  assert.deepEqual([...backward.descriptors], [...forward.descriptors]);
});

test('an id is the SHA-256 of the descriptor’s text, which needs no other file', async () => {
  const { index, descriptors } = await buildIndex(descriptorFiles(snapshot));
  assert.equal(descriptors.size, index.ids.length);
  for (const [id, json] of descriptors) {
    assert.equal(id, createHash('sha256').update(json).digest('hex'));
    assert.equal('includes' in JSON.parse(json), false);
  }
});

test('an index survives JSON, and keeps what a prototype has out of its answers', async () => {
  const { index, descriptors } = await buildIndex([{ path: 'a.json', json: descriptor }]);
  const registry = indexedRegistry(JSON.parse(JSON.stringify(index)), async (id) => descriptors.get(id) ?? null);
  assert.equal(registry.contracts(1, contract).length, 1);
  assert.deepEqual(registry.contracts(2, contract), []);
  assert.deepEqual(registry.contracts(1, other), []);
  assert.deepEqual(registry.domains('constructor'), []);
  assert.deepEqual(registry.domains('__proto__'), []);
});

test('a file that is no descriptor is named and left out; the others stay', async () => {
  const broken: [string, unknown, string][] = [
    ['null.json', null, 'descriptor-invalid'],
    ['list.json', [], 'descriptor-invalid'],
    ['old.json', { ...descriptor, $schema: 'erc7730-v1.schema.json' }, 'descriptor-version'],
    ['both.json', { ...descriptor, context: { contract: {}, eip712: {} } }, 'descriptor-invalid'],
    [
      'address.json',
      describing({}, { context: { contract: { deployments: [{ chainId: 1, address: '0x1' }] } } }),
      'descriptor-invalid',
    ],
    [
      'chain.json',
      describing({}, { context: { contract: { deployments: [{ chainId: '1', address: other }] } } }),
      'descriptor-invalid',
    ],
    ['format.json', describing({ 'f()': 'x' }), 'descriptor-invalid'],
    ['factory.json', describing({}, { context: { contract: { factory: {} } } }), 'descriptor-invalid'],
    ['separator.json', describing({}, { context: { eip712: { domainSeparator: '0x1' } } }), 'descriptor-invalid'],
    ['gone.json', { ...descriptor, includes: './none.json' }, 'descriptor-invalid'],
    ['out.json', { ...descriptor, includes: 'https://example.com/a.json' }, 'descriptor-invalid'],
  ];
  const files = [{ path: 'good.json', json: descriptor }, ...broken.map(([path, json]) => ({ path, json }))];
  const built = await buildIndex(files);
  assert.equal(built.descriptors.size, 1);
  assert.deepEqual(
    new Map(built.refused.map(({ path, code }) => [path, code])),
    new Map(broken.map(([path, , code]) => [path, code])),
  );
});

test('includes are found relative to the including file; what is only included has no entry of its own', async () => {
  const common = {
    $schema: 'erc7730-v2.schema.json',
    display: { formats: { 'f()': { intent: 'Common', fields: [] } } },
  };
  const specific = describing({}, { context: { contract: { deployments: [{ chainId: 1, address: contract }] } } });
  const { descriptors } = await buildIndex([
    { path: 'registry/a/calldata-x.json', json: { ...specific, includes: '../../ercs/common.json' } },
    { path: 'ercs/common.json', json: common },
  ]);
  assert.equal(descriptors.size, 1);
  assert.match([...descriptors.values()][0] ?? '', /Common/);
});

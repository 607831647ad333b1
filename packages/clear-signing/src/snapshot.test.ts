import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AbiParameter, encodeAbiParameters } from 'viem';
import { type AbiType, canonical } from './abi/types.ts';
import { fromHex, type Hex, toHex } from './bytes.ts';
import { isUnbound } from './descriptor/bind.ts';
import { type Descriptor, parseDescriptor } from './descriptor/descriptor.ts';
import { ClearSigningError } from './errors.ts';
import { explain, type Request } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { indexedRegistry } from './indexed.ts';
import { indexOf, snapshot } from './runner/files.ts';
import { contract, sender, sources, usdc } from './support.ts';
import { structType } from './typedData/types.ts';

// Every format of the snapshot, not only those that have a test in it, on data made from its own types.

const { index, descriptors } = await indexOf(snapshot);
const registry = indexedRegistry(index, async (id) => descriptors.get(id) ?? null);
const knowing = {
  ...sources,
  token: async () => ({ name: 'Token', symbol: 'TOK', decimals: 6 }),
  chain: async () => ({ name: 'Chain', currency: { symbol: 'ETH', decimals: 18 } }),
  collectionName: async () => 'Collection',
};

/** A value as JSON and as viem takes it; `n` for every number, but 1 where there are few. */
function example(type: AbiType, n: number): unknown {
  switch (type.kind) {
    case 'uint':
    case 'int':
      return type.bits <= 32 ? 1 : type.bits <= 48 ? n : BigInt(n);
    case 'bool':
      return true;
    case 'address':
      return usdc;
    case 'string':
      return 'words';
    case 'bytes':
      return `0x${'ab'.repeat(type.size ?? 100)}`;
    case 'array':
      return Array.from({ length: type.length ?? 2 }, () => example(type.item, n));
    case 'tuple':
      return Object.fromEntries(type.members.map((member) => [member.name, example(member.type, n)]));
  }
}

function parameter(type: AbiType, name: string): AbiParameter {
  if (type.kind === 'array') {
    const item = parameter(type.item, name);
    return { ...item, type: `${item.type}[${type.length ?? ''}]` };
  }
  if (type.kind !== 'tuple') return { type: canonical(type), name };
  return { type: 'tuple', name, components: type.members.map((member) => parameter(member.type, member.name)) };
}

function calls(descriptor: Descriptor): Request[] {
  const deployment = descriptor.binding.deployments?.[0];
  if (deployment === undefined) return [];
  return [...descriptor.functions].map(([selector, { fragment }]) => {
    const parameters = fragment.inputs.map((input) => parameter(input.type, input.name));
    const data = encodeAbiParameters(
      parameters,
      fragment.inputs.map((input) => example(input.type, 1_700_000_000)),
    );
    const to = deployment.address;
    return {
      kind: 'call',
      chainId: deployment.chainId,
      from: sender,
      to,
      data: `${selector}${data.slice(2)}` as Hex,
      value: 1n,
    };
  });
}

function messages(descriptor: Descriptor): Request[] {
  const { binding } = descriptor;
  if (binding.kind !== 'eip712' || isUnbound(binding)) return [];
  const { chainId, address } = binding.deployments?.[0] ?? { chainId: 1, address: contract };
  const domain = { chainId, verifyingContract: address, ...binding.domain };
  return [...descriptor.messages.keys()].map((key) => {
    const types = Object.fromEntries(
      [...key.matchAll(/([^()]+)\(([^()]*)\)/g)].map(([, struct = '', members = '']) => [
        struct,
        members.split(',').map((member) => ({ type: member.split(' ')[0] ?? '', name: member.split(' ')[1] ?? '' })),
      ]),
    );
    const primaryType = key.slice(0, key.indexOf('('));
    const json = example(structType(new Map(Object.entries(types)), primaryType), 1_700_000_000);
    const message = JSON.parse(JSON.stringify(json, (_, value) => (typeof value === 'bigint' ? String(value) : value)));
    return { kind: 'message', from: sender, typedData: { types, primaryType, domain, message } };
  });
}

const requests = [...descriptors]
  .map(([id, json]) => parseDescriptor(id, JSON.parse(json)))
  .flatMap((descriptor) => [...calls(descriptor), ...messages(descriptor)].map((request) => ({ descriptor, request })));

function misfits(explanation: Explanation): string[] {
  return explanation.fields.flatMap((field) => [
    ...(field.warnings?.includes('wrong-format') ? [`${field.label} ${field.format}`] : []),
    ...(field.call === undefined ? [] : misfits(field.call)),
  ]);
}

test('every format can be said, by its own descriptor, and fits the types of its own key', async (t) => {
  t.diagnostic(`${requests.length} formats of ${descriptors.size} descriptors`);
  assert.ok(requests.length > 1300);
  for (const { descriptor, request } of requests) {
    const explanation = await explain(request, knowing, registry);
    assert.equal(explanation.descriptor, descriptor.id);
    assert.deepEqual(misfits(explanation), []);
  }
});

test('calldata changed anywhere is said or refused, never anything else, and never by another descriptor', async () => {
  const some = requests.flatMap(({ descriptor, request }) =>
    request.kind === 'call' ? [{ descriptor, request }] : [],
  );
  const change = fc.record({
    of: fc.nat(some.length - 1),
    at: fc.nat(),
    by: fc.integer({ min: 1, max: 255 }),
    keep: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ of, at, by, keep }) => {
      const { descriptor, request } = some[of] ?? assert.fail();
      const data = (fromHex(request.data) ?? new Uint8Array(0)).slice(
        0,
        Math.ceil((request.data.length / 2 - 1) * (keep + 0.3)),
      );
      const i = 4 + (at % Math.max(1, data.length - 4));
      if (i < data.length) data[i] = (data[i] ?? 0) ^ by;
      try {
        const explanation = await explain({ ...request, data: toHex(data) }, knowing, registry);
        assert.equal(explanation.descriptor, descriptor.id);
      } catch (error) {
        assert.ok(error instanceof ClearSigningError, String(error));
      }
    }),
    { seed: 1, numRuns: 600 },
  );
});

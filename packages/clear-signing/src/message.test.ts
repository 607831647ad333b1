import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { domainSeparator, type TypedDataDomain } from 'viem';
import { explain } from './explain.ts';
import type { JsonObject } from './json.ts';
import { contract, describing, other, registryOf, sender, sources, usdc } from './support.ts';
import { parseTypedData, type TypedDataInput } from './typedData/typedData.ts';

const fails = (code: string) => ({ name: 'ClearSigningError', code });

const mailType = 'Mail(Person from,Person[] to,string contents,uint256 value)Person(string name,address wallet)';
const types = {
  EIP712Domain: [
    { name: 'name', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ],
  Mail: [
    { name: 'from', type: 'Person' },
    { name: 'to', type: 'Person[]' },
    { name: 'contents', type: 'string' },
    { name: 'value', type: 'uint256' },
  ],
  Person: [
    { name: 'name', type: 'string' },
    { name: 'wallet', type: 'address' },
  ],
};
const domain = { name: 'Ether Mail', chainId: 1, verifyingContract: contract };
const message = {
  from: { name: 'Cow', wallet: other },
  to: [{ name: 'Bob', wallet: usdc }],
  contents: 'Hello',
  value: '1500000',
  unsigned: 'not in the types',
};
const mail: TypedDataInput = { types, primaryType: 'Mail', domain, message };

const fields = [
  { path: 'from.name', label: 'From', format: 'raw' },
  { path: 'to.[].wallet', label: 'To', format: 'addressName' },
  { path: 'value', label: 'Value', format: 'tokenAmount', params: { token: usdc } },
  { path: '@.to', label: 'Contract', format: 'raw' },
  { path: '@.value', label: 'Sent', format: 'raw' },
];
const describingMail = (eip712: JsonObject, more: readonly JsonObject[] = []) =>
  describing({ [mailType]: { intent: 'Send mail', fields: [...fields, ...more] } }, { context: { eip712 } });
const deployments = [{ chainId: 1, address: contract }];

async function say(eip712: JsonObject, data: TypedDataInput = mail, more: readonly JsonObject[] = []) {
  const registry = await registryOf(describingMail(eip712, more));
  return explain({ kind: 'message', from: sender, typedData: data }, sources, registry);
}

test('a message is shown by its own types, its verifying contract and the signer', async () => {
  const { intent, fields: shown } = await say({ deployments }, mail, [
    { path: '@.from', label: 'Signer', format: 'raw' },
  ]);
  assert.equal(intent, 'Send mail');
  assert.deepEqual(
    shown.map(({ value }) => value),
    ['Cow', usdc, '1.5 USDC', contract, '0', sender],
  );
});

test('what is not in the types is not signed, so no path leads to it', async () => {
  await assert.rejects(
    say({ deployments }, mail, [{ path: 'unsigned', label: 'X', format: 'raw' }]),
    fails('path-not-found'),
  );
});

test('a message applies to a descriptor only if its whole type does', async () => {
  const Person = [...types.Person, { name: 'age', type: 'uint8' }];
  const changed = {
    ...mail,
    types: { ...types, Person },
    message: { ...message, from: { ...message.from, age: 1 }, to: [] },
  };
  await assert.rejects(say({ deployments }, changed), fails('unknown-message'));
});

test('every constraint of the binding has to hold', async () => {
  const separator = domainSeparator({ domain: domain as TypedDataDomain });
  const holds: JsonObject[] = [
    { deployments },
    { deployments, domain: { name: 'Ether Mail' } },
    { domain: { name: 'Ether Mail', chainId: 1, verifyingContract: contract } },
    { domain: { chainId: 1 } },
    { domainSeparator: separator },
    { deployments, domain: { name: 'Ether Mail' }, domainSeparator: separator.toUpperCase().replace('0X', '0x') },
  ];
  for (const eip712 of holds) assert.equal((await say(eip712)).intent, 'Send mail', JSON.stringify(eip712));
  const broken: JsonObject[] = [
    { deployments: [{ chainId: 10, address: contract }] },
    { deployments: [{ chainId: 1, address: other }] },
    { deployments: [] },
    { deployments, domain: { name: 'ether mail' } },
    { deployments, domain: { name: 'Ether Mail', version: '1' } },
    { domain: { name: 'Ether Mail', chainId: 10 } },
    { domain: { name: 'Ether Mail', verifyingContract: other } },
    { deployments, domainSeparator: `0x${'00'.repeat(32)}` },
    {},
  ];
  for (const eip712 of broken) await assert.rejects(say(eip712), fails('no-descriptor'), JSON.stringify(eip712));
});

test('a domain without contract fulfils no deployment', async () => {
  const data = {
    ...mail,
    domain: { name: 'Ether Mail' },
    types: { ...types, EIP712Domain: [{ name: 'name', type: 'string' }] },
  };
  await assert.rejects(say({ deployments }, data), fails('no-descriptor'));
  // Bound by its name alone, but a field needs the contract that nobody knows.
  await assert.rejects(say({ domain: { name: 'Ether Mail' } }, data), fails('path-not-found'));
});

test('a domain member that the types leave out is not signed, so it binds nothing', async () => {
  const EIP712Domain = [{ name: 'chainId', type: 'uint256' }];
  await assert.rejects(say({ deployments }, { ...mail, types: { ...types, EIP712Domain } }), fails('no-descriptor'));
});

test('types that leave EIP712Domain out mean its standard members', async () => {
  const { EIP712Domain: _, ...rest } = types;
  assert.equal((await say({ deployments }, { ...mail, types: rest })).intent, 'Send mail');
});

test('a permit of a token known to be one is shown by the standard’s descriptor', async () => {
  const type = 'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)';
  const json = describing({ [type]: { intent: 'Permit', fields: [] } }, { context: { eip712: {} } });
  const registry = await registryOf({ path: 'ercs/eip712-erc2612-permit.json', json });
  const Permit = [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    ...['value', 'nonce', 'deadline'].map((name) => ({ name, type: 'uint256' })),
  ];
  const permit = { owner: sender, spender: other, value: '1', nonce: 0, deadline: '0xff' };
  const typedData = { types: { Permit }, primaryType: 'Permit', domain: { ...domain, version: '1' }, message: permit };
  const request = { kind: 'message' as const, from: sender as `0x${string}`, typedData };
  const token = { ...sources, implements: async (_c: number, _a: string, standard: string) => standard === 'erc2612' };
  assert.equal((await explain(request, token, registry)).intent, 'Permit');
  await assert.rejects(explain(request, sources, registry), fails('no-descriptor'));
});

test('the domain separator is that of another implementation', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  const bytes32 = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((b) => `0x${Buffer.from(b).toString('hex')}` as const);
  const some = fc.record(
    {
      name: text,
      version: text,
      chainId: fc.nat(),
      verifyingContract: fc.constant(usdc as `0x${string}`),
      salt: bytes32,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(some, (random) => {
      const all = {
        name: 'string',
        version: 'string',
        chainId: 'uint256',
        verifyingContract: 'address',
        salt: 'bytes32',
      };
      const EIP712Domain = Object.entries(all)
        .filter(([name]) => name in random)
        .map(([name, type]) => ({ name, type }));
      const parsed = parseTypedData({
        types: { EIP712Domain, Empty: [] },
        primaryType: 'Empty',
        domain: random,
        message: {},
      });
      assert.equal(parsed.domainSeparator, domainSeparator({ domain: random as TypedDataDomain }));
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('data that does not follow its own types is refused', () => {
  const wrong: Partial<TypedDataInput>[] = [
    { types: null },
    { types: { ...types, Mail: 'x' } },
    { types: { ...types, Mail: [{ name: 'from' }] } },
    { types: { ...types, Person: undefined } },
    { types: { Mail: types.Mail } },
    { types: { ...types, Person: [...types.Person, { name: 'wallet', type: 'address' }] } },
    { primaryType: 'Letter' },
    { primaryType: 7 },
    { primaryType: 'Mail[]' },
    { domain: null },
    { domain: { ...domain, chainId: 'one' } },
    { message: null },
    { message: { ...message, from: undefined } },
    { message: { ...message, to: {} } },
    { message: { ...message, contents: 7 } },
    { message: { ...message, value: -1 } },
    { message: { ...message, value: 1.5 } },
    { message: { ...message, value: '1e3' } },
    { message: { ...message, value: `0x1${'00'.repeat(32)}` } },
    { message: { ...message, from: { name: 'Cow', wallet: '0x12' } } },
    { message: JSON.parse('{"__proto__":{"contents":"inherited"}}') },
  ];
  for (const change of wrong) {
    assert.throws(() => parseTypedData({ ...mail, ...change }), fails('typed-data-malformed'), JSON.stringify(change));
  }
});

test('structs that contain themselves, and messages without end, are refused', () => {
  const Loop = [{ name: 'next', type: 'Loop' }];
  assert.throws(() => parseTypedData({ ...mail, types: { ...types, Loop }, primaryType: 'Loop' }), fails('too-large'));
  assert.throws(
    () => parseTypedData({ ...mail, message: { ...message, contents: 'x'.repeat(200_000) } }),
    fails('too-large'),
  );
});

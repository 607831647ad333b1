import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../explain.ts';
import type { JsonObject } from '../json.ts';
import { limits } from '../limits.ts';
import { address, calling, contract, describing, other, registryOf, sender, sources, usdc } from '../support.ts';

// How fields, groups, arrays and rules of the specification come together.

async function run(signature: string, args: readonly unknown[], format: JsonObject, rest: JsonObject = {}) {
  const registry = await registryOf(describing({ [signature]: { intent: 'Do', ...format } }, rest));
  return explain(calling(signature, args), sources, registry);
}

async function lines(...of: Parameters<typeof run>): Promise<string[]> {
  const { fields } = await run(...of);
  return fields.map(({ label, value }) => `${label}: ${value}`);
}

const fails = (code: string) => ({ name: 'ClearSigningError', code });
const raw = (path: string, label: string, more: JsonObject = {}) => ({ path, label, format: 'raw', ...more });

test('container values stand beside the data', async () => {
  const fields = ['from', 'to', 'value', 'chainId'].map((name) => raw(`@.${name}`, name));
  assert.deepEqual(await lines('f()', [], { fields }), [
    `from: ${sender}`,
    `to: ${contract}`,
    'value: 0',
    'chainId: 1',
  ]);
});

test('a field that the request does not have is no reason to show the others', async () => {
  await assert.rejects(run('f(uint256 a)', [1n], { fields: [raw('a', 'A'), raw('b', 'B')] }), fails('path-not-found'));
  await assert.rejects(run('f(uint256[] a)', [[]], { fields: [raw('a.[-1]', 'A')] }), fails('path-not-found'));
  await assert.rejects(
    run('f()', [], { fields: [{ label: 'C', value: '$.metadata.constants.c' }] }),
    fails('path-not-found'),
  );
});

test('visible: never, optional, ifNotIn, mustMatch', async () => {
  const signature = 'f(uint256 a,uint256 b,uint256 c,address d,bytes e)';
  const fields = [
    raw('a', 'A', { visible: 'never' }),
    raw('b', 'B', { visible: 'optional' }),
    raw('c', 'C', { visible: { ifNotIn: [0, '0x10'] } }),
    raw('d', 'D', { visible: { ifNotIn: ['$.metadata.constants.none'] } }),
    raw('e', 'E', { visible: { mustMatch: ['0x', 0] } }),
  ];
  const rest = { metadata: { constants: { none: address('0') } } };
  assert.deepEqual(await lines(signature, [1n, 2n, 3n, usdc, '0x'], { fields }, rest), ['B: 2', 'C: 3', `D: ${usdc}`]);
  assert.deepEqual(await lines(signature, [1n, 2n, 16n, address('0'), '0x'], { fields }, rest), ['B: 2']);
  const { fields: shown } = await run(signature, [1n, 2n, 0n, usdc, '0x'], { fields }, rest);
  assert.equal(shown[0]?.optional, true);
  await assert.rejects(run(signature, [1n, 2n, 3n, usdc, '0x01'], { fields }, rest), fails('value-refused'));
});

test('references take a definition and override it, parameters one by one', async () => {
  const definitions = {
    amount: { label: 'Amount', format: 'tokenAmount', params: { token: usdc, threshold: '0x5', message: 'All' } },
    again: { $ref: '$.display.definitions.amount', label: 'Again' },
  };
  const fields = [
    { path: 'a', $ref: '$.display.definitions.amount' },
    { path: 'a', $ref: '$.display.definitions.amount', label: 'Mine', params: { message: 'Max' } },
    { path: 'a', $ref: '$.display.definitions.again', visible: 'always' },
  ];
  const rest = { display: { definitions } };
  assert.deepEqual(await lines('f(uint256 a)', [5n], { fields }, rest), [
    'Amount: All USDC',
    'Mine: Max USDC',
    'Again: All USDC',
  ]);
  for (const $ref of ['$.display.definitions.none', '$.metadata.owner', 'amount', '$.display.definitions.__proto__']) {
    await assert.rejects(
      run('f(uint256 a)', [5n], { fields: [{ path: 'a', $ref }] }, rest),
      fails('descriptor-invalid'),
    );
  }
  const circle = { display: { definitions: { a: { $ref: '$.display.definitions.a' } } } };
  await assert.rejects(
    run('f(uint256 a)', [5n], { fields: [{ path: 'a', $ref: '$.display.definitions.a' }] }, circle),
    fails('descriptor-invalid'),
  );
});

test('a map’s entry stands for a constant, by a value of the request; without one nothing is said', async () => {
  const maps = {
    token: { $keyType: 'Chain ID', values: { '1': usdc, '10': other } },
    unit: { values: { [usdc]: 'kWh' } },
  };
  const rest = { metadata: { maps } };
  const token = { map: '$.metadata.maps.token', keyPath: '@.chainId' };
  const fields = [{ path: 'a', label: 'A', format: 'tokenAmount', params: { token } }];
  assert.deepEqual(await lines('f(uint256 a)', [1_000_000n], { fields }, rest), ['A: 1 USDC']);
  const base = { map: '$.metadata.maps.unit', keyPath: 'b' };
  const units = [{ path: 'a', label: 'A', format: 'unit', params: { base } }];
  assert.deepEqual(await lines('f(uint256 a,address b)', [2n, usdc], { fields: units }, rest), ['A: 2kWh']);
  await assert.rejects(lines('f(uint256 a,address b)', [2n, other], { fields: units }, rest), fails('map-no-match'));
  const byAmount = [{ ...fields[0], params: { token: { ...token, keyPath: 'a' } } }];
  await assert.rejects(run('f(uint256 a)', [7n], { fields: byAmount }, rest), fails('map-no-match'));
  const nowhere = [{ ...fields[0], params: { token: { map: '$.metadata.maps.none', keyPath: 'a' } } }];
  await assert.rejects(run('f(uint256 a)', [7n], { fields: nowhere }, rest), fails('descriptor-invalid'));
});

test('an array shows each element, with its own parameters', async () => {
  const signature = 'f(uint256[] amounts,address[] tokens,(uint256 n,address t)[] pairs)';
  const args = [
    [1_000_000n, 2n],
    [usdc, other],
    [
      { n: 5n, t: other },
      { n: 3_000_000n, t: usdc },
    ],
  ];
  const amount = (path: string, tokenPath: string) => ({
    path,
    label: 'A',
    format: 'tokenAmount',
    params: { tokenPath },
  });
  const expected = ['A: 1 USDC', 'A: 2'];
  assert.deepEqual(await lines(signature, args, { fields: [amount('amounts.[]', 'tokens.[]')] }), expected);
  assert.deepEqual(await lines(signature, args, { fields: [amount('amounts', 'tokens')] }), expected);
  assert.deepEqual(await lines(signature, args, { fields: [amount('amounts.[]', 'tokens.[0]')] }), [
    'A: 1 USDC',
    'A: 0.000002 USDC',
  ]);
  assert.deepEqual(await lines(signature, args, { fields: [amount('pairs.[].n', 'pairs.[].t')] }), [
    'A: 5',
    'A: 3 USDC',
  ]);
  assert.deepEqual(await lines(signature, args, { fields: [amount('amounts.[1:]', 'tokens.[:1]')] }), [
    'A: 0.000002 USDC',
  ]);
  assert.deepEqual(await lines(signature, [[], [], []], { fields: [amount('amounts.[]', 'tokens.[]')] }), []);
});

test('arrays that belong together but differ in length are refused', async () => {
  const fields = [{ path: 'a.[]', label: 'A', format: 'tokenAmount', params: { tokenPath: 'b.[]' } }];
  for (const b of [[usdc], [usdc, usdc, usdc], []]) {
    await assert.rejects(run('f(uint256[] a,address[] b)', [[1n, 2n], b], { fields }), fails('length-mismatch'));
  }
});

test('separators stand before the elements of an array, with their number', async () => {
  const { fields } = await run('f(uint256[] a)', [[7n, 8n]], {
    fields: [raw('a.[]', 'A', { separator: 'Item {index}' })],
  });
  assert.deepEqual(
    fields.map((field) => field.separator),
    ['Item 0', 'Item 1'],
  );
});

const distribution = 'distribute(address[] recipients,uint256[] percentages)';
const group = (iteration?: string) => ({
  label: 'Recipients and fees',
  ...(iteration === undefined ? {} : { iteration }),
  fields: [raw('recipients.[]', 'To'), { path: 'percentages.[]', label: 'Fee', format: 'unit', params: { base: '%' } }],
});

test('bundled arrays are shown element by element, sequential ones array by array', async () => {
  const args = [
    [usdc, other],
    [30n, 70n],
  ];
  const bundled = [`To: ${usdc}`, 'Fee: 30%', `To: ${other}`, 'Fee: 70%'];
  const sequential = [`To: ${usdc}`, `To: ${other}`, 'Fee: 30%', 'Fee: 70%'];
  assert.deepEqual(await lines(distribution, args, { fields: [group('bundled')] }), bundled);
  assert.deepEqual(await lines(distribution, args, { fields: [group('sequential')] }), sequential);
  assert.deepEqual(await lines(distribution, args, { fields: [group()] }), sequential);
  const { fields } = await run(distribution, args, { fields: [group('bundled')] });
  assert.deepEqual(fields[3]?.groups, ['Recipients and fees']);
});

test('bundled arrays that differ in length are refused', async () => {
  for (const [recipients, fees] of [
    [[usdc], [1n, 2n]],
    [[], [1n]],
    [[usdc], []],
  ]) {
    await assert.rejects(
      run(distribution, [recipients, fees], { fields: [group('bundled')] }),
      fails('length-mismatch'),
    );
  }
  assert.deepEqual(await lines(distribution, [[], []], { fields: [group('bundled')] }), []);
});

test('in a bundle, what is no array comes first, and what is hidden does not count', async () => {
  const { fields, ...rest } = group('bundled');
  const more = [raw('@.chainId', 'Chain'), { path: 'recipients.[]', label: 'Hidden', visible: 'never' }];
  const args = [[usdc], [30n]];
  assert.deepEqual(await lines(distribution, args, { fields: [{ ...rest, fields: [...fields, ...more] }] }), [
    'Chain: 1',
    `To: ${usdc}`,
    'Fee: 30%',
  ]);
});

test('a group of a path shows its fields for each element, relative to it', async () => {
  const signature = 'f((address token,uint256 amount,uint256[] parts)[] details,uint256 rate)';
  const args = [
    [
      { token: usdc, amount: 1_000_000n, parts: [1n, 2n] },
      { token: other, amount: 5n, parts: [3n] },
    ],
    9n,
  ];
  const fields = [
    { path: 'amount', label: 'Amount', format: 'tokenAmount', params: { tokenPath: 'token' } },
    { path: 'amount', label: 'Again', format: 'tokenAmount', params: { tokenPath: '#.details.[].token' } },
    raw('parts.[]', 'Part'),
    raw('#.rate', 'Rate'),
  ];
  const first = ['Amount: 1 USDC', 'Again: 1 USDC', 'Part: 1', 'Part: 2', 'Rate: 9'];
  const second = ['Amount: 5', 'Again: 5', 'Part: 3', 'Rate: 9'];
  for (const path of ['details.[]', '#.details', 'details']) {
    assert.deepEqual(await lines(signature, args, { fields: [{ path, fields }] }), [...first, ...second]);
  }
  const sequential = [{ path: 'details.[]', iteration: 'sequential', fields: [raw('amount', 'A'), raw('token', 'T')] }];
  assert.deepEqual(await lines(signature, args, { fields: sequential }), [
    'A: 1000000',
    'A: 5',
    `T: ${usdc}`,
    `T: ${other}`,
  ]);
});

test('groups nest, and a struct shown as a whole names its members', async () => {
  const signature = 'f(((uint256 x,bool y) inner) outer)';
  const args = [{ inner: { x: 5n, y: true } }];
  const fields = [
    {
      path: 'outer',
      label: 'O',
      fields: [{ path: 'inner', label: 'I', fields: [raw('x', 'X')] }, raw('inner', 'All')],
    },
  ];
  const explained = await run(signature, args, { fields });
  assert.deepEqual(
    explained.fields.map(({ label, value, groups }) => [label, value, groups]),
    [
      ['X', '5', ['O', 'I']],
      ['All', '(x: 5, y: true)', ['O']],
    ],
  );
});

test('an intent of several parts, and a function without any', async () => {
  assert.equal(
    (await run('f()', [], { intent: { Staking: 'Withdraw', Rewards: 'All' } })).intent,
    'Staking: Withdraw, Rewards: All',
  );
  assert.equal((await run('f()', [], { intent: undefined })).intent, 'f');
});

test('more lines than anyone reads are refused', async () => {
  const many = Array.from({ length: limits.fields + 1 }, () => 1n);
  await assert.rejects(run('f(uint256[] a)', [many], { fields: [raw('a.[]', 'A')] }), fails('too-large'));
  assert.equal((await lines('f(uint256[] a)', [many.slice(1)], { fields: [raw('a.[]', 'A')] })).length, limits.fields);
});

test('malformed formats are refused, whatever is wrong with them', async () => {
  const broken: unknown[] = [
    'all',
    [null],
    [7],
    [{ label: 'no path' }],
    [{ path: 'a', value: 1 }],
    [{ path: 'a..b' }],
    [{ path: 'a', params: [] }],
    [{ path: 'a', visible: 'sometimes' }],
    [{ path: 'a', visible: { mustBe: [0] } }],
    [{ path: 'a', visible: { ifNotIn: [0], mustMatch: [1] } }],
    [{ path: 'a', encryption: {} }],
    [{ fields: {} }],
    [{ iteration: 'random', fields: [] }],
  ];
  for (const fields of broken) {
    await assert.rejects(run('f(uint256 a)', [1n], { fields }), fails('descriptor-invalid'), JSON.stringify(fields));
  }
  let deep: JsonObject = raw('a', 'A');
  for (let i = 0; i < 40; i++) deep = { fields: [deep] };
  await assert.rejects(run('f(uint256 a)', [1n], { fields: [deep] }), fails('too-large'));
});

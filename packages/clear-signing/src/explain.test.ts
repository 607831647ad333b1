import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFunctionData, parseAbi } from 'viem';
import { explain, joinSentences } from './explain.ts';
import type { JsonObject } from './json.ts';
import { address, calling, contract, describing, other, registryOf, sender, sources, usdc } from './support.ts';

const fails = (code: string) => ({ name: 'ClearSigningError', code });
const amount = { 'pay(uint256 a)': { intent: 'Pay', fields: [{ path: 'a', label: 'A', format: 'amount' }] } };
const bound = (contractContext: JsonObject, formats: JsonObject = amount) =>
  describing(formats, { context: { contract: contractContext } });

test('a descriptor applies to its deployments: this contract, on this chain, by this selector', async () => {
  const registry = await registryOf(describing(amount));
  assert.deepEqual(await explain(calling('pay(uint256 a)', [10n ** 18n]), sources, registry), {
    descriptor: registry.contracts(1, contract)[0],
    intent: 'Pay',
    owner: 'Example',
    contractName: null,
    url: null,
    fields: [{ label: 'A', format: 'amount', value: '1 ETH' }],
  });
  await assert.rejects(
    explain(calling('pay(uint256 a)', [1n], { to: other }), sources, registry),
    fails('no-descriptor'),
  );
  await assert.rejects(
    explain(calling('pay(uint256 a)', [1n], { chainId: 10 }), sources, registry),
    fails('no-descriptor'),
  );
  await assert.rejects(explain(calling('pay(uint128 a)', [1n]), sources, registry), fails('unknown-function'));
  await assert.rejects(
    explain({ ...calling('pay(uint256 a)', [1n]), data: '0x' } as never, sources, registry),
    fails('no-descriptor'),
  );
  await assert.rejects(
    explain({ ...calling('pay(uint256 a)', [1n]), data: '0x0' } as never, sources, registry),
    fails('calldata-malformed'),
  );
});

test('an index that lies about a descriptor’s deployments changes nothing', async () => {
  const honest = await registryOf(describing(amount));
  const lying = { ...honest, contracts: () => honest.contracts(1, contract) };
  await assert.rejects(explain(calling('pay(uint256 a)', [1n], { to: other }), sources, lying), fails('no-descriptor'));
});

test('a host that serves other bytes than the index names is caught', async () => {
  const honest = await registryOf(describing(amount));
  const swapped = {
    ...honest,
    load: async () => JSON.stringify(describing({ 'pay(uint256 a)': { intent: 'Nothing', fields: [] } })),
  };
  await assert.rejects(explain(calling('pay(uint256 a)', [1n]), sources, swapped), fails('descriptor-hash'));
  for (const load of [async () => null, () => Promise.reject(new Error('offline'))]) {
    await assert.rejects(
      explain(calling('pay(uint256 a)', [1n]), sources, { ...honest, load }),
      fails('no-descriptor'),
    );
  }
});

test('a proxy is explained by what it delegates to', async () => {
  const registry = await registryOf(describing(amount));
  const implementation = async (_chainId: number, proxy: string) => (proxy === other ? contract : null);
  const proxied = calling('pay(uint256 a)', [10n ** 18n], { to: other });
  assert.equal((await explain(proxied, { ...sources, implementation }, registry)).intent, 'Pay');
  await assert.rejects(
    explain(calling('pay(uint256 a)', [1n], { to: address('9') }), { ...sources, implementation }, registry),
    fails('no-descriptor'),
  );
});

test('a contract is explained by the factory that made it, once the chain says that it did', async () => {
  const deployEvent = 'Made(address pool)';
  const registry = await registryOf(bound({ factory: { deployments: [{ chainId: 1, address: other }], deployEvent } }));
  const asked: unknown[] = [];
  const deployedBy = async (...question: unknown[]) => asked.push(question) > 0;
  assert.equal((await explain(calling('pay(uint256 a)', [1n]), { ...sources, deployedBy }, registry)).intent, 'Pay');
  assert.deepEqual(asked, [[1, contract, [other], deployEvent]]);
  for (const answer of [{}, { deployedBy: async () => false }]) {
    await assert.rejects(
      explain(calling('pay(uint256 a)', [1n]), { ...sources, ...answer }, registry),
      fails('no-descriptor'),
    );
  }
});

test('a standard’s descriptor applies only to contracts known to be of that standard', async () => {
  const registry = await registryOf({ path: 'ercs/calldata-erc20-tokens.json', json: bound({}) });
  const implement = (standard: string) => ({
    ...sources,
    implements: async (_c: number, _a: string, s: string) => s === standard,
  });
  assert.equal((await explain(calling('pay(uint256 a)', [1n]), implement('erc20'), registry)).intent, 'Pay');
  await assert.rejects(explain(calling('pay(uint256 a)', [1n]), implement('erc721'), registry), fails('no-descriptor'));
  await assert.rejects(explain(calling('pay(uint256 a)', [1n]), sources, registry), fails('no-descriptor'));
});

test('an unbound descriptor that is no standard’s applies to nothing', async () => {
  const everything = { ...sources, implements: async () => true };
  const registry = await registryOf({ path: 'registry/evil/calldata-erc20.json', json: bound({}) });
  await assert.rejects(explain(calling('pay(uint256 a)', [1n]), everything, registry), fails('no-descriptor'));
});

test('only schema version 2 is read, minor versions among it', async () => {
  const of = ($schema: unknown) => registryOf({ ...describing(amount), $schema });
  for (const schema of [
    '../../specs/erc7730-v2.schema.json',
    'https://x/erc7730-v2.1.0.schema.json',
    'erc7730-v2.1-rc.1.schema.json',
  ]) {
    assert.equal((await explain(calling('pay(uint256 a)', [1n]), sources, await of(schema))).intent, 'Pay');
  }
  for (const schema of [
    'erc7730-v1.schema.json',
    'erc7730-v3.0.0-next.schema.json',
    'erc7730-v22.schema.json',
    '',
    undefined,
    2,
  ]) {
    await assert.rejects(explain(calling('pay(uint256 a)', [1n]), sources, await of(schema)), fails('no-descriptor'));
  }
});

test('two formats of one signature make the whole descriptor invalid', async () => {
  const twice = { ...amount, 'pay(uint256 b)': { intent: 'Other', fields: [] } };
  const registry = await registryOf(describing(twice));
  await assert.rejects(explain(calling('pay(uint256 a)', [1n]), sources, registry), fails('no-descriptor'));
});

const inner = {
  'inner(uint256 n)': {
    intent: 'Inner',
    fields: [
      { path: 'n', label: 'N', format: 'raw' },
      { path: '@.from', label: 'From', format: 'raw' },
      { path: '@.value', label: 'Value', format: 'amount' },
    ],
  },
};
const execute = 'execute(address to,uint256 value,bytes data)';
const outer = (params: JsonObject, over: JsonObject = {}): JsonObject => ({
  [execute]: { intent: 'Execute', fields: [{ path: 'data', label: 'Call', format: 'calldata', params, ...over }] },
});
const innerData = encodeFunctionData({ abi: parseAbi(['function inner(uint256 n)']), args: [7n] });

async function nested(params: JsonObject, data: string = innerData, over: JsonObject = {}) {
  const innerFile = describing(inner, {
    context: {
      contract: {
        deployments: [
          { chainId: 1, address: other },
          { chainId: 10, address: other },
        ],
      },
    },
  });
  const registry = await registryOf(describing(outer(params, over)), innerFile);
  const explanation = await explain(calling(execute, [other, 5n * 10n ** 17n, data]), sources, registry);
  return explanation.fields[0];
}

test('a call inside the call is explained by the descriptor of its own target', async () => {
  const field = await nested({ calleePath: 'to', amountPath: 'value', spenderPath: '@.to' });
  assert.deepEqual(
    field?.call?.fields.map(({ value }) => value),
    ['7', contract, '0.5 ETH'],
  );
  assert.deepEqual(
    [field?.call?.intent, field?.value, field?.address, field?.amount],
    ['Inner', innerData, other, '0.5 ETH'],
  );
  const literal = await nested({ callee: other, amount: 10 ** 15, spender: usdc });
  assert.deepEqual(
    literal?.call?.fields.map(({ value }) => value),
    ['7', usdc, '0.001 ETH'],
  );
  const same = await nested({ callee: other, amount: 0, chainId: 10 });
  assert.deepEqual(
    same?.call?.fields.map(({ value }) => value),
    ['7', sender, '0'],
  );
});

test('a selector of the descriptor’s stands before data that has none', async () => {
  const field = await nested(
    { callee: other, amount: 0, selector: innerData.slice(0, 10) },
    `0x${innerData.slice(10)}`,
  );
  assert.equal(field?.call?.fields[0]?.value, '7');
  const wrong = await nested({ callee: other, amount: 0, selector: '0x12' });
  assert.deepEqual([wrong?.call, wrong?.warnings], [undefined, ['unknown-call']]);
});

test('a call that nobody explains is shown as its bytes, and says so', async () => {
  for (const params of [
    { callee: usdc },
    { calleePath: 'nothing' },
    { callee: 'x' },
    { callee: other },
    { callee: other, chainId: 5 },
  ]) {
    const field = await nested(params);
    assert.deepEqual(
      [field?.value, field?.call, field?.warnings],
      [innerData, undefined, ['unknown-call']],
      JSON.stringify(params),
    );
  }
  const cut = await nested({ callee: other, amount: 0 }, innerData.slice(0, -2));
  assert.deepEqual(cut?.warnings, ['unknown-call']);
});

test('a call without data is a payment and nothing more', async () => {
  const field = await nested({ calleePath: 'to', amountPath: 'value' }, '0x');
  assert.deepEqual(field, { label: 'Call', format: 'calldata', value: '0x', address: other, amount: '0.5 ETH' });
});

test('what an inner descriptor refuses is refused as a whole', async () => {
  const strict = {
    'inner(uint256 n)': { intent: 'I', fields: [{ path: 'n', label: 'N', visible: { mustMatch: [8] } }] },
  };
  const file = describing(strict, { context: { contract: { deployments: [{ chainId: 1, address: other }] } } });
  const registry = await registryOf(describing(outer({ calleePath: 'to' })), file);
  await assert.rejects(explain(calling(execute, [other, 0n, innerData]), sources, registry), fails('value-refused'));
});

test('calls inside calls end: four deep, and with one budget of lines for all of them', async () => {
  const multicall = 'multicall(bytes[] data)';
  const abi = parseAbi(['function multicall(bytes[] data)']);
  const registry = await registryOf(
    describing({
      [multicall]: {
        intent: 'M',
        fields: [{ path: 'data.[]', label: 'Call', format: 'calldata', params: { calleePath: '@.to' } }],
      },
    }),
  );
  const wrap = (data: readonly `0x${string}`[]) => encodeFunctionData({ abi, args: [data] });
  let deep = wrap([]);
  for (let i = 0; i < 10; i++) deep = wrap([deep]);
  let level = await explain({ ...calling(multicall, [[]]), data: deep } as never, sources, registry);
  let depth = 0;
  for (; level.fields[0]?.call !== undefined; depth++) level = level.fields[0].call;
  assert.deepEqual([depth, level.fields[0]?.warnings], [4, ['unknown-call']]);

  let wide = wrap([]);
  for (let i = 0; i < 3; i++) wide = wrap(Array.from({ length: 10 }, () => wide));
  const started = performance.now();
  await assert.rejects(
    explain({ ...calling(multicall, [[]]), data: wide } as never, sources, registry),
    fails('too-large'),
  );
  assert.ok(performance.now() - started < 5000);
});

test('calls that share their bytes do not unfold into more than those bytes', async () => {
  const registry = await registryOf(
    describing({
      'multicall(bytes[] data)': {
        intent: 'M',
        fields: [{ path: 'data.[]', label: 'Call', format: 'calldata', params: { calleePath: '@.to' } }],
      },
    }),
  );
  const word = (value: number) => value.toString(16).padStart(64, '0');
  // Each level names the one inside it twenty times over.
  const share = (inside: string) => {
    const offsets = Array.from({ length: 20 }, () => word(20 * 32));
    const body = inside.padEnd(Math.ceil(inside.length / 64) * 64, '0');
    return ['ac9650d8', word(32), word(20), ...offsets, word(inside.length / 2), body].join('');
  };
  let data = 'ac9650d8'.padEnd(60_000, '0');
  for (let i = 0; i < 4; i++) data = share(data);
  const started = performance.now();
  await assert.rejects(
    explain({ ...calling('f()', []), data: `0x${data}` } as never, sources, registry),
    fails('too-large'),
  );
  assert.ok(performance.now() - started < 5000);
});

test('several calls read as one sentence, if all of them have one', async () => {
  const formats = {
    'pay(uint256 a)': {
      intent: 'Pay',
      interpolatedIntent: 'Pay {a}',
      fields: [{ path: 'a', label: 'A', format: 'amount' }],
    },
  };
  const registry = await registryOf(describing(formats));
  const one = await explain(calling('pay(uint256 a)', [10n ** 18n]), sources, registry);
  const { interpolatedIntent, ...without } = one;
  assert.equal(joinSentences([one, one]), `${interpolatedIntent} and Pay 1 ETH`);
  assert.equal(joinSentences([one, without]), null);
  assert.equal(joinSentences([]), null);
});

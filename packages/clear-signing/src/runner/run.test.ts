import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { encodeFunctionData, parseAbi, serializeTransaction } from 'viem';
import { contract, describing, other } from '../support.ts';
import { snapshot } from './files.ts';
import { runFile } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'clear-signing-'));
after(() => rmSync(folder, { recursive: true }));

function write(path: string, content: unknown): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const abi = parseAbi(['function pay(address to, bytes data)', 'function inner(uint256 n)']);
const inner = encodeFunctionData({ abi, functionName: 'inner', args: [7n] });
const data = encodeFunctionData({ abi, functionName: 'pay', args: [other, inner] });
const rawTx = serializeTransaction({ type: 'eip1559', chainId: 1, to: contract, data });
const pay = describing({
  'pay(address to, bytes data)': {
    intent: 'Pay',
    interpolatedIntent: 'Pay {to}',
    fields: [
      { path: 'to', label: 'To', format: 'addressName', params: { sources: ['ens'] } },
      { path: 'data', label: 'Call', format: 'calldata', params: { calleePath: 'to' } },
    ],
  },
});
const deployedAt = (address: string) => ({ context: { contract: { deployments: [{ chainId: 1, address }] } } });
const neighbour = describing(
  { 'inner(uint256 n)': { intent: 'Inner', fields: [{ path: 'n', label: 'N' }] } },
  deployedAt(other),
);

test('a registry’s own layout: the descriptor beside the tests, the inner call’s in a neighbour’s folder', async () => {
  write('registry/one/calldata-pay.json', pay);
  write('registry/two/calldata-inner.json', neighbour);
  const dataProvider = { ensNames: { [other.toUpperCase().replace('0X', '0x')]: 'two.eth' } };
  const file = write('registry/one/testsv2/pay.tests.json', {
    descriptor: '../calldata-pay.json',
    dataProvider,
    tests: [{ description: 'pays', rawTx, expected: {} }],
  });
  assert.deepEqual(await runFile(file), [
    {
      file,
      description: 'pays',
      intent: 'Pay',
      owner: 'Example',
      fields: [
        { label: 'To', value: 'two.eth' },
        { label: 'Call', value: { intent: 'Inner', owner: 'Example', fields: [{ label: 'N', value: '7' }] } },
      ],
      interpolatedIntent: 'Pay two.eth',
    },
  ]);
});

test('a test file far from any registry finds its descriptor, and what that includes, in the snapshot', async () => {
  const name = 'registry/kiln/testsv2/calldata-Vault-USDC-Aave-v3.tests.json';
  const [expected] = await runFile(join(snapshot, name));
  for (const place of ['far/kiln/testsv2/a.tests.json', 'lonely/a.tests.json']) {
    const file = join(folder, place);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(snapshot, name), file);
    assert.deepEqual((await runFile(file))[0], { ...expected, file });
  }
});

test('a standard’s own descriptor can be tested on any contract', async () => {
  const abi20 = parseAbi(['function approve(address spender, uint256 value)']);
  const approval = encodeFunctionData({ abi: abi20, args: [other, 2n ** 256n - 1n] });
  const file = write('ercs/testsv2/erc20.tests.json', {
    descriptor: '../calldata-erc20-tokens.json',
    dataProvider: { tokens: { [contract]: { symbol: 'USDC', decimals: 6, name: 'USD Coin' } } },
    tests: [
      {
        description: 'approves',
        rawTx: serializeTransaction({ type: 'eip1559', chainId: 1, to: contract, data: approval }),
      },
    ],
  });
  assert.deepEqual(await runFile(file), [
    {
      file,
      description: 'approves',
      intent: 'Approve',
      fields: [
        { label: 'Spender', value: other },
        { label: 'Amount', value: 'Unlimited USDC' },
      ],
    },
  ]);
});

test('a bare number beyond 2^53 is read digit by digit, and a chain’s currency is the main network’s', async () => {
  const type = 'Order(uint256 amount)';
  const fields = [{ path: 'amount', label: 'Amount', format: 'amount' }];
  const context = { eip712: { domain: { name: 'Orders', chainId: 999 } } };
  write('registry/one/eip712-order.json', describing({ [type]: { intent: 'Order', fields } }, { context }));
  const data = {
    types: { Order: [{ name: 'amount', type: 'uint256' }] },
    primaryType: 'Order',
    domain: { name: 'Orders', chainId: 999 },
    message: { amount: 'AMOUNT' },
  };
  const suite = JSON.stringify({ descriptor: '../eip712-order.json', tests: [{ description: 'order', data }] });
  const file = write('registry/one/testsv2/order.tests.json', suite.replace('"AMOUNT"', '1234567890123456789012'));
  const [line] = await runFile(file);
  assert.deepEqual(line !== undefined && 'fields' in line ? line.fields : line, [
    { label: 'Amount', value: '1234.567890123456789012 HYPE' },
  ]);
});

test('what can not be run is a line with an error, in its place', async () => {
  write('registry/one/calldata-pay.json', pay);
  const elsewhere = serializeTransaction({ type: 'eip1559', chainId: 1, to: other, data });
  const tests: [unknown, RegExp][] = [
    [{ description: 'fine', rawTx }, /^$/],
    [{ description: 'elsewhere', rawTx: elsewhere }, /^(no-descriptor|unknown-function): /],
    [{ description: 'cut', rawTx: rawTx.slice(0, -20) }, /^test-malformed: /],
    [
      { description: 'creation', rawTx: serializeTransaction({ type: 'eip1559', chainId: 1, data }) },
      /^test-malformed: /,
    ],
    [{ description: 'no request' }, /^test-malformed: /],
    [{ description: 'message', data: {} }, /^typed-data-malformed: /],
    [{ description: 'null data', rawTx: null, data: null }, /^test-malformed: /],
    [null, /^test-malformed: /],
    ['x', /^test-malformed: /],
  ];
  const file = write('registry/one/testsv2/bad.tests.json', {
    descriptor: '../calldata-pay.json',
    tests: tests.map(([one]) => one),
  });
  const lines = await runFile(file);
  assert.equal(lines.length, tests.length);
  for (const [i, [, error]] of tests.entries()) {
    const line = lines[i] ?? assert.fail();
    assert.match('error' in line ? line.error : '', error, JSON.stringify(line));
  }
});

test('a file, or a descriptor, that can not be read is a line for each case, or one for the file', async () => {
  const unreadable = ['{', '[]', '{}', '{"descriptor":"x.json"}', '{"descriptor":7,"tests":[]}'];
  for (const content of unreadable) {
    const lines = await runFile(write('broken.tests.json', content));
    assert.deepEqual(
      [lines.length, lines[0] !== undefined && 'error' in lines[0], lines[0]?.description],
      [1, true, null],
    );
  }
  assert.equal((await runFile(join(folder, 'none.json'))).length, 1);
  for (const [name, json] of [
    ['none', undefined],
    ['text', 'not json'],
    ['version', { ...pay, $schema: 'v9' }],
    ['list', []],
  ] as const) {
    if (json !== undefined) write(`registry/one/${name}.json`, json);
    const file = write('registry/one/testsv2/x.tests.json', {
      descriptor: `../${name}.json`,
      tests: [{ description: 'a' }, { description: 'b' }],
    });
    const lines = await runFile(file);
    assert.deepEqual(
      lines.map((line) => [line.description, 'error' in line]),
      [
        ['a', true],
        ['b', true],
      ],
      name,
    );
  }
});

function main(...args: string[]): Promise<{ code: number; out: string }> {
  const script = resolve(import.meta.dirname, '../main.ts');
  return new Promise((done) => {
    execFile(process.execPath, [script, ...args], (error, out) => done({ code: Number(error?.code ?? 0), out }));
  });
}

test('the command prints a JSON line per case; it fails only for arguments it can not use', async () => {
  const good = join(snapshot, 'registry/p2p/testsv2/calldata-EigenPodManager.tests.json');
  const bad = write('broken.tests.json', '{');
  const { code, out } = await main(good, bad);
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => Object.keys(JSON.parse(line))),
    [
      ['file', 'description', 'intent', 'owner', 'fields'],
      ['file', 'description', 'error'],
    ],
  );
  assert.equal(code, 0);
  assert.equal((await main()).code, 1);
  assert.equal((await main(join(folder, 'none.json'))).code, 1);
});

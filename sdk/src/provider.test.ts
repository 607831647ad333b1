import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { providerInfo } from './announce.ts';
import { SymbolonError } from './errors.ts';
import type { SymbolonProvider } from './provider.ts';
import { agreeable, alice, FakePage, hash, memoryStorage, open, signature, startHost } from './testing.ts';

const bob = '0x0000000000000000000000000000000000000b0b';
const ask = (provider: SymbolonProvider, method: string, params?: unknown) => provider.request({ method, params });

async function connected(answers = agreeable, storage = memoryStorage()) {
  const page = new FakePage(answers);
  const provider = open(page, {}, storage);
  await ask(provider, 'eth_requestAccounts');
  return { page, provider, storage };
}

/** Everything the provider tells, as `name value`. */
function record(provider: SymbolonProvider): string[] {
  const told: string[] = [];
  for (const name of ['connect', 'disconnect', 'accountsChanged', 'chainChanged']) {
    provider.on(name, (value: unknown) => told.push(`${name} ${JSON.stringify(value)}`));
  }
  return told;
}

test('EIP-1193: the window is open before request returns, since the browser allows it in the click alone', async () => {
  const page = new FakePage(agreeable);
  const asked = ask(open(page), 'eth_requestAccounts');
  assert.equal(page.windows.length, 1);
  await asked;
});

test('EIP-1102: who is connected is not asked again, and two questions at once are one', async () => {
  const page = new FakePage(agreeable);
  const provider = open(page);
  assert.deepEqual(await ask(provider, 'eth_accounts'), []);
  const both = await Promise.all([ask(provider, 'eth_requestAccounts'), ask(provider, 'eth_requestAccounts')]);
  assert.deepEqual(both, [[alice], [alice]]);
  await ask(provider, 'eth_requestAccounts');
  assert.deepEqual(await ask(provider, 'eth_accounts'), [alice]);
  assert.equal(page.last.requests.length, 1);
});

test('one question at a time reaches the wallet, in the order in which they were asked, in one window', async () => {
  const { page, provider } = await connected();
  const params = (text: string) => [`0x${Buffer.from(text).toString('hex')}`, alice];
  await Promise.all(['a', 'b', 'c'].map((text) => ask(provider, 'personal_sign', params(text))));
  assert.deepEqual(
    page.last.requests.map(({ method, params }) => [method, (params as string[])[0]]),
    [
      ['eth_requestAccounts', undefined],
      ['personal_sign', '0x61'],
      ['personal_sign', '0x62'],
      ['personal_sign', '0x63'],
    ],
  );
  assert.equal(page.windows.length, 1);
});

test('the next question waits for the answer to the one before', async () => {
  const waiting: (() => void)[] = [];
  const page = new FakePage({ eth_requestAccounts: agreeable['eth_requestAccounts'] ?? (() => null) });
  const provider = open(page);
  await ask(provider, 'eth_requestAccounts');
  const asked = [ask(provider, 'personal_sign', ['a', alice]), ask(provider, 'personal_sign', ['b', alice])];
  for (const one of asked) one.catch(() => waiting.push(() => {}));
  await pause(20);
  assert.equal(page.last.requests.length, 2);
  const [, first] = page.last.requests;
  page.last.port?.postMessage({ id: first?.id, result: signature });
  await asked[0];
  await pause(20);
  assert.equal(page.last.requests.length, 3);
  page.last.close();
  await assert.rejects(asked[1] ?? Promise.resolve(), { reason: 'popup-closed' });
});

test('at most 16 questions wait', async () => {
  const page = new FakePage();
  const provider = open(page);
  const asked = Array.from({ length: 17 }, () => ask(provider, 'wallet_connect', [{}]));
  await assert.rejects(asked[16] ?? Promise.resolve(), { reason: 'too-many-requests', code: -32005 });
  page.blocked = true;
  page.last.close();
  for (const one of asked) await assert.rejects(one);
});

test('a blocked window is no answer of the person, and the next click works', async () => {
  const page = new FakePage(agreeable);
  const provider = open(page);
  page.blocked = true;
  await assert.rejects(ask(provider, 'eth_requestAccounts'), { code: -32002, reason: 'popup-blocked' });
  page.blocked = false;
  assert.deepEqual(await ask(provider, 'eth_requestAccounts'), [alice]);
});

const answers: [string, unknown, unknown][] = [
  ['personal_sign', ['0x61', alice], signature],
  ['personal_sign', [alice, '0x61'], signature],
  ['eth_signTypedData_v4', [alice, { types: {}, primaryType: 'A', domain: {}, message: {} }], signature],
  ['eth_signTypedData_v4', [alice, '{"types":{},"primaryType":"A","domain":{},"message":{}}'], signature],
  ['eth_sendTransaction', [{ from: alice, to: bob, value: '0x1' }], hash],
  ['eth_signTransaction', [{ from: alice, to: bob }], '0x02f8'],
  ['wallet_switchEthereumChain', [{ chainId: '0x7a69' }], null],
  ['wallet_addEthereumChain', [{ chainId: '0x7A69', chainName: 'x', rpcUrls: ['https://x'] }], null],
  ['wallet_watchAsset', { type: 'ERC20', options: { address: bob } }, true],
  ['wallet_showCallsStatus', ['0x01'], null],
];
for (const [method, params, result] of answers) {
  test(`${method} of ${JSON.stringify(params).slice(0, 50)} goes to the wallet and answers as its EIP says`, async () => {
    const storage = memoryStorage();
    const { page, provider } = await connected(agreeable, storage);
    if (method.includes('Calls')) await ask(provider, 'wallet_sendCalls', [batch()]);
    assert.deepEqual(await ask(provider, method, params), result);
    assert.equal(page.last.requests.at(-1)?.method, method);
  });
}

const batch = (more: object = {}) => ({
  version: '2.0.0',
  chainId: '0x1',
  atomicRequired: false,
  calls: [{ to: bob }, { to: bob }],
  ...more,
});

const refused: [string, unknown, number, string][] = [
  ['eth_sign', [alice, hash], 4200, 'eth-sign-refused'],
  ['eth_signTypedData', [[], alice], 4200, 'method-unsupported'],
  ['eth_decrypt', [], 4200, 'method-unsupported'],
  ['eth_subscribe', ['newHeads'], 4200, 'method-unsupported'],
  ['__proto__', [], 4200, 'method-unsupported'],
  ['constructor', [], 4200, 'method-unsupported'],
  ['personal_sign', ['text'], -32602, 'params-invalid'],
  ['personal_sign', ['text', 'not an address'], -32602, 'params-invalid'],
  ['personal_sign', ['text', bob], 4100, 'other-account'],
  ['eth_signTypedData_v4', [alice, 'no json'], -32602, 'params-invalid'],
  ['eth_signTypedData_v4', [alice, { types: {} }], -32602, 'params-invalid'],
  ['eth_sendTransaction', [], -32602, 'params-invalid'],
  ['eth_sendTransaction', [{ from: bob }], 4100, 'other-account'],
  ['eth_sendTransaction', [{ from: alice, value: 1 }], -32602, 'params-invalid'],
  ['eth_sendTransaction', [{ from: alice, data: '0xabc' }], -32602, 'params-invalid'],
  ['eth_sendTransaction', [{ from: alice, to: '0x12' }], -32602, 'params-invalid'],
  ['eth_sendTransaction', [{ from: alice, data: () => '' }], -32602, 'params-invalid'],
  ['eth_sendTransaction', [{ from: alice, value: 1n }], -32602, 'params-invalid'],
  ['eth_sendTransaction', [JSON.parse(`{"from":"${alice}","__proto__":{"to":"${bob}"}}`)], -32602, 'params-invalid'],
  ['personal_sign', ['a'.repeat(262_144), alice], -32600, 'request-too-large'],
  ['wallet_switchEthereumChain', [{ chainId: '0x0a' }], -32602, 'params-invalid'],
  ['wallet_switchEthereumChain', [{ chainId: '0xdead' }], 4902, 'chain-not-offered'],
  ['wallet_addEthereumChain', [{ chainId: '0xdead', rpcUrls: ['https://evil'] }], 4902, 'chain-not-offered'],
  ['wallet_watchAsset', { type: 'ERC20' }, -32602, 'params-invalid'],
  ['wallet_requestPermissions', [{}], -32602, 'params-invalid'],
  ['wallet_getCapabilities', [bob], 4100, 'other-account'],
  ['wallet_getCapabilities', [], -32602, 'params-invalid'],
  ['wallet_sendCalls', [batch({ version: undefined })], -32602, 'params-invalid'],
  ['wallet_sendCalls', [batch({ calls: [] })], -32602, 'params-invalid'],
  ['wallet_sendCalls', [batch({ from: bob })], 4100, 'other-account'],
  ['wallet_sendCalls', [batch({ capabilities: { paymaster: {} } })], 5700, 'capability-unsupported'],
  [
    'wallet_sendCalls',
    [batch({ calls: [{ capabilities: { x: { optional: false } } }] })],
    5700,
    'capability-unsupported',
  ],
  ['wallet_sendCalls', [batch({ chainId: '0xdead' })], 5710, 'calls-chain-unsupported'],
  ['wallet_sendCalls', [batch({ atomicRequired: true })], 5760, 'atomicity-unsupported'],
  ['wallet_getCallsStatus', ['0x99'], 5730, 'calls-unknown'],
  ['wallet_showCallsStatus', ['0x99'], 5730, 'calls-unknown'],
];
test('what can only be refused is refused with its EIP code, and the wallet is not bothered', async () => {
  const { page, provider } = await connected();
  for (const [method, params, code, reason] of refused) {
    await assert.rejects(
      ask(provider, method, params),
      { name: 'SymbolonError', code, reason },
      `${method}: ${reason}`,
    );
  }
  assert.equal(page.last.requests.length, 1);
  assert.equal(page.windows.length, 1);
});

test('a page that is not connected is told so, and no window opens', async () => {
  const page = new FakePage(agreeable);
  const provider = open(page);
  for (const [method, params] of answers.filter(([name]) => /^(personal|eth)_/.test(name))) {
    await assert.rejects(ask(provider, method, params), { code: 4100, reason: 'not-connected' });
  }
  assert.equal(page.windows.length, 0);
});

test('requests that are none are -32600', async () => {
  const provider = open(new FakePage());
  for (const wrong of [undefined, null, 'eth_accounts', {}, { method: 1 }, []]) {
    await assert.rejects(provider.request(wrong as never), { code: -32600, reason: 'request-malformed' });
  }
});

test('an answer that does not fit its method is refused, whatever it is', async () => {
  const methods = answers.map(([method, params]) => ({ method, params }));
  const wallet: { says: unknown } = { says: null };
  const any = Object.fromEntries(methods.map(({ method }) => [method, () => wallet.says]));
  const { provider } = await connected({ ...agreeable, ...any });
  const run = async ({ method, params }: { method: string; params: unknown }, says: unknown) => {
    wallet.says = says;
    await assert.rejects(provider.request({ method, params }), SymbolonError);
  };
  const signing = fc.constantFrom(...methods.filter(({ method }) => /sign|send/.test(method)));
  const wrong = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(hash.slice(2), '0x', `${signature}00`, [signature], { result: hash }),
  );
  await fc.assert(fc.asyncProperty(signing, wrong, run), { seed: 1, numRuns: 100 });
});

test('connect, accountsChanged, chainChanged and disconnect are told once each, when it happened', async () => {
  const page = new FakePage(agreeable);
  const provider = open(page);
  const told = record(provider);
  await ask(provider, 'eth_requestAccounts');
  await ask(provider, 'wallet_switchEthereumChain', [{ chainId: '0x7a69' }]);
  await ask(provider, 'wallet_switchEthereumChain', [{ chainId: '0x7a69' }]);
  page.last.port?.postMessage({ event: 'accountsChanged', accounts: [bob] });
  page.last.port?.postMessage({ event: 'accountsChanged', accounts: [bob] });
  page.last.port?.postMessage({ event: 'chainChanged', chainId: '0x1' });
  await pause(20);
  provider.disconnect();
  assert.deepEqual(told.slice(0, -1), [
    'connect {"chainId":"0x1"}',
    `accountsChanged ["${alice}"]`,
    'chainChanged "0x7a69"',
    `accountsChanged ["${bob}"]`,
    'chainChanged "0x1"',
    'accountsChanged []',
  ]);
  assert.match(told.at(-1) ?? '', /^disconnect \{"code":4900,"reason":"disconnected"/);
});

test('a listener that throws, or is taken off, disturbs nobody', async (t) => {
  t.mock.method(console, 'error', () => {});
  const provider = open(new FakePage(agreeable));
  const told: unknown[] = [];
  const gone = () => told.push('gone');
  provider.on('connect', () => {
    throw new Error('of the dApp');
  });
  provider.on('connect', gone).on('connect', ({ chainId }) => told.push(chainId));
  provider.removeListener('connect', gone);
  await ask(provider, 'eth_requestAccounts');
  assert.deepEqual(told, ['0x1']);
});

test('after a reload the page is connected as before, on the same chain, without asking anybody', async () => {
  const { provider, storage } = await connected();
  await ask(provider, 'wallet_switchEthereumChain', [{ chainId: '0x7a69' }]);
  const page = new FakePage();
  const reloaded = open(page, {}, storage);
  const told = record(reloaded);
  await pause(0);
  assert.deepEqual(told, ['connect {"chainId":"0x7a69"}']);
  assert.deepEqual(await ask(reloaded, 'eth_accounts'), [alice]);
  assert.deepEqual(await ask(reloaded, 'eth_requestAccounts'), [alice]);
  assert.equal(await ask(reloaded, 'eth_chainId'), '0x7a69');
  assert.equal(await ask(reloaded, 'net_version'), '31337');
  assert.equal(page.windows.length, 0);
});

test('another tab and another provider on the page follow', async () => {
  const storage = memoryStorage();
  const page = new FakePage(agreeable);
  const [one, two] = [open(page, {}, storage), open(page, {}, storage)];
  const tab = new FakePage();
  const elsewhere = open(tab, {}, storage);
  const told = record(elsewhere);
  await ask(one, 'eth_requestAccounts');
  assert.deepEqual(two.accounts, [alice]);
  tab.dispatchEvent(Object.assign(new Event('storage'), { key: 'symbolon:http://127.0.0.1:9' }));
  assert.deepEqual(told, ['connect {"chainId":"0x1"}', `accountsChanged ["${alice}"]`]);
  storage.content.clear();
  tab.dispatchEvent(Object.assign(new Event('storage'), { key: null }));
  assert.equal(elsewhere.connected, false);
});

test('whatever lies in the storage, the provider starts', () => {
  const run = (text: string) => {
    const storage = memoryStorage();
    storage.setItem('symbolon:http://127.0.0.1:9', text);
    const provider = open(new FakePage(), {}, storage);
    for (const address of provider.accounts) assert.match(address, /^0x[0-9a-f]{40}$/i);
  };
  const remembered = fc.record({
    v: fc.constant(1),
    accounts: fc.anything(),
    chainId: fc.anything(),
    calls: fc.anything(),
  });
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    remembered.map((value) => JSON.stringify(value) ?? 'x'),
  );
  fc.assert(fc.property(texts, run), { seed: 1, numRuns: 200 });
});

test('nothing but addresses, the chain and batches is kept', async () => {
  const { storage } = await connected();
  const [kept] = storage.content.values();
  assert.deepEqual(JSON.parse(kept ?? ''), { v: 1, accounts: [alice], chainId: '0x1', owed: false, calls: [] });
});

test('disconnecting is at once here; the wallet is told at once if it is open', async () => {
  const { page, provider } = await connected();
  assert.equal(await ask(provider, 'wallet_disconnect'), null);
  assert.deepEqual(await ask(provider, 'eth_accounts'), []);
  await pause(20);
  assert.equal(page.last.requests.at(-1)?.method, 'wallet_revokePermissions');
  assert.equal(page.windows.length, 1);
});

test('if it is not open, it is told before anything else when it next is, and asks the person again', async () => {
  const { storage } = await connected();
  const page = new FakePage(agreeable);
  const provider = open(page, {}, storage);
  assert.equal(await ask(provider, 'wallet_revokePermissions', [{ eth_accounts: {} }]), null);
  assert.equal(page.windows.length, 0);
  await ask(provider, 'eth_requestAccounts');
  assert.deepEqual(
    page.last.requests.map(({ method }) => method),
    ['wallet_revokePermissions', 'eth_requestAccounts'],
  );
  assert.equal(JSON.parse([...storage.content.values()][0] ?? '').owed, false);
});

test('a permission that was revoked in the wallet is gone here with the first refusal', async () => {
  const refusal = { code: 4100, reason: 'not-connected', message: 'revoked' };
  const { provider } = await connected({
    ...agreeable,
    personal_sign: () => {
      throw refusal;
    },
  });
  const told = record(provider);
  await assert.rejects(ask(provider, 'personal_sign', ['a', alice]), { code: 4100 });
  assert.deepEqual(provider.accounts, []);
  assert.equal(told.length, 2);
});

test('EIP-2255: permissions asked, told and revoked', async () => {
  const page = new FakePage(agreeable);
  const provider = open(page);
  assert.deepEqual(await ask(provider, 'wallet_getPermissions'), []);
  const granted = (await ask(provider, 'wallet_requestPermissions', [{ eth_accounts: {} }])) as { caveats: unknown }[];
  const held = (await ask(provider, 'wallet_getPermissions')) as { caveats: unknown; invoker: string }[];
  assert.deepEqual(held[0]?.caveats, granted[0]?.caveats);
  assert.equal(held[0]?.invoker, page.origin);
  await ask(provider, 'wallet_revokePermissions', [{ eth_accounts: {} }]);
  assert.deepEqual(await ask(provider, 'wallet_getPermissions'), []);
});

test('ERC-7846: connecting and signing in are one question; connecting alone is none where it is done', async () => {
  const page = new FakePage(agreeable);
  const provider = open(page);
  const signIn = [{ version: '1', capabilities: { signInWithEthereum: { nonce: '12345678', chainId: '0x1' } } }];
  const result = await ask(provider, 'wallet_connect', signIn);
  assert.deepEqual(result, {
    accounts: [{ address: alice, capabilities: { signInWithEthereum: { message: 'text', signature } } }],
  });
  assert.deepEqual(await ask(provider, 'wallet_connect', [{ version: '1' }]), {
    accounts: [{ address: alice, capabilities: {} }],
  });
  assert.equal(page.last.requests.length, 1);
});

test('EIP-5792: the status of a batch comes from the receipts on its chain, with no window', async () => {
  const receipts: (object | null)[] = [];
  await using host = await startHost((method) => (method === 'eth_getTransactionReceipt' ? receipts.shift() : '0x1'));
  const page = new FakePage(agreeable);
  const provider = open(page, { walletUrl: host.url });
  await ask(provider, 'eth_requestAccounts');
  assert.deepEqual(await ask(provider, 'wallet_getCapabilities', [alice, ['0x1', '0xdead']]), {
    '0x1': { atomic: { status: 'unsupported' } },
  });
  const { id } = (await ask(provider, 'wallet_sendCalls', [batch()])) as { id: string };
  await assert.rejects(ask(provider, 'wallet_sendCalls', [batch({ id })]), { code: 5720 });
  const receipt = (status: string) => ({ status, logs: [], transactionHash: hash, blockHash: hash, from: alice });
  const status = async (...found: (object | null)[]) => {
    receipts.push(...found);
    return (await ask(provider, 'wallet_getCallsStatus', [id])) as { status: number; receipts: object[] };
  };
  assert.equal((await status(null, null)).status, 100);
  assert.equal((await status(receipt('0x1'), null)).status, 100);
  const done = await status(receipt('0x1'), receipt('0x1'));
  assert.equal(done.status, 200);
  assert.equal('from' in (done.receipts[0] ?? {}), false);
  assert.equal((await status(receipt('0x1'), receipt('0x0'))).status, 600);
  assert.equal((await status(receipt('0x0'), receipt('0x0'))).status, 500);
  assert.equal(page.last.requests.length, 2);
});

test('reads go to the chain that the page is on, by the list of the operator, which is fetched once', async () => {
  await using host = await startHost((method) => (method === 'eth_getBalance' ? '0x10' : undefined));
  const provider = open(new FakePage(), { walletUrl: host.url, chains: undefined });
  assert.equal(await ask(provider, 'eth_chainId'), '0x1');
  assert.equal(await ask(provider, 'eth_getBalance', [alice, 'latest']), '0x10');
  assert.equal(await ask(provider, 'eth_getBalance', [alice, 'latest']), '0x10');
  assert.deepEqual(host.asked.slice(0, 3), ['GET /chains.json', 'POST /rpc/1', 'eth_getBalance']);
  assert.equal(host.asked.filter((line) => line.includes('chains.json')).length, 1);
  await assert.rejects(ask(provider, 'eth_call', [{}]), { code: -32601, reason: 'rpc-error', data: 'detail' });
});

test('an operator who is away is tried again at the next request', async () => {
  const provider = open(new FakePage(), { walletUrl: 'http://127.0.0.1:9', chains: undefined });
  await assert.rejects(ask(provider, 'eth_blockNumber'), { code: 4900, reason: 'wallet-unreachable' });
  await assert.rejects(ask(provider, 'eth_blockNumber'), { code: 4900, reason: 'wallet-unreachable' });
});

test('EIP-6963: announced at once and to everyone who asks, with the same frozen details', () => {
  const page = new FakePage();
  const details: { info: Record<string, string>; provider: unknown }[] = [];
  page.addEventListener('eip6963:announceProvider', (event) => details.push((event as CustomEvent).detail));
  const provider = open(page, { name: 'Wallet of X' });
  page.dispatchEvent(new Event('eip6963:requestProvider'));
  assert.equal(details.length, 2);
  for (const { info, provider: announced } of details) {
    assert.equal(announced, provider);
    assert.equal(info, provider.info);
    assert.ok(Object.isFrozen(info));
  }
  assert.match(provider.info.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(provider.info.icon, /^data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+$/);
  assert.equal(providerInfo(new URL('https://wallet.example'), 'W', undefined).rdns, 'example.wallet');
  assert.notEqual(open(page).info.uuid, provider.info.uuid);
});

test('every error survives JSON with its code, reason and place in the docs', async () => {
  const error: unknown = await ask(open(new FakePage()), 'eth_sign').catch((caught: unknown) => caught);
  assert.ok(error instanceof SymbolonError && error instanceof Error);
  const { code, reason, docs } = JSON.parse(JSON.stringify(error));
  assert.deepEqual(
    { code, reason, docs },
    { code: 4200, reason: 'eth-sign-refused', docs: 'docs/errors.md#eth-sign-refused' },
  );
});

test('personal_ecRecover asks the chain alone, by the hash of EIP-191, and no signature of nobody passes', async () => {
  const calls: unknown[] = [];
  await using host = await startHost((method, params) => {
    calls.push(params);
    if (method === 'web3_sha3') return hash;
    return calls.length === 2 ? `0x${'0'.repeat(24)}${alice.slice(2).toUpperCase()}` : '0x';
  });
  const page = new FakePage(agreeable);
  const provider = open(page, { walletUrl: host.url });
  assert.equal(await ask(provider, 'personal_ecRecover', ['é', `0x${'5a'.repeat(64)}00`]), alice);
  const prefix = Buffer.from('\x19Ethereum Signed Message:\n2').toString('hex');
  const data = `${hash}${'1b'.padStart(64, '0')}${'5a'.repeat(64)}`;
  const precompile = '0x0000000000000000000000000000000000000001';
  assert.deepEqual(calls, [[`0x${prefix}c3a9`], [{ to: precompile, data }, 'latest']]);
  for (const params of [[], ['hi'], ['hi', '0x12'], ['hi', signature], { 0: 'hi' }]) {
    await assert.rejects(ask(provider, 'personal_ecRecover', params), { code: -32602, reason: 'params-invalid' });
  }
  assert.equal(page.windows.length, 0);
});

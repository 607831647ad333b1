import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatEther, parseEther } from './ether.ts';
import { startDapp } from './index.ts';
import { siweMessage } from './siwe.ts';

test('an amount of ether is exact both ways, and nothing else is one', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (wei) => {
      assert.equal(parseEther(formatEther(wei)), wei);
    }),
    { seed: 1, numRuns: 200 },
  );
  for (const text of ['', '.5', '1.', '-1', '1e3', '0x1', '1.0000000000000000001', '1,5']) {
    assert.throws(() => parseEther(text), RangeError, text);
  }
});

test('the sign-in message has the lines of EIP-4361, in their order', () => {
  const address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
  const fields = {
    domain: 'dapp.localhost:1',
    uri: 'http://dapp.localhost:1',
    address,
    chainId: 31_337,
    nonce: 'n0nce123',
  };
  const lines = siweMessage(fields, new Date(0)).split('\n');
  assert.equal(lines[0], 'dapp.localhost:1 wants you to sign in with your Ethereum account:');
  assert.deepEqual(lines.slice(1, 5), [address, '', 'Show that this address is yours.', '']);
  assert.deepEqual(
    lines.slice(5).map((line) => line.split(': ')[0]),
    ['URI', 'Version', 'Chain ID', 'Nonce', 'Issued At'],
  );
});

test('the page is three files, and a name in it is text', async () => {
  await using dapp = await startDapp({
    name: '<b>"Shop" & co</b>',
    walletUrl: 'http://wallet.localhost:1',
    appId: null,
    port: 0,
    headers: { 'cross-origin-opener-policy': 'same-origin' },
  });
  const get = (path: string) => fetch(`http://127.0.0.1:${dapp.port}${path}`);
  const page = await get('/');
  assert.equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
  const html = await page.text();
  assert.ok(html.includes('<h1>&lt;b>&quot;Shop&quot; &amp; co&lt;/b></h1>'), html);
  assert.ok(html.includes('data-wallet-url="http://wallet.localhost:1" data-app-id=""'));
  assert.match((await get('/page.js')).headers.get('content-type') ?? '', /javascript/);
  assert.match((await get('/page.css')).headers.get('content-type') ?? '', /css/);
  assert.equal((await get('/config.json')).status, 404);
});

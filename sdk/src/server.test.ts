import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSymbolon } from '@symbolon/sdk';

const walletUrl = 'https://wallet.example';

test('on a server nothing happens: no timer, no request, no storage, no announcement', (t) => {
  const fetched = t.mock.method(globalThis, 'fetch');
  const before = process.getActiveResourcesInfo();
  const provider = createSymbolon({ walletUrl, appId: 'shop' });
  assert.deepEqual(process.getActiveResourcesInfo(), before);
  assert.equal(fetched.mock.callCount(), 0);
  assert.equal(provider.connected, false);
  assert.equal(provider.chainId, null);
});

test('on a server a person can not be asked, and nobody is connected', async () => {
  const provider = createSymbolon({ walletUrl, chains: ['0x1'] });
  assert.deepEqual(await provider.request({ method: 'eth_accounts' }), []);
  assert.equal(await provider.request({ method: 'eth_chainId' }), '0x1');
  await assert.rejects(provider.request({ method: 'eth_requestAccounts' }), { code: 4900, reason: 'no-browser' });
  provider.disconnect();
});

test('options that can only be a mistake are refused', () => {
  const wrong = [
    { walletUrl: 'wallet.example' },
    { walletUrl: 'http://wallet.example' },
    { walletUrl: 'https://wallet.example/approve' },
    { walletUrl: 'https://user@wallet.example' },
    { walletUrl: 'javascript:alert(1)' },
    { walletUrl, appId: '../approve' },
    { walletUrl, chains: ['1'] },
    { walletUrl, chains: [1.5] },
    { walletUrl, chains: [1], defaultChainId: 2 },
    { walletUrl, icon: 'https://evil.example/icon.svg' },
  ];
  for (const options of wrong) assert.throws(() => createSymbolon(options), TypeError, JSON.stringify(options));
  for (const local of ['http://wallet.localhost:8080', 'http://127.0.0.1:1', 'http://[::1]:1', `${walletUrl}/`]) {
    createSymbolon({ walletUrl: local });
  }
});

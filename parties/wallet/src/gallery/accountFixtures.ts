import type { Account, Activity, App, ConnectedApp, DeviceRow, Party } from '../model.ts';

const at = Date.UTC(2026, 1, 27, 9, 30);
const currency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
const chain = { rpcUrl: 'http://127.0.0.1:8545', explorerUrl: null, currency };

export const account: Account = {
  address: '0x52908400098527886E0F7030069857D2E4169EE7',
  email: 'ada@mail.example',
  balances: [
    { chain: { ...chain, chainId: '0x7a69', name: 'Local chain' }, amount: { text: '99.949958261', symbol: 'ETH' } },
    { chain: { ...chain, chainId: '0xa', name: 'Optimism' }, amount: { text: '0', symbol: 'ETH' } },
    { chain: { ...chain, chainId: '0x2105', name: 'Base' }, amount: null },
  ],
  activity: [],
  apps: [],
  devices: [],
  made: { how: 'created', at },
  signer: 'emulated enclave',
  development: true,
  alarm: null,
};

export function entries(friend: Party, coin: Party, exchange: Party): Activity[] {
  const app = 'https://shop.example';
  const none = { hash: null, explorerUrl: null };
  return [
    {
      ...none,
      at,
      app,
      sentence: { kind: 'send', amount: { text: '0.05', symbol: 'ETH' }, to: friend },
      outcome: 'sent',
      hash: `0x${'5c'.repeat(32)}`,
      explorerUrl: `https://explorer.example/tx/0x${'5c'.repeat(32)}`,
    },
    { ...none, at: at - 60_000, app, sentence: { kind: 'sign-in', domain: 'shop.example' }, outcome: 'signed' },
    {
      ...none,
      at: at - 3_600_000,
      app: 'https://xn--pple-43d.example',
      sentence: { kind: 'token-allow', amount: null, token: coin, spender: exchange },
      outcome: 'rejected',
    },
    { ...none, at: at - 90_000_000, app, sentence: { kind: 'calls', count: 3 }, outcome: 'failed' },
  ];
}

export function apps(shop: App, stranger: App, hostile: App): ConnectedApp[] {
  return [
    { app: shop, since: at, permissions: ['eth_accounts'], embedded: true },
    { app: stranger, since: at, permissions: ['eth_accounts'], embedded: false },
    { app: hostile, since: at, permissions: ['eth_accounts', 'unheard_of'], embedded: false },
  ];
}

export function devices(shop: App): DeviceRow[] {
  return [
    { id: 'aa01', name: 'Chromium on Linux', added: at, origin: null, current: true },
    { id: 'aa02', name: 'Phone \u202ednim fo ecaep', added: at, origin: null, current: false },
    { id: 'aa03', name: 'Chromium on Linux', added: at, origin: shop.origin, current: false },
  ];
}

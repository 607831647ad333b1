import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';

const issuer = { url: 'https://issuer.example', name: 'E-mail', kind: 'email' };
const chain = {
  chainId: '0x1',
  name: 'Main',
  rpcUrl: 'https://rpc.example',
  explorerUrl: null,
  currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
};
const config = {
  v: 1,
  deployment: {
    id: 'one',
    mode: 'production',
    issuers: [{ url: issuer.url, audience: 'wallet' }],
    cloud: { url: 'https://cloud.example' },
    kms: { url: 'https://kms.example' },
  },
  issuers: [issuer],
  chains: [chain],
  descriptors: null,
};

test('a page’s configuration is read whole, and keeps the rest of the deployment for its own parser', () => {
  assert.deepEqual(readConfig(config), config);
});

test('an issuer that the deployment does not pin, or a chain in another form, is no configuration', () => {
  const foreign = { ...issuer, url: 'https://elsewhere.example' };
  assert.throws(() => readConfig({ ...config, issuers: [foreign] }), /elsewhere/);
  for (const wrong of [{ chainId: '1' }, { chainId: '0x01' }, { rpcUrl: 'no' }, { surplus: 1 }]) {
    assert.throws(() => readConfig({ ...config, chains: [{ ...chain, ...wrong }] }), JSON.stringify(wrong));
  }
  assert.throws(() => readConfig({ ...config, v: 2 }));
  assert.throws(() => readConfig({ ...config, issuers: [] }));
});

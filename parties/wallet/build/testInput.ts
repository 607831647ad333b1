import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { walletSources } from './buildPage.ts';
import type { Sources } from './bundle.ts';
import type { PageInput } from './input.ts';

const folder = 'parties/wallet/build/testdata';

/** A page of three lines a surface, to build in tests. */
export const testSources = (root: string = walletSources.root): Sources => ({
  root,
  surfaces: {
    account: join(folder, 'account.ts'),
    approve: join(folder, 'approve.ts'),
    dialog: join(folder, 'dialog.ts'),
  },
  worker: walletSources.worker,
});

const key = (length: number) => randomBytes(length).toString('base64url');

/** An operator's input, in development, with made-up keys. */
export const testInput = (): PageInput & { deployment: Record<string, unknown> } => ({
  deployment: {
    v: 1,
    id: 'test-page',
    mode: 'development',
    attestationRoots: [randomBytes(64).toString('base64')],
    organisations: [
      { name: 'one', key: key(32) },
      { name: 'two', key: key(32) },
    ],
    threshold: 2,
    waitSeconds: 0,
    issuers: [{ url: 'http://127.0.0.1:4101', audience: 'symbolon-wallet' }],
    kms: { url: 'http://127.0.0.1:4102', signing: key(32), sealing: key(1_216) },
    cloud: { url: 'http://127.0.0.1:4103', signing: key(32), sealing: key(1_216) },
    signer: { url: 'http://127.0.0.1:4104' },
  },
  issuers: [{ url: 'http://127.0.0.1:4101', name: 'E-mail', kind: 'email' }],
  chains: [
    {
      chainId: '0x7a69',
      name: 'Local chain',
      rpcUrl: 'http://127.0.0.1:4105',
      explorerUrl: null,
      currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    },
  ],
});

import { join } from 'node:path';
import { toHex } from '@symbolon/crypto';
import type { Deployment } from '@symbolon/protocol';
import type { ChainInfo } from '@symbolon/protocol/dapp';
import type { PageInput } from '@symbolon/wallet/build';
import { admitPage } from './admission.ts';
import { type Home, readJson } from './home.ts';
import type { Progress } from './progress.ts';
import type { Urls } from './urls.ts';

/** Builds the wallet's page for this deployment, into the web host's folder, and has the organisations allow it. */
export async function preparePage(
  home: Home,
  deployment: Deployment,
  urls: Urls,
  moreChains: readonly ChainInfo[],
  tell: (progress: Progress) => void,
): Promise<void> {
  const began = performance.now();
  // Only here: the bundler takes its time to load, and what runs without a page does without it.
  const { buildPage } = await import('@symbolon/wallet/build');
  const release = await buildPage({
    input: pageInput(home, deployment, urls, moreChains),
    out: join(home.webHost, 'release'),
  });
  await admitPage(home, deployment, release.hash);
  tell({
    what: 'built',
    release: toHex(release.hash),
    files: release.files.size,
    ms: Math.round(performance.now() - began),
  });
}

/** What an operator would write: which issuers are offered, and on which chains the wallet works. */
function pageInput(home: Home, { issuers }: Deployment, urls: Urls, moreChains: readonly ChainInfo[]): PageInput {
  const offered = [
    { url: urls.issuer, name: 'E-mail', kind: 'email' as const },
    { url: urls.provider, name: 'Example ID', kind: 'provider' as const },
  ];
  return {
    deployment: readJson(home.deployment),
    // A home from before the page trusts one issuer alone, and goes on so: who may vouch for people is part of its roots.
    issuers: offered.filter(({ url }) => issuers.some((trusted) => trusted.url === url)),
    chains: [
      {
        chainId: '0x7a69',
        name: 'Local chain',
        rpcUrl: urls.chain,
        explorerUrl: null,
        currency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      },
      ...moreChains,
    ],
  };
}

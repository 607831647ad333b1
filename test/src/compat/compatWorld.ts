import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registerApp, rpc, startChain } from '@symbolon/devnet';
import type { Address } from 'viem';
import { type BrowserWorld, bootBrowserWorld } from '../browser/browserWorld.ts';
import { Person } from '../browser/person.ts';
import { Dapp } from './dapp.ts';
import { type SiteFile, serveSite } from './site.ts';

/** The second chain: its id is the one that MetaMask's test-dapp adds and switches to. */
export const otherChain = { id: 1_338, hex: '0x53a', name: 'Other chain' } as const;

/** The whole system with two chains, and a person who is signed in, has a wallet and some ether on both. */
export interface CompatWorld extends AsyncDisposable {
  world: BrowserWorld;
  person: Person;
  /** Checksummed. */
  address: Address;
  /** RPC addresses. */
  chains: { local: string; other: string };
  /** Serves a registered dApp at http://HOST.localhost:PORT, and opens it in the person's browser. */
  open(host: string, find: (path: string) => SiteFile | null): Promise<Dapp>;
}

export async function bootCompatWorld(): Promise<CompatWorld> {
  await using undo = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-chain-'));
  undo.defer(() => rmSync(folder, { recursive: true, force: true }));
  const other = undo.use(await startChain(otherChain.id, folder));
  const currency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
  const { hex: chainId, name } = otherChain;
  const moreChains = [{ chainId, name, rpcUrl: other.url, explorerUrl: null, currency }];
  const world = undo.use(await bootBrowserWorld({ moreChains }));
  const person = undo.use(await Person.arrive(world));
  const { page, address } = await person.account();
  await page.close();
  const chains = { local: world.devnet.urls.chain, other: other.url };
  for (const url of Object.values(chains)) await rpc(url, 'anvil_setBalance', [address, '0x8ac7230489e80000']);

  const running = undo.move();
  return {
    world,
    person,
    address: address as Address,
    chains,
    async open(host, find) {
      const { port } = running.use(await serveSite(find));
      const origin = `http://${host}.localhost:${port}`;
      const app = { id: host, name: host, icon: null, origins: [origin], chains: [] };
      await registerApp(world.devnet.home, world.devnet.deployment, app);
      return new Dapp(person, await person.browser.open(origin));
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

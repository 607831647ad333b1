import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDevnet, type Devnet, type DevnetOptions, registerApp } from '@symbolon/devnet';
import { startDapp } from '../../../examples/dapp/src/index.ts';

/** The demo dApp on an origin of its own. */
interface Site {
  /** As the registry knows it, or null: a stranger's. */
  name: string | null;
  /** Whether its page asks for the embedded dialog; otherwise the wallet opens in a window. */
  embeds?: boolean;
  /** Sent with its page. */
  headers?: Readonly<Record<string, string>>;
}

/** Every party a process, with the wallet's page, and sites that use it. */
export interface BrowserWorld extends AsyncDisposable {
  devnet: Devnet;
  /** Where the wallet is. */
  wallet: string;
  /** Serves a dApp at http://HOST.localhost:PORT. @returns its origin */
  site(host: string, site: Site): Promise<string>;
}

/** `more`: what the devnet is told beside that it serves the page. */
export async function bootBrowserWorld(more: Pick<DevnetOptions, 'moreChains'> = {}): Promise<BrowserWorld> {
  await using undo = new AsyncDisposableStack();
  const home = mkdtempSync(join(tmpdir(), 'symbolon-browser-'));
  undo.defer(() => rmSync(home, { recursive: true, force: true }));
  const devnet = undo.use(await createDevnet({ ...more, home, ports: 'free', fresh: false, page: true }));
  const wallet = devnet.urls['web-host'];
  const running = undo.move();
  return {
    devnet,
    wallet,
    async site(host, { name, embeds = false, headers = {} }) {
      const appId = embeds ? host : null;
      const options = { name: name ?? host, walletUrl: wallet, appId, port: 0, headers };
      const { port } = running.use(await startDapp(options));
      const origin = `http://${host}.localhost:${port}`;
      if (name !== null) {
        const app = { id: host, name, icon: null, origins: [origin], chains: [] };
        await registerApp(devnet.home, devnet.deployment, app);
      }
      return origin;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dappRequestSchema, openSchema } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import type { StorageLike } from './memory.ts';
import { readOptions, type SymbolonOptions } from './options.ts';
import type { Page } from './page.ts';
import { createProvider, type SymbolonProvider } from './provider.ts';
import type { ChainInfo, WalletRequest } from './wire.ts';

export const alice = '0x00000000000000000000000000000000000a11ce';
export const signature = `0x${'5a'.repeat(65)}`;
export const hash = `0x${'ab'.repeat(32)}`;

/** What the wallet's side answers: a result, or an error with a code. */
export type Answers = Record<string, (request: WalletRequest) => unknown>;

/** A window that a page opened: the browser's handle on one side, a wallet that keeps to the protocol's schemas on the other. */
export class FakeWindow {
  closed = false;
  focused = 0;
  readonly url: string;
  readonly requests: WalletRequest[] = [];
  port: MessagePort | null = null;
  readonly #page: FakePage;
  readonly #answers: Answers;

  constructor(page: FakePage, url: string, answers: Answers) {
    this.#page = page;
    this.url = url;
    this.#answers = answers;
  }

  /** As the wallet's page does once it is loaded. */
  ready(origin = new URL(this.url).origin, source: unknown = this): void {
    this.#page.hear({ symbolon: 1, what: 'ready' }, origin, source);
  }

  postMessage(message: unknown, targetOrigin: string, [port]: MessagePort[]): void {
    if (targetOrigin !== new URL(this.url).origin || port === undefined) throw new Error('not posted to the wallet');
    v.parse(openSchema, message);
    this.port = port;
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(v.parse(dappRequestSchema, data) as WalletRequest);
  }

  focus(): void {
    this.focused += 1;
  }

  close(): void {
    this.closed = true;
    this.port?.close();
  }

  #take(request: WalletRequest): void {
    this.requests.push(request);
    const answer = this.#answers[request.method];
    if (answer === undefined) return;
    const { id } = request;
    try {
      this.port?.postMessage({ id, result: answer(request) });
    } catch (error) {
      this.port?.postMessage({ id, error });
    }
  }
}

/** As much of a `<dialog>` or `<iframe>` as the provider uses. A frame that is put into the page loads the wallet. */
class FakeElement extends EventTarget {
  readonly style = {};
  readonly children: FakeElement[] = [];
  contentWindow: FakeWindow | null = null;
  src = '';
  open = false;
  isConnected = false;
  readonly #page: FakePage;

  constructor(page: FakePage) {
    super();
    this.#page = page;
  }

  setAttribute(): void {}

  append(child: FakeElement): void {
    this.children.push(child);
    for (const frame of child.children) frame.contentWindow = this.#page.open(frame.src);
    child.isConnected = true;
  }

  showModal(): void {
    this.open = true;
  }

  close(): void {
    this.open = false;
  }

  remove(): void {
    this.isConnected = false;
  }
}

/** As much of a browser's window as the provider uses. Windows open unless `blocked`; the wallet in them says `ready` by itself. */
export class FakePage extends EventTarget {
  readonly origin = 'https://dapp.example';
  crossOriginIsolated = false;
  readonly innerWidth = 1000;
  readonly innerHeight = 800;
  readonly screenX = 0;
  readonly screenY = 0;
  readonly windows: FakeWindow[] = [];
  blocked = false;
  /** The wallet's page loads, and says so. */
  loads = true;
  readonly body = new FakeElement(this);
  readonly document = { createElement: () => new FakeElement(this), body: this.body };
  readonly #answers: Answers;

  constructor(answers: Answers = {}) {
    super();
    this.#answers = answers;
  }

  open(url: string): FakeWindow | null {
    if (this.blocked) return null;
    const opened = new FakeWindow(this, url, this.#answers);
    this.windows.push(opened);
    if (this.loads) queueMicrotask(() => opened.ready());
    return opened;
  }

  hear(data: unknown, origin: string, source: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, origin, source }));
  }

  get last(): FakeWindow {
    const window = this.windows.at(-1);
    if (window === undefined) throw new Error('no window was opened');
    return window;
  }

  asPage(): Page {
    return this as unknown as Page;
  }
}

/** localStorage, in memory. */
export function memoryStorage(): StorageLike & { content: Map<string, string> } {
  const content = new Map<string, string>();
  return {
    content,
    getItem: (key) => content.get(key) ?? null,
    setItem: (key, value) => void content.set(key, value),
  };
}

export function chainInfo(chainId: string, rpcUrl: string): ChainInfo {
  const currency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
  return { chainId, name: `Chain ${chainId}`, rpcUrl, explorerUrl: null, currency };
}

/** The wallet's host and two chains, over real HTTP. */
export interface Host extends AsyncDisposable {
  url: string;
  /** `METHOD PATH` of what was asked of it, and JSON-RPC methods. */
  asked: string[];
}

/** `rpc`: what a chain answers to a method; undefined: no such method. */
export async function startHost(rpc: (method: string, params: unknown) => unknown = () => '0x1'): Promise<Host> {
  const asked: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked.push(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/chains.json') {
      response.end(
        JSON.stringify({
          chains: [chainInfo('0x1', `${url(server)}/rpc/1`), chainInfo('0x7a69', `${url(server)}/rpc/2`)],
          relayUrl: url(server),
        }),
      );
      return;
    }
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    asked.push(method);
    const result = rpc(method, params);
    const error = { code: -32601, message: `no ${method}`, data: 'detail' };
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) }));
  };
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: url(server),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function url(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A provider on a page of its own. */
export function open(
  page: FakePage | null,
  options: Partial<SymbolonOptions> = {},
  storage: StorageLike | null = memoryStorage(),
): SymbolonProvider {
  // A wallet whose host is away: what these tests need of it the page has.
  const all = { walletUrl: 'http://127.0.0.1:9', chains: [1, 31337], ...options };
  return createProvider(readOptions(all), page === null ? null : page.asPage(), storage);
}

/** What a person who agrees to everything lets the wallet answer. */
export const agreeable: Answers = {
  eth_requestAccounts: () => [alice],
  personal_sign: () => signature,
  eth_signTypedData_v4: () => signature,
  eth_sendTransaction: () => hash,
  eth_signTransaction: () => '0x02f8',
  wallet_switchEthereumChain: () => null,
  wallet_addEthereumChain: () => null,
  wallet_watchAsset: () => true,
  wallet_revokePermissions: () => null,
  wallet_requestPermissions: () => [
    { parentCapability: 'eth_accounts', caveats: [{ type: 'restrictReturnedAccounts', value: [alice] }] },
  ],
  wallet_connect: () => ({
    accounts: [{ address: alice, capabilities: { signInWithEthereum: { message: 'text', signature } } }],
  }),
  wallet_sendCalls: () => ({ id: '0x01', capabilities: { transactions: { hashes: [hash, hash] } } }),
  wallet_showCallsStatus: () => null,
};

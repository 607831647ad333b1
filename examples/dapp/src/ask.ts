import { parseEther } from './ether.ts';
import { siweMessage } from './siwe.ts';

/** The part of EIP-1193 that is used here: any wallet's provider will do. */
export interface Provider {
  request(call: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** What came of asking. `accounts`: null where nothing changed of who is connected. */
export interface Did {
  title: string;
  detail: string | null;
  accounts: readonly string[] | null;
}

/** What the page knows when a button is clicked. */
export interface Known {
  address: string;
  chainId: number;
  fields: FormData;
}

/**
 * Does what a button is named for: the wallet is asked before anything is awaited, since browsers open a window in the click and at
 * no other time. Throws as the provider does, with an EIP-1193 code.
 */
export async function ask(provider: Provider, name: string, known: Known): Promise<Did> {
  const act = actions[name];
  if (act === undefined) throw new Error(`no button does ${name}`);
  return act(provider, known);
}

const actions: Record<string, (provider: Provider, known: Known) => Promise<Did>> = {
  async connect(provider) {
    const accounts = (await provider.request({ method: 'eth_requestAccounts' })) as string[];
    return { title: 'Connected', detail: accounts[0] ?? null, accounts };
  },

  /** ERC-7846: connection and sign-in in one question. */
  async signIn(provider, { chainId }) {
    const capabilities = { signInWithEthereum: { nonce: nonce(), chainId: `0x${chainId.toString(16)}`, version: '1' } };
    const answer = (await provider.request({ method: 'wallet_connect', params: [{ version: '1', capabilities }] })) as {
      accounts: { address: string; capabilities?: { signInWithEthereum?: { signature?: string } } }[];
    };
    const [account] = answer.accounts;
    const signature = account?.capabilities?.signInWithEthereum?.signature ?? null;
    return { title: 'Connected and signed in', detail: signature, accounts: answer.accounts.map((one) => one.address) };
  },

  async disconnect(provider) {
    await provider.request({ method: 'wallet_disconnect' });
    return { title: 'Disconnected', detail: null, accounts: [] };
  },

  async signMessage(provider, { address }) {
    const message = `Hello from ${location.host}.`;
    const signature = await provider.request({ method: 'personal_sign', params: [hex(message), address] });
    return { title: 'Message signed', detail: signature as string, accounts: null };
  },

  async signTypedData(provider, { address, chainId }) {
    const order = {
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'version', type: 'string' },
          { name: 'chainId', type: 'uint256' },
        ],
        Order: [
          { name: 'item', type: 'string' },
          { name: 'count', type: 'uint256' },
          { name: 'buyer', type: 'address' },
        ],
      },
      primaryType: 'Order',
      domain: { name: 'Corner shop', version: '1', chainId },
      message: { item: 'Tea, 100 g', count: '2', buyer: address },
    };
    const signature = await provider.request({
      method: 'eth_signTypedData_v4',
      params: [address, JSON.stringify(order)],
    });
    return { title: 'Typed data signed', detail: String(signature), accounts: null };
  },

  async proveAddress(provider, { address, chainId }) {
    const { host, origin } = location;
    const message = siweMessage({
      domain: host,
      uri: origin,
      address,
      chainId,
      nonce: nonce(),
    });
    const signature = await provider.request({ method: 'personal_sign', params: [hex(message), address] });
    return { title: 'Signed in with Ethereum', detail: String(signature), accounts: null };
  },

  async send(provider, { address, fields }) {
    const value = `0x${parseEther(fields.get('ether') as string).toString(16)}`;
    const params = [{ from: address, to: fields.get('to') as string, value }];
    return sent('Sent', await provider.request({ method: 'eth_sendTransaction', params }));
  },

  /** ERC-20's approve of everything: what a wallet should warn of. */
  async allowWithoutLimit(provider, { address }) {
    const spender = '70997970c51812dc3a010c7d01b50e0d17dc79c8'.padStart(64, '0');
    const token = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
    const params = [{ from: address, to: token, data: `0x095ea7b3${spender}${'f'.repeat(64)}` }];
    return sent('Allowed', await provider.request({ method: 'eth_sendTransaction', params }));
  },
};

const sent = (title: string, hash: unknown): Did => ({ title, detail: String(hash), accounts: null });

/** personal_sign takes bytes as 0x hex. */
const hex = (text: string): string =>
  `0x${Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** A server would make it, and want it back; this page has none. */
const nonce = (): string => crypto.randomUUID().replaceAll('-', '');

import { createSymbolon } from '@symbolon/sdk';
import { BrowserProvider } from 'ethers';
import { amount, greeting, order, recipient } from './order.ts';
import { otherChain, present, walletUrl } from './present.ts';

const provider = createSymbolon({ walletUrl });
// As it is: the network may change, which ethers wants to be told.
const browser = new BrowserProvider(provider, 'any');

const { changed } = present(
  {
    connect: async () => (await browser.getSigner()).address,
    signMessage: async () => (await browser.getSigner()).signMessage(greeting),
    signTypedData: async () => {
      const { domain, types, message } = order;
      return (await browser.getSigner()).signTypedData(domain, { Order: [...types.Order] }, message);
    },
    send: async () => (await (await browser.getSigner()).sendTransaction({ to: recipient, value: amount })).hash,
    switchChain: () => browser.send('wallet_switchEthereumChain', [{ chainId: `0x${otherChain.id.toString(16)}` }]),
    disconnect: () => browser.send('wallet_revokePermissions', [{ eth_accounts: {} }]),
  },
  async () => ({
    address: ((await browser.send('eth_accounts', [])) as string[])[0] ?? null,
    chainId: Number(await browser.send('eth_chainId', [])),
  }),
);
provider.on('accountsChanged', changed).on('chainChanged', changed);

import { createSymbolon } from '@symbolon/sdk';
import { symbolonTransport, toAccount } from '@symbolon/sdk/viem';
import { createWalletClient } from 'viem';
import { amount, greeting, order, recipient } from './order.ts';
import { localChain, otherChain, present, walletUrl } from './present.ts';

const provider = createSymbolon({ walletUrl });
const client = async () => {
  const { address } = await toAccount(provider);
  return createWalletClient({ account: address, chain: localChain, transport: symbolonTransport(provider) });
};

const { changed } = present(
  {
    connect: async () => (await toAccount(provider)).address,
    signMessage: async () => (await client()).signMessage({ message: greeting }),
    // The account by itself, without a client.
    signTypedData: async () => (await toAccount(provider)).signTypedData(order),
    send: async () => (await client()).sendTransaction({ to: recipient, value: amount }),
    switchChain: async () => (await client()).switchChain({ id: otherChain.id }),
    disconnect: async () => provider.disconnect(),
  },
  () => ({ address: provider.accounts[0] ?? null, chainId: Number(provider.chainId) }),
);
provider.on('accountsChanged', changed).on('chainChanged', changed);

import { createSymbolon, type RequestArguments } from '@symbolon/sdk';
import { record } from './record.ts';

// All that is put into the page of MetaMask's test-dapp. It works with no wallet that does not call itself MetaMask. The provider
// announces itself (EIP-6963), at once and when it is asked.
const { wallet: walletUrl = '' } = document.currentScript?.dataset ?? {};
const provider = createSymbolon({ walletUrl });
const { request } = provider;
Object.assign(provider, {
  isMetaMask: true,
  request: (call: RequestArguments) => record(call.method, () => request(call)),
});

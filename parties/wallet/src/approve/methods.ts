import type { DappRequest, WalletMethod } from '@symbolon/protocol/dapp';
import { accounts, getPermissions, requestAccounts, requestPermissions, revokePermissions } from './accounts.ts';
import type { Asking, Handler } from './asking.ts';
import { watchAsset } from './assets.ts';
import { getCallsStatus, getCapabilities, sendCalls, showCallsStatus } from './calls.ts';
import { addChain, switchChain } from './chains.ts';
import { walletConnect, walletDisconnect } from './connect.ts';
import { personalSign, signTypedData } from './messages.ts';
import { sendTransaction, signTransaction } from './transactions.ts';

/** Every method of the wallet: who answers it, and whether a person may be asked. */
const methods: Readonly<Record<WalletMethod, { answer: Handler; asks: boolean }>> = {
  eth_requestAccounts: { answer: requestAccounts, asks: true },
  eth_accounts: { answer: accounts, asks: false },
  personal_sign: { answer: personalSign, asks: true },
  eth_signTypedData_v4: { answer: signTypedData, asks: true },
  eth_sendTransaction: { answer: sendTransaction, asks: true },
  eth_signTransaction: { answer: signTransaction, asks: true },
  wallet_addEthereumChain: { answer: addChain, asks: true },
  wallet_switchEthereumChain: { answer: switchChain, asks: true },
  wallet_watchAsset: { answer: watchAsset, asks: true },
  wallet_requestPermissions: { answer: requestPermissions, asks: true },
  wallet_getPermissions: { answer: getPermissions, asks: false },
  wallet_revokePermissions: { answer: revokePermissions, asks: false },
  wallet_getCapabilities: { answer: getCapabilities, asks: false },
  wallet_sendCalls: { answer: sendCalls, asks: true },
  wallet_getCallsStatus: { answer: getCallsStatus, asks: false },
  wallet_showCallsStatus: { answer: showCallsStatus, asks: true },
  wallet_connect: { answer: walletConnect, asks: true },
  wallet_disconnect: { answer: walletDisconnect, asks: false },
};

/** Answers one request of a site: at once, or in its turn where the person may be asked. Throws DappRefusal. */
export function answer(asking: Asking, request: DappRequest, signal: AbortSignal): Promise<unknown> {
  const method = methods[request.method];
  const run = () => method.answer(asking, { params: request.params, chainId: request.chainId, signal });
  return method.asks ? asking.attention.inTurn(run) : run();
}

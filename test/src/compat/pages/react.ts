import { createSymbolon } from '@symbolon/sdk';
import { SymbolonProvider, useAccount, useConnect, useSignMessage, useSymbolon } from '@symbolon/sdk/react';
import { createElement, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { numberToHex } from 'viem';
import { amount, greeting, orderJson, recipient } from './order.ts';
import { type Doings, doings, otherChain, walletUrl } from './present.ts';
import { record } from './record.ts';

const provider = createSymbolon({ walletUrl });

/** A dApp made with the hooks. What there is no hook for, the provider does. */
function Page(): ReactNode {
  const { address, chainId } = useAccount();
  const { connect, disconnect } = useConnect();
  const sign = useSignMessage();
  const { request } = useSymbolon();
  const doing: Doings = {
    connect,
    signMessage: () => sign(greeting),
    signTypedData: () => request({ method: 'eth_signTypedData_v4', params: [address, orderJson] }),
    send: () => {
      const transaction = { from: address, to: recipient, value: numberToHex(amount) };
      return request({ method: 'eth_sendTransaction', params: [transaction] });
    },
    switchChain: () => {
      const chain = { chainId: numberToHex(otherChain.id) };
      return request({ method: 'wallet_switchEthereumChain', params: [chain] });
    },
    disconnect: async () => disconnect(),
  };
  const buttons = doings.map((name) => {
    const onClick = () => void record(name, doing[name]).catch(() => undefined);
    return createElement('button', { key: name, id: name, type: 'button', onClick }, name);
  });
  const state = { address, chainId: Number(chainId) };
  return createElement('main', null, ...buttons, createElement('output', null, JSON.stringify(state)));
}

const root = document.body.appendChild(document.createElement('div'));
createRoot(root).render(createElement(SymbolonProvider, { provider }, createElement(Page)));

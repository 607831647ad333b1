// Bundled for the browser: the libraries that dApps are written with, each as its own documentation uses it.
import { createSymbolon } from '@symbolon/sdk';
import { symbolonTransport, toAccount } from '@symbolon/sdk/viem';
import { symbolon } from '@symbolon/sdk/wagmi';
import * as wagmi3 from '@wagmi/core';
import { BrowserProvider, parseEther as parseEtherOfEthers } from 'ethers';
import { createWalletClient, defineChain, type Hex, http, parseEther } from 'viem';
import * as wagmi2 from 'wagmi-core-2';

const { wallet = '', rpc = '', recipient = '' } = Object.fromEntries(new URLSearchParams(location.search));
const to = recipient as Hex;
const provider = createSymbolon({ walletUrl: wallet });
const chain = defineChain({
  id: 31_337,
  name: 'Local chain',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [rpc] } },
});

interface Done {
  address: string;
  signature: string;
  hash: string;
}

const libraries: Record<string, () => Promise<Done>> = {
  async viem() {
    const { address } = await toAccount(provider);
    const client = createWalletClient({ account: address, chain, transport: symbolonTransport(provider) });
    const signature = await client.signMessage({ message: 'by viem' });
    return { address, signature, hash: await client.sendTransaction({ to, value: parseEther('0.001') }) };
  },

  async ethers() {
    const signer = await new BrowserProvider(provider).getSigner();
    const signature = await signer.signMessage('by ethers');
    const { hash } = await signer.sendTransaction({ to, value: parseEtherOfEthers('0.001') });
    return { address: signer.address, signature, hash };
  },

  async wagmi2() {
    const connector = wagmi2.createConnector(symbolon(provider));
    const config = wagmi2.createConfig({ chains: [chain], connectors: [connector], transports: { 31337: http(rpc) } });
    const [first] = config.connectors;
    if (first === undefined) throw new Error('no connector');
    const { accounts } = await wagmi2.connect(config, { connector: first });
    const signature = await wagmi2.signMessage(config, { message: 'by wagmi2' });
    const hash = await wagmi2.sendTransaction(config, { to, value: parseEther('0.001') });
    return { address: accounts[0], signature, hash };
  },

  async wagmi3() {
    const connector = wagmi3.createConnector(symbolon(provider));
    const config = wagmi3.createConfig({ chains: [chain], connectors: [connector], transports: { 31337: http(rpc) } });
    const [first] = config.connectors;
    if (first === undefined) throw new Error('no connector');
    const { accounts } = await wagmi3.connect(config, { connector: first });
    const signature = await wagmi3.signMessage(config, { message: 'by wagmi3' });
    const hash = await wagmi3.sendTransaction(config, { to, value: parseEther('0.001') });
    return { address: accounts[0], signature, hash };
  },
};

for (const [name, run] of Object.entries(libraries)) {
  const button = Object.assign(document.createElement('button'), { textContent: name });
  const output = Object.assign(document.createElement('output'), { id: name });
  button.addEventListener('click', () => {
    void show(output, run);
  });
  document.body.append(button, output);
}

async function show(output: HTMLOutputElement, run: () => Promise<Done>): Promise<void> {
  try {
    output.textContent = JSON.stringify(await run());
  } catch (error) {
    output.textContent = JSON.stringify({ failed: (error as Error).message });
  }
}

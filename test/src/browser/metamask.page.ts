// Bundled for the browser: what MetaMask's test dApp is given in the place of an extension.
import { createSymbolon } from '@symbolon/sdk';

const walletUrl = new URL(import.meta.url).searchParams.get('wallet') ?? '';
const provider = createSymbolon({ walletUrl });
Object.assign(globalThis, { ethereum: Object.assign(Object.create(provider), { isMetaMask: true }) });

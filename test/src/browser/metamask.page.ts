// Bundled for the browser: what MetaMask's test dApp is given in the place of an extension.
import { createSymbolon } from '@symbolon/sdk';

const walletUrl = new URL(import.meta.url).searchParams.get('wallet') ?? '';
const provider = createSymbolon({ walletUrl });
// Most of its buttons are for a provider that says so.
Object.assign(globalThis, { ethereum: Object.assign(provider, { isMetaMask: true }) });

import { createSymbolon } from '@symbolon/sdk';
import { ask, type Did } from './ask.ts';
import { formatEther } from './ether.ts';

// What a dApp needs of Symbolon is these two lines: the provider is EIP-1193's, and announced by EIP-6963.
const { walletUrl = '', appId } = document.documentElement.dataset;
const symbolon = createSymbolon({ walletUrl, appId: appId || undefined });

let address: string | null = null;
let chainId = 0;

symbolon.on('accountsChanged', (accounts) => void show(accounts as string[]));
symbolon.on('chainChanged', () => void refresh());
symbolon.on('disconnect', () => void show([]));

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-do]')) {
  button.addEventListener('click', () => void run(button, button.dataset.do ?? '', new FormData()));
}
const form = document.querySelector<HTMLFormElement>('form[data-do]');
form?.addEventListener('submit', (event) => {
  event.preventDefault();
  void run(form, 'send', new FormData(form));
});

// Whoever was connected still is, without a question.
await show((await symbolon.request({ method: 'eth_accounts' })) as string[]);

async function run(element: HTMLElement, name: string, fields: FormData): Promise<void> {
  // Not `disabled`: that would take the focus away, which the wallet's dialog gives back here.
  if (element.ariaBusy === 'true') return;
  element.ariaBusy = 'true';
  try {
    const did = await ask(symbolon, name, { address: address ?? '', chainId, fields });
    if (did.accounts !== null) await show(did.accounts);
    log(did);
    await refresh();
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    log({ title: `Refused: ${message}`, detail: code === undefined ? null : `code ${code}`, accounts: null }, true);
  } finally {
    element.ariaBusy = 'false';
  }
}

async function show(accounts: readonly string[]): Promise<void> {
  address = accounts[0] ?? null;
  for (const part of document.querySelectorAll<HTMLElement>('[data-when]')) {
    if (part.dataset.when === 'connected') part.hidden = address === null;
    if (part.dataset.when === 'disconnected') part.hidden = address !== null;
  }
  await refresh();
}

async function refresh(): Promise<void> {
  chainId = Number(await symbolon.request({ method: 'eth_chainId' }));
  if (address === null) return;
  put('address', address);
  put('chain', String(chainId));
  const balance = await symbolon.request({ method: 'eth_getBalance', params: [address, 'latest'] }).catch(() => null);
  put('balance', balance === null ? 'The chain does not answer.' : `${formatEther(BigInt(balance as string))} ETH`);
}

function put(name: string, text: string): void {
  const element = document.querySelector(`[data-show="${name}"]`);
  if (element) element.textContent = text;
}

function log({ title, detail }: Did, refused = false): void {
  const entry = document.createElement('li');
  entry.className = refused ? 'refused' : '';
  entry.textContent = title;
  if (detail !== null) entry.append(Object.assign(document.createElement('code'), { textContent: detail }));
  document.querySelector('[data-show="log"]')?.prepend(entry);
  for (const quiet of document.querySelectorAll<HTMLElement>('[data-when="quiet"]')) quiet.hidden = true;
}

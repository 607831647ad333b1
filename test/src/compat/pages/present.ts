import { defineChain } from 'viem';
import { foundry } from 'viem/chains';
import { record } from './record.ts';

/** What the page was told of where it is. */
const { wallet = '', local = '', other = '' } = document.documentElement.dataset;
export const walletUrl = wallet;

const rpc = (url: string) => ({ default: { http: [url] } });
export const localChain = defineChain({ ...foundry, rpcUrls: rpc(local) });
export const otherChain = defineChain({ ...foundry, id: 1_338, name: 'Other chain', rpcUrls: rpc(other) });

/** Who is connected, and where, as a library says. */
export interface State {
  address: string | null;
  chainId: number | null;
}

/** What every library can do, each in its own way: one button each. */
export const doings = ['connect', 'signMessage', 'signTypedData', 'send', 'switchChain', 'disconnect'] as const;
export type Doings = Record<(typeof doings)[number], () => Promise<unknown>>;

/** Draws a button for each, and shows the state after each and whenever `changed` is called. */
export function present(library: Doings, state: () => State | Promise<State>): { changed: () => void } {
  const shown = document.createElement('output');
  const changed = async (): Promise<void> => {
    shown.textContent = JSON.stringify(await state());
  };
  for (const name of doings) {
    const button = document.createElement('button');
    button.id = name;
    button.textContent = name;
    // How it ends is written down; the page does nothing more with it.
    button.onclick = () =>
      void record(name, library[name])
        .catch(() => undefined)
        .then(changed);
    document.body.append(button);
  }
  document.body.append(shown);
  void changed();
  return { changed: () => void changed() };
}

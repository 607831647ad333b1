import * as v from 'valibot';
import { type Asked, type Asking, chainOf, connectedPerson, type Handler } from './asking.ts';
import { DappRefusal } from './errors.ts';
import { chainIdText, first, readParams } from './params.ts';

const switchSchema = first(v.object({ chainId: chainIdText }));

/** EIP-3326. Null where the person agrees; the site's provider then changes its chain. */
export const switchChain: Handler = async (asking, asked) => {
  const { chainId } = readParams(switchSchema, asked.params);
  return offer(asking, asked, chainId);
};

const url = v.pipe(v.string(), v.maxLength(512), v.url());
const addSchema = first(
  v.object({
    chainId: chainIdText,
    chainName: v.pipe(v.string(), v.minLength(1)),
    rpcUrls: v.pipe(v.array(url), v.minLength(1)),
    nativeCurrency: v.nullish(
      v.object({ name: v.string(), symbol: v.pipe(v.string(), v.minLength(1), v.maxLength(12)), decimals: v.number() }),
    ),
    blockExplorerUrls: v.nullish(v.array(url)),
  }),
);

/**
 * EIP-3085, of the operator's list only: a site must not choose the node that tells a person their balance. Of what it says about
 * the chain nothing is taken over but the id.
 */
export const addChain: Handler = async (asking, asked) => {
  const { chainId } = readParams(addSchema, asked.params);
  return offer(asking, asked, chainId);
};

async function offer(asking: Asking, asked: Asked, chainId: string): Promise<null> {
  const to = asking.chains.find(chainId);
  if (to === null) throw new DappRefusal('chain-not-offered');
  if (chainId === asked.chainId) return null;
  await connectedPerson(asking);
  const from = chainOf(asking, asked.chainId).info;
  await asking.attention.ask({ ask: 'switch-chain', app: asking.app, from, to: to.info }, asked.signal);
  asking.desk.show({ step: 'done', outcome: 'approved' });
  return null;
}

import { hasCode } from '@symbolon/client';
import type { Revert } from '../explain/explainer.ts';
import type { Chain } from './chains.ts';

/** A transaction request in JSON, every member text of the JSON-RPC form or absent. */
export interface Draft {
  from: string;
  to: string | null;
  value: string;
  data: string;
  chainId: string;
  type?: string | undefined;
  nonce?: string | undefined;
  gas?: string | undefined;
  gasPrice?: string | undefined;
  maxFeePerGas?: string | undefined;
  maxPriorityFeePerGas?: string | undefined;
  accessList?: unknown;
}

export interface Filled {
  /** As transactionFromJson takes it. */
  transaction: Record<string, unknown>;
  /** Set where the chain says that this would fail. */
  reverts: Revert | null;
}

/**
 * What a draft leaves open, as the chain advises it: the person sees every field before they approve, and nothing changes after.
 * Throws ClientError `party-unreachable`, `party-answer-invalid`.
 */
export async function fill({ rpc }: Chain, draft: Draft): Promise<Filled> {
  const { from, to, value, data, accessList } = draft;
  const call = {
    from,
    ...(to === null ? {} : { to }),
    value,
    data,
    ...(accessList === undefined ? {} : { accessList }),
  };
  const [nonce, { gas, reverts }, prices] = await Promise.all([
    draft.nonce ?? rpc.quantity('eth_getTransactionCount', [from, 'pending']),
    estimate(rpc, call, draft.gas),
    pricesOf(rpc, draft),
  ]);
  const { chainId } = draft;
  const list = accessList === undefined ? {} : { accessList };
  return { transaction: { from, to, value, data, chainId, nonce, gas, ...list, ...prices }, reverts };
}

/** The chain is asked also where the site gave a limit: whether it would fail is for the person to know. */
async function estimate(
  rpc: Chain['rpc'],
  call: object,
  given: string | undefined,
): Promise<{ gas: bigint; reverts: Revert | null }> {
  try {
    const needed = await rpc.quantity('eth_estimateGas', [call]);
    return { gas: given === undefined ? withRoom(needed) : BigInt(given), reverts: null };
  } catch (error) {
    if (!hasCode(error, 'transaction-refused')) throw error;
    const gas = given === undefined ? await halfABlock(rpc) : BigInt(given);
    return { gas, reverts: { reason: revertWords(error.message) } };
  }
}

/** State moves between estimate and block; a bare transfer always takes 21,000. */
const withRoom = (needed: bigint): bigint => (needed === 21_000n ? needed : (needed * 6n) / 5n);

async function halfABlock(rpc: Chain['rpc']): Promise<bigint> {
  return quantity((await latestBlock(rpc))['gasLimit'], 60_000_000n) / 2n;
}

/** EIP-1559 where the chain has base fees and the site did not ask for a legacy price. */
async function pricesOf(rpc: Chain['rpc'], draft: Draft): Promise<Record<string, unknown>> {
  const { type, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = draft;
  const kind = type === undefined ? {} : { type };
  if (gasPrice !== undefined) return { ...kind, gasPrice };
  const { baseFeePerGas } = await latestBlock(rpc);
  const asksLegacy = type !== undefined && BigInt(type) < 2n;
  if (baseFeePerGas === undefined || asksLegacy) return { ...kind, gasPrice: await rpc.quantity('eth_gasPrice', []) };
  const advised =
    maxPriorityFeePerGas === undefined
      ? await rpc.quantity('eth_maxPriorityFeePerGas', [])
      : BigInt(maxPriorityFeePerGas);
  // Room for the base fee to double before it is mined: six full blocks (EIP-1559).
  const most = maxFeePerGas === undefined ? 2n * quantity(baseFeePerGas, 0n) + advised : BigInt(maxFeePerGas);
  const tip = maxPriorityFeePerGas === undefined && advised > most ? most : advised;
  return { type: '0x2', maxFeePerGas: most, maxPriorityFeePerGas: tip };
}

async function latestBlock(rpc: Chain['rpc']): Promise<Record<string, unknown>> {
  const block = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  return typeof block === 'object' && block !== null ? (block as Record<string, unknown>) : {};
}

function quantity(value: unknown, otherwise: bigint): bigint {
  return typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(value) : otherwise;
}

/** The node's own words after the sentence that the client put before them. */
function revertWords(message: string): string | null {
  const words = message.replace(/^The chain refused \w+: /, '').trim();
  return words === '' || words === 'no reason' ? null : words.slice(0, 200);
}

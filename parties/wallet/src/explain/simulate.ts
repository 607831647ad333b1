import { type EvmTransaction, toChecksumAddress } from '@symbolon/chains/evm';
import { hasCode } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import type { Chain } from '../chain/chains.ts';
import type { BalanceChange } from '../model.ts';
import { unitsText } from './text.ts';
import { readToken } from './tokens.ts';

/** What the chain estimates: balances of the person that change, or that it fails. */
export type Simulated = { outcome: 'succeeds'; changes: BalanceChange[] } | { outcome: 'fails'; reason: string | null };

/** keccak-256 of `Transfer(address,address,uint256)`: ERC-20 with the amount as data, ERC-721 with the id as topic. */
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
/** The address under which eth_simulateV1 logs transfers of the chain's own currency. */
const currencyAddress = '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';
/** Tokens that are named; a call that moves more is not one that a list would make clear. */
const maximumTokens = 12;

/**
 * Runs a transaction at the chain on top of its newest block (eth_simulateV1, traceTransfers). Null where the chain does not do
 * that, or does not answer: then nothing is said of balances.
 */
export async function simulate(chain: Chain, from: string, transaction: EvmTransaction): Promise<Simulated | null> {
  try {
    const answer = await chain.rpc.call('eth_simulateV1', [
      { blockStateCalls: [{ calls: [callOf(from, transaction)] }], traceTransfers: true, validation: false },
      'latest',
    ]);
    const call = firstCall(answer);
    if (call === null) return null;
    if (call['status'] !== '0x1') return { outcome: 'fails', reason: reasonOf(call) };
    const logs = Array.isArray(call['logs']) ? call['logs'] : [];
    return { outcome: 'succeeds', changes: await changesOf(chain, from, logs) };
  } catch (error) {
    if (hasCode(error, 'transaction-refused', 'party-unreachable', 'party-answer-invalid')) return null;
    throw error;
  }
}

function callOf(from: string, { to, value, data, gas }: EvmTransaction): object {
  return {
    from,
    ...(to === null ? {} : { to: `0x${toHex(to)}` }),
    value: `0x${value.toString(16)}`,
    input: `0x${toHex(data)}`,
    gas: `0x${gas.toString(16)}`,
  };
}

type Fields = Record<string, unknown>;

function firstCall(answer: unknown): Fields | null {
  const block: unknown = Array.isArray(answer) ? answer[0] : null;
  const calls = isFields(block) && Array.isArray(block['calls']) ? block['calls'] : [];
  return isFields(calls[0]) ? calls[0] : null;
}

function reasonOf(call: Fields): string | null {
  const { error } = call;
  return isFields(error) && typeof error['message'] === 'string' ? error['message'].slice(0, 200) : null;
}

/** Net of all transfers from and to the person, the currency first. */
async function changesOf(chain: Chain, person: string, logs: readonly unknown[]): Promise<BalanceChange[]> {
  const net = new Map<string, bigint>();
  for (const log of logs) {
    const moved = transferOf(log);
    if (moved === null) continue;
    const own = person.toLowerCase();
    const change = (moved.to === own ? moved.amount : 0n) - (moved.from === own ? moved.amount : 0n);
    net.set(moved.key, (net.get(moved.key) ?? 0n) + change);
  }
  const changed = [...net].filter(([, amount]) => amount !== 0n).slice(0, maximumTokens);
  return Promise.all(changed.map(([key, amount]) => changeOf(chain, key, amount)));
}

async function changeOf(chain: Chain, key: string, amount: bigint): Promise<BalanceChange> {
  const direction = amount < 0n ? 'out' : 'in';
  const size = amount < 0n ? -amount : amount;
  const [address = '', id] = key.split('#');
  if (address === currencyAddress) {
    const { symbol, decimals } = chain.info.currency;
    return { direction, amount: { text: unitsText(size, decimals), symbol } };
  }
  const token = await readToken(chain, address);
  const symbol = token?.symbol ?? toChecksumAddress(bytesOf(address));
  if (id !== undefined) return { direction, amount: { text: `#${BigInt(id)}`, symbol } };
  return { direction, amount: { text: unitsText(size, token?.decimals ?? 0), symbol } };
}

/** `key`: the token's address, with `#` and the id behind it for one of a collection. */
function transferOf(log: unknown): { key: string; from: string; to: string; amount: bigint } | null {
  if (!isFields(log) || typeof log['address'] !== 'string' || !Array.isArray(log['topics'])) return null;
  const [topic, from, to, id] = log['topics'].map((one) => (typeof one === 'string' ? one.toLowerCase() : ''));
  if (topic !== transferTopic || !isWord(from) || !isWord(to)) return null;
  const parties = { from: `0x${from.slice(26)}`, to: `0x${to.slice(26)}` };
  const address = log['address'].toLowerCase();
  if (!/^0x[0-9a-f]{40}$/.test(address)) return null;
  if (isWord(id)) return { key: `${address}#${id}`, ...parties, amount: 1n };
  const { data } = log;
  if (typeof data !== 'string' || !isWord(data.toLowerCase())) return null;
  return { key: address, ...parties, amount: BigInt(data) };
}

const isWord = (text: string | undefined): text is string => text !== undefined && /^0x[0-9a-f]{64}$/.test(text);
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function bytesOf(address: string): Uint8Array {
  return Uint8Array.from({ length: 20 }, (_, index) =>
    Number.parseInt(address.slice(2 + 2 * index, 4 + 2 * index), 16),
  );
}

import {
  addressOf,
  type EvmIntent,
  IntentError,
  messageFromJson,
  parseAddress,
  transactionFromJson,
  typedDataFromJson,
} from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import type { WalletClient } from './client.ts';
import { ClientError } from './errors.ts';
import { fieldsOf, type JsonRpc, quantityOf } from './jsonRpc.ts';
import type { SignedIntent } from './sign.ts';
import type { Wallet } from './wallet.ts';

/** A transaction request as people write it: what is left out is asked of the chain. `to` null creates a contract. */
export interface Outgoing {
  to: string | null;
  /** wei */
  value?: bigint;
  /** 0x hex */
  data?: string;
  chainId?: bigint;
  nonce?: bigint;
  gas?: bigint;
  maxFeePerGas?: bigint;
  maxPriorityFeePerGas?: bigint;
}

/** A signed transaction as the chain takes it; `raw` and `hashText` as 0x hex. */
export interface SignedTransaction extends SignedIntent {
  raw: string;
  hashText: string;
}

export interface MinedTransaction {
  hash: string;
  blockNumber: bigint;
  gasUsed: bigint;
  status: 'success' | 'reverted';
}

/** EIP-55 address of a wallet. Throws ClientError `curve-missing`. */
export function evmAddress({ deed }: Pick<Wallet, 'deed'>): string {
  const { secp256k1 } = deed.keys;
  if (secp256k1 === undefined) throw new ClientError('curve-missing', 'This wallet has no secp256k1 key.');
  return addressOf(secp256k1);
}

/** The wallet as an Ethereum account of one chain. */
export class EvmAccount {
  readonly #client: WalletClient;
  readonly #rpc: JsonRpc;

  constructor(client: WalletClient, rpc: JsonRpc) {
    this.#client = client;
    this.#rpc = rpc;
  }

  async address(): Promise<string> {
    return evmAddress(await this.#client.wallet());
  }

  /** wei */
  async balance(): Promise<bigint> {
    return this.#rpc.quantity('eth_getBalance', [await this.address(), 'latest']);
  }

  /**
   * Every field of an EIP-1559 transaction: what the chain advises where the request is silent. This is what the person is to
   * approve. Throws ClientError `party-unreachable`, `transaction-refused` (the call would fail), IntentError.
   */
  async fill(outgoing: Outgoing): Promise<EvmIntent> {
    const from = await this.address();
    const { to, value = 0n, data = '0x' } = outgoing;
    const call = { from, ...(to === null ? {} : { to: parseAddressText(to) }), value: hex(value), data };
    const [chainId, nonce, gas, fees] = await Promise.all([
      outgoing.chainId ?? this.#rpc.quantity('eth_chainId', []),
      outgoing.nonce ?? this.#rpc.quantity('eth_getTransactionCount', [from, 'pending']),
      outgoing.gas ?? this.#rpc.quantity('eth_estimateGas', [call]),
      this.#fees(outgoing),
    ]);
    const { intent } = transactionFromJson({ type: 2, to, value, data, chainId, nonce, gas, ...fees });
    return intent;
  }

  /** Signs a filled transaction. Throws as {@link WalletClient.sign}. */
  async signTransaction(intent: EvmIntent, origin?: string): Promise<SignedTransaction> {
    const signed = await this.#client.sign(intent, origin);
    if (signed.signed === undefined || signed.hash === undefined) {
      throw new IntentError('intent-malformed', 'not a transaction', 'Give a transaction to be signed.');
    }
    return { ...signed, raw: `0x${toHex(signed.signed)}`, hashText: `0x${toHex(signed.hash)}` };
  }

  /** Fills, signs, broadcasts. Resolves when the chain has taken it; see {@link waitForReceipt}. */
  async send(outgoing: Outgoing, origin?: string): Promise<SignedTransaction> {
    const signed = await this.signTransaction(await this.fill(outgoing), origin);
    await this.broadcast(signed);
    return signed;
  }

  /** Text is signed as UTF-8, bytes as they are (EIP-191). Resolves with r || s || v, 65 bytes, as `signature`. */
  async signMessage(message: string | Uint8Array, origin?: string): Promise<SignedIntent> {
    const json = typeof message === 'string' ? message : { raw: message };
    return this.#client.sign(messageFromJson(json), origin);
  }

  /** EIP-712 (v4), as eth_signTypedData_v4 takes it. Resolves as {@link signMessage}. */
  async signTypedData(typedData: unknown, origin?: string): Promise<SignedIntent> {
    return this.#client.sign(typedDataFromJson(typedData), origin);
  }

  /** Hands it to the chain; one that the chain has already is as good. Throws ClientError `transaction-refused`. */
  async broadcast({ raw, hashText }: Pick<SignedTransaction, 'raw' | 'hashText'>): Promise<void> {
    try {
      await this.#rpc.call('eth_sendRawTransaction', [raw]);
    } catch (error) {
      const known = error instanceof ClientError && error.code === 'transaction-refused';
      if (!known || (await this.#rpc.call('eth_getTransactionByHash', [hashText])) === null) throw error;
    }
  }

  /** Resolves when it is in a block. `deadline`, `interval` in ms. Throws ClientError `transaction-timeout`. */
  async waitForReceipt(hash: string, { deadline = 60_000, interval = 250 } = {}): Promise<MinedTransaction> {
    const end = performance.now() + deadline;
    for (;;) {
      const receipt = await this.#rpc.call('eth_getTransactionReceipt', [hash]);
      if (receipt !== null) return minedFrom(receipt, hash);
      if (performance.now() + interval > end) {
        throw new ClientError('transaction-timeout', `Not mined within ${deadline} ms.`, { party: 'chain' });
      }
      await new Promise((resolve) => setTimeout(resolve, interval));
    }
  }

  /** Room for the base fee to double before it is mined: six full blocks (EIP-1559). */
  async #fees({ maxFeePerGas, maxPriorityFeePerGas }: Outgoing) {
    if (maxFeePerGas !== undefined && maxPriorityFeePerGas !== undefined) return { maxFeePerGas, maxPriorityFeePerGas };
    const method = 'eth_getBlockByNumber';
    const [block, advised] = await Promise.all([
      this.#rpc.call(method, ['latest', false]),
      maxPriorityFeePerGas ?? this.#rpc.quantity('eth_maxPriorityFeePerGas', []),
    ]);
    const baseFee = quantityOf(fieldsOf(block, method)['baseFeePerGas'], method);
    const most = maxFeePerGas ?? 2n * baseFee + advised;
    const tip = maxPriorityFeePerGas === undefined && advised > most ? most : advised;
    return { maxFeePerGas: most, maxPriorityFeePerGas: tip };
  }
}

function minedFrom(receipt: unknown, hash: string): MinedTransaction {
  const method = 'eth_getTransactionReceipt';
  const fields = fieldsOf(receipt, method);
  return {
    hash,
    blockNumber: quantityOf(fields['blockNumber'], method),
    gasUsed: quantityOf(fields['gasUsed'], method),
    status: quantityOf(fields['status'], method) === 1n ? 'success' : 'reverted',
  };
}

/** Checks a mistyped address before the chain is asked about it. Throws IntentError. */
function parseAddressText(text: string): string {
  parseAddress(text, 'to');
  return text;
}

const hex = (value: bigint): string => `0x${value.toString(16)}`;

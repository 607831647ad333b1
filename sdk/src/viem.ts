import {
  type Address,
  type CustomTransport,
  custom,
  getTypesForEIP712Domain,
  type Hex,
  numberToHex,
  type SignableMessage,
  serializeTypedData,
  stringToHex,
  type TransactionSerializable,
  type TypedData,
  type TypedDataDefinition,
  toHex,
} from 'viem';
import type { SymbolonProvider } from './provider.ts';

/** What a transaction to be sent or signed has here: viem's names, and bigints. */
export type TransactionRequest = Pick<
  TransactionSerializable,
  'chainId' | 'data' | 'gas' | 'nonce' | 'to' | 'value' | 'maxFeePerGas' | 'maxPriorityFeePerGas'
>;

/**
 * A JSON-RPC account of viem that also signs by itself, without a client. To a wallet client give its `address`: viem's types know
 * accounts that sign only as local ones, whose transactions viem would not let the wallet send.
 */
export interface SymbolonAccount {
  readonly address: Address;
  readonly type: 'json-rpc';
  signMessage: (parameters: { message: SignableMessage }) => Promise<Hex>;
  signTypedData<
    const typedData extends TypedData | Record<string, unknown>,
    primaryType extends keyof typedData | 'EIP712Domain' = keyof typedData,
  >(parameters: TypedDataDefinition<typedData, primaryType>): Promise<Hex>;
  /** Only where the person switched `eth_signTransaction` on in the wallet's settings. */
  signTransaction: (transaction: TransactionRequest) => Promise<Hex>;
  /** Resolves with the transaction's hash. */
  sendTransaction: (transaction: TransactionRequest) => Promise<Hex>;
}

/**
 * The account that the person connected. Asks them to connect if they have not, so call it in a click then. Rejects with
 * SymbolonError.
 */
export async function toAccount(provider: SymbolonProvider): Promise<SymbolonAccount> {
  const ask = async (method: string, params: unknown): Promise<Hex> =>
    (await provider.request({ method, params })) as Hex;
  const accounts = (await provider.request({ method: 'eth_requestAccounts' })) as [Address];
  const [address] = accounts;
  return {
    address,
    type: 'json-rpc',
    signMessage: ({ message }) => ask('personal_sign', [messageToHex(message), address]),
    signTypedData: (typedData) => ask('eth_signTypedData_v4', [address, toJson(typedData as TypedDataDefinition)]),
    signTransaction: (transaction) => ask('eth_signTransaction', [toRpc(address, transaction)]),
    sendTransaction: (transaction) => ask('eth_sendTransaction', [toRpc(address, transaction)]),
  };
}

/** For viem's clients. Nothing is tried twice: a person would be asked twice. */
export function symbolonTransport(provider: SymbolonProvider): CustomTransport {
  return custom(provider, { key: 'symbolon', name: provider.info.name, retryCount: 0 });
}

function messageToHex(message: SignableMessage): Hex {
  if (typeof message === 'string') return stringToHex(message);
  return typeof message.raw === 'string' ? message.raw : toHex(message.raw);
}

/** With the domain's own type, which pages leave out: without it viem would leave the domain out. */
function toJson(typedData: TypedDataDefinition): string {
  const domainType = getTypesForEIP712Domain({ domain: typedData.domain });
  const whole = { ...typedData, types: { EIP712Domain: domainType, ...typedData.types } };
  // The types above are the caller's own by then, which viem's inference no longer sees.
  return serializeTypedData(whole as never);
}

/** The names and numbers of `eth_sendTransaction`. */
function toRpc(from: Address, transaction: TransactionRequest): Record<string, unknown> {
  const { data, to } = transaction;
  const rpc: Record<string, unknown> = { from, data, to: to ?? undefined };
  for (const name of ['chainId', 'gas', 'nonce', 'value', 'maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
    const value = transaction[name];
    if (value !== undefined) rpc[name] = numberToHex(value);
  }
  return rpc;
}

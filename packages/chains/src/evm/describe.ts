import { toChecksumAddress } from './address.ts';
import { toHex } from './bytes.ts';
import { printable } from './errors.ts';
import type { EvmIntent } from './intent.ts';
import type { EvmTransaction } from './transaction.ts';
import type { TypedData } from './typedData/parse.ts';
import type { TypedDataValue } from './typedData/read.ts';
import { compileTypes, type FieldType, type Schema } from './typedData/types.ts';

/** An intent in plain words. No line holds a character that moves a cursor or reorders text. */
export interface Description {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Says what a parsed intent does, and where that cannot be told, says so. */
export function describe(intent: EvmIntent): Description {
  switch (intent.type) {
    case 'evm-transaction':
      return describeTransaction(intent.transaction);
    case 'evm-message':
      return describeMessage(intent.message);
    case 'evm-typed-data':
      return describeTypedData(intent.typedData);
  }
}

function describeTransaction(transaction: EvmTransaction): Description {
  const { to, value, data, chainId, gas, nonce } = transaction;
  const amount = `${ether(value)} ETH`;
  const price = transaction.transactionType === 2 ? transaction.maxFeePerGas : transaction.gasPrice;
  const title =
    to === null
      ? `Create a contract with ${amount} on chain ${chainId}`
      : `Send ${amount} to ${toChecksumAddress(to)} on chain ${chainId}`;
  const fee = `Fee: at most ${ether(gas * price)} ETH (${gas} gas)`;
  return { title, lines: [...describeData(to, data), fee, `Nonce: ${nonce}`] };
}

function describeData(to: Uint8Array | null, data: Uint8Array): string[] {
  if (to === null) return [`Code: ${data.length} bytes, not decoded: what the contract will do is not known`];
  if (data.length === 0) return [];
  const selector = data.length >= 4 ? `, function ${toHex(data.subarray(0, 4))}` : '';
  return [`Data: ${data.length} bytes${selector}, not decoded: what the call does is not known`];
}

function describeMessage(message: Uint8Array): Description {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
    return { title: 'Sign a message', lines: text.split('\n').map(printable) };
  } catch {
    return { title: 'Sign a message that is not text', lines: [toHex(message)] };
  }
}

function describeTypedData({ types, primaryType, domain, message }: TypedData): Description {
  const schema = compileTypes(types);
  return {
    title: `Sign typed data: ${printable(primaryType)}`,
    lines: [
      ...memberLines(schema, { kind: 'struct', name: 'EIP712Domain' }, domain, 'domain'),
      ...memberLines(schema, { kind: 'struct', name: primaryType }, message, 'message'),
    ],
  };
}

/** One line a value, by its path, in the order of the types. */
function memberLines(schema: Schema, type: FieldType, value: TypedDataValue, path: string): string[] {
  if (type.kind === 'array' && Array.isArray(value)) {
    if (value.length === 0) return [`${path}: empty list`];
    return value.flatMap((item: TypedDataValue, index) => memberLines(schema, type.item, item, `${path}[${index}]`));
  }
  if (type.kind === 'struct') {
    const members = value as Readonly<Record<string, TypedDataValue>>;
    return (schema.get(type.name) ?? []).flatMap(({ name, parsed }) =>
      memberLines(schema, parsed, members[name] as TypedDataValue, `${path}.${printable(name)}`),
    );
  }
  return [`${path}: ${valueText(type, value)}`];
}

function valueText(type: FieldType, value: TypedDataValue): string {
  if (typeof value === 'string') return `"${printable(value)}"`;
  if (value instanceof Uint8Array) return type.kind === 'address' ? toChecksumAddress(value) : toHex(value);
  return typeof value === 'object' ? 'cannot be shown' : String(value);
}

/** Wei as ether, exactly. */
function ether(wei: bigint): string {
  const digits = wei.toString().padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -18) : `${digits.slice(0, -18)}.${fraction}`;
}

import { utf8ToBytes } from '@noble/hashes/utils.js';
import { parseAddress } from './address.ts';
import { equalBytes, fromHex, noBytes, toHex } from './bytes.ts';
import { fieldInvalid, IntentError } from './errors.ts';
import { asFields, type Fields, fieldMissing, fieldUnknown, list } from './fields.ts';
import { type EvmIntent, parseIntent } from './intent.ts';
import { integerFromJson } from './quantity.ts';
import { unsupportedType } from './transaction.ts';
import { readTypedDataJson } from './typedData/fromJson.ts';

/**
 * An intent from a transaction request of ethers (5, 6) or viem. Absent `to` creates a contract; absent `data`, `value`,
 * `accessList` are empty; null is absent; everything else must be there. `from` is not signed: the caller compares it with
 * the signing address. Throws IntentError.
 */
export function transactionFromJson(json: unknown): { intent: EvmIntent; from: Uint8Array | null } {
  const request = presentFields(json);
  refuseLaterTypes(request);
  const transactionType = readType(request);
  const empty = { to: null, value: 0n, data: noBytes, ...(transactionType === 0 ? {} : { accessList: [] }) };
  const transaction = { ...empty, ...readFields(request), transactionType };
  const from = request.from === undefined ? null : parseAddress(request.from, 'from');
  return { intent: parseIntent({ type: 'evm-transaction', transaction }), from };
}

/** An intent from text (signed as UTF-8) or viem's `{ raw: '0x..' }`. Throws IntentError. */
export function messageFromJson(json: unknown): EvmIntent {
  return parseIntent({ type: 'evm-message', message: readMessage(json) });
}

/** An intent from an EIP-712 object, `EIP712Domain` among its types or not. Throws IntentError. */
export function typedDataFromJson(json: unknown): EvmIntent {
  return parseIntent({ type: 'evm-typed-data', typedData: readTypedDataJson(json) });
}

function presentFields(json: unknown): Fields {
  const fields = asFields(json);
  if (fields === null) throw fieldInvalid('transaction', 'a map');
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}

const blobFields = ['blobs', 'blobVersionedHashes', 'maxFeePerBlobGas', 'sidecars', 'kzg', 'blobWrapperVersion'];

/** Dropping what only types 3 and 4 have would sign another transaction than was asked for. */
function refuseLaterTypes(request: Fields): void {
  if (request.authorizationList !== undefined) throw unsupportedType(4);
  if (blobFields.some((field) => request[field] !== undefined)) throw unsupportedType(3);
}

const typeNames = new Map<unknown, number>([
  ['legacy', 0],
  ['eip2930', 1],
  ['eip1559', 2],
  ['eip4844', 3],
  ['eip7702', 4],
]);

function readType(request: Fields): number {
  if (request.type !== undefined) {
    const type = typeNames.get(request.type) ?? integerFromJson(request.type);
    if (type === null) throw unsupportedType(request.type);
    return Number(type);
  }
  const prices = request.gasPrice !== undefined;
  const fees = request.maxFeePerGas !== undefined || request.maxPriorityFeePerGas !== undefined;
  if (prices === fees) {
    throw new IntentError(
      'field-missing',
      'type is missing and does not follow from the fees given',
      'Give type, or either gasPrice or maxFeePerGas and maxPriorityFeePerGas.',
    );
  }
  if (fees) return 2;
  // gasPrice alone is legacy to viem and ethers 5, and to nodes; ethers 6 would make it EIP-2930 with an empty list.
  return request.accessList === undefined ? 0 : 1;
}

type Reader = (value: unknown, path: string) => unknown;

/** Every field a request may have, by the name it is signed under. */
const readers: Readonly<Record<string, readonly [name: string, read: Reader]>> = {
  chainId: ['chainId', quantity],
  nonce: ['nonce', quantity],
  gas: ['gas', quantity],
  gasLimit: ['gas', quantity],
  gasPrice: ['gasPrice', quantity],
  maxPriorityFeePerGas: ['maxPriorityFeePerGas', quantity],
  maxFeePerGas: ['maxFeePerGas', quantity],
  to: ['to', parseAddress],
  value: ['value', quantity],
  data: ['data', bytes],
  input: ['data', bytes],
  accessList: ['accessList', accessList],
};

function readFields(request: Fields): Fields {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(request)) {
    if (key === 'type' || key === 'from') continue;
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (reader === undefined) throw fieldUnknown(key);
    const [name, read] = reader;
    const parsed = read(value, key);
    if (Object.hasOwn(result, name) && !same(result[name], parsed)) {
      throw fieldInvalid(key, 'the same value as under its other name');
    }
    result[name] = parsed;
  }
  return result;
}

function same(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b;
}

function quantity(value: unknown, path: string): bigint {
  const parsed = integerFromJson(value);
  if (parsed === null) throw fieldInvalid(path, 'an integer: a number, decimal text or 0x hex');
  return parsed;
}

function bytes(value: unknown, path: string): Uint8Array {
  const parsed = value instanceof Uint8Array ? value : typeof value === 'string' ? fromHex(value) : null;
  if (parsed === null) throw fieldInvalid(path, 'bytes: 0x and two hex digits a byte');
  return parsed;
}

/** `[{ address, storageKeys }]`, `[[address, keys]]`, or ethers' `{ address: keys }`, which it sorts and dedupes. */
function accessList(value: unknown, path: string): unknown {
  const map = asFields(value);
  if (map !== null) {
    return Object.entries(map)
      .map(([address, keys]) => accessEntry(address, sortedKeys(keys, path), path))
      .sort((a, b) => (toHex(a.address) < toHex(b.address) ? -1 : 1));
  }
  return list(value, path).map((item, index) => {
    const at = `${path}[${index}]`;
    if (Array.isArray(item) && item.length === 2) return accessEntry(item[0], item[1], at);
    const entry = asFields(item);
    if (entry === null) throw fieldInvalid(at, 'an address and its storage keys');
    const surplus = Object.keys(entry).find((key) => key !== 'address' && key !== 'storageKeys');
    if (surplus !== undefined) throw fieldUnknown(`${at}.${surplus}`);
    for (const key of ['address', 'storageKeys']) if (!Object.hasOwn(entry, key)) throw fieldMissing(`${at}.${key}`);
    return accessEntry(entry.address, entry.storageKeys, at);
  });
}

function sortedKeys(keys: unknown, path: string): unknown[] {
  const order = (a: unknown, b: unknown) => (String(a) < String(b) ? -1 : 1);
  return [...new Set(list(keys, path))].sort(order);
}

function accessEntry(address: unknown, keys: unknown, path: string) {
  return {
    address: parseAddress(address, `${path}.address`),
    storageKeys: list(keys, `${path}.storageKeys`).map((key) => bytes(key, `${path}.storageKeys`)),
  };
}

function readMessage(json: unknown): Uint8Array {
  if (typeof json === 'string') {
    if (!json.isWellFormed()) throw fieldInvalid('message', 'text without lone surrogates');
    return utf8ToBytes(json);
  }
  const fields = asFields(json);
  if (fields === null) throw fieldInvalid('message', 'text or { raw: 0x hex }');
  const surplus = Object.keys(fields).find((key) => key !== 'raw');
  if (surplus !== undefined) throw fieldUnknown(`message.${surplus}`);
  if (!Object.hasOwn(fields, 'raw')) throw fieldMissing('message.raw');
  return bytes(fields.raw, 'message.raw');
}

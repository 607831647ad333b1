import { IntentError } from './errors.ts';
import { asFields, byteString, exactFields, fieldMissing, list, uint } from './fields.ts';

/** Storage that the transaction announces (EIP-2930): a 20-byte address and 32-byte keys. */
export interface AccessListEntry {
  readonly address: Uint8Array;
  readonly storageKeys: readonly Uint8Array[];
}

interface CommonFields {
  /** 1 to 2^53 - 1 */
  readonly chainId: bigint;
  /** below 2^64 - 1 (EIP-2681) */
  readonly nonce: bigint;
  /** gas limit */
  readonly gas: bigint;
  /** 20 bytes; null creates a contract from `data` */
  readonly to: Uint8Array | null;
  /** wei */
  readonly value: bigint;
  readonly data: Uint8Array;
}

/** Before typed transactions, with the chain id signed (EIP-155). Prices are wei per gas. */
export interface LegacyTransaction extends CommonFields {
  readonly transactionType: 0;
  readonly gasPrice: bigint;
}

export interface Eip2930Transaction extends CommonFields {
  readonly transactionType: 1;
  readonly gasPrice: bigint;
  readonly accessList: readonly AccessListEntry[];
}

export interface Eip1559Transaction extends CommonFields {
  readonly transactionType: 2;
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly accessList: readonly AccessListEntry[];
}

export type EvmTransaction = LegacyTransaction | Eip2930Transaction | Eip1559Transaction;

const commonKeys = ['transactionType', 'chainId', 'nonce', 'gas', 'to', 'value', 'data'] as const;
const legacyKeys = [...commonKeys, 'gasPrice'] as const;
const eip2930Keys = [...legacyKeys, 'accessList'] as const;
const eip1559Keys = [...commonKeys, 'maxPriorityFeePerGas', 'maxFeePerGas', 'accessList'] as const;

const maxUint53 = 2n ** 53n - 1n;
const maxNonce = 2n ** 64n - 2n;
const maxUint256 = 2n ** 256n - 1n;

/**
 * Strict parser of a transaction's carried form. Throws IntentError; `transaction-type-unsupported` and
 * `transaction-unprotected` name what is understood but refused.
 */
export function parseTransaction(value: unknown, path = 'transaction'): EvmTransaction {
  const shape = asFields(value);
  const type = shape !== null && Object.hasOwn(shape, 'transactionType') ? shape.transactionType : undefined;
  if (shape !== null && type === undefined) throw fieldMissing(`${path}.transactionType`);
  if (type === 1) {
    const fields = exactFields(value, eip2930Keys, path);
    const gasPrice = uint256(fields.gasPrice, `${path}.gasPrice`);
    const accessList = parseAccessList(fields.accessList, `${path}.accessList`);
    return { transactionType: 1, ...parseCommon(fields, path), gasPrice, accessList };
  }
  if (type === 2) {
    const fields = exactFields(value, eip1559Keys, path);
    const accessList = parseAccessList(fields.accessList, `${path}.accessList`);
    return { transactionType: 2, ...parseCommon(fields, path), ...parseFees(fields, path), accessList };
  }
  if (shape !== null && type !== 0) throw unsupportedType(type);
  if (shape !== null && !Object.hasOwn(shape, 'chainId')) throw unprotected();
  const fields = exactFields(value, legacyKeys, path);
  if (fields.chainId === 0n) throw unprotected();
  const gasPrice = uint256(fields.gasPrice, `${path}.gasPrice`);
  return { transactionType: 0, ...parseCommon(fields, path), gasPrice };
}

type Unparsed<K extends string> = Readonly<Record<K, unknown>>;

function parseCommon(fields: Unparsed<keyof CommonFields>, path: string): CommonFields {
  return {
    chainId: uint(fields.chainId, `${path}.chainId`, 1n, maxUint53),
    nonce: uint(fields.nonce, `${path}.nonce`, 0n, maxNonce),
    gas: uint256(fields.gas, `${path}.gas`),
    to: fields.to === null ? null : byteString(fields.to, `${path}.to`, 20),
    value: uint256(fields.value, `${path}.value`),
    data: byteString(fields.data, `${path}.data`),
  };
}

function parseFees(fields: Unparsed<'maxPriorityFeePerGas' | 'maxFeePerGas'>, path: string) {
  const maxPriorityFeePerGas = uint256(fields.maxPriorityFeePerGas, `${path}.maxPriorityFeePerGas`);
  const maxFeePerGas = uint256(fields.maxFeePerGas, `${path}.maxFeePerGas`);
  if (maxPriorityFeePerGas > maxFeePerGas) {
    throw new IntentError(
      'field-invalid',
      `${path}.maxPriorityFeePerGas is above maxFeePerGas`,
      'Every node refuses this transaction: raise maxFeePerGas or lower the priority fee.',
    );
  }
  return { maxPriorityFeePerGas, maxFeePerGas };
}

function parseAccessList(value: unknown, path: string): AccessListEntry[] {
  return list(value, path).map((item, index) => {
    const fields = exactFields(item, ['address', 'storageKeys'], `${path}[${index}]`);
    const keys = list(fields.storageKeys, `${path}[${index}].storageKeys`);
    return {
      address: byteString(fields.address, `${path}[${index}].address`, 20),
      storageKeys: keys.map((key, k) => byteString(key, `${path}[${index}].storageKeys[${k}]`, 32)),
    };
  });
}

const uint256 = (value: unknown, path: string) => uint(value, path, 0n, maxUint256);

const unsupportedNames = new Map<unknown, string>([
  [3, 'type 3 (EIP-4844, blobs)'],
  [4, 'type 4 (EIP-7702, set code)'],
]);

/** A transaction type that is refused by name, whoever asks for it. */
export function unsupportedType(type: unknown): IntentError {
  const number = typeof type === 'number' && Number.isSafeInteger(type) ? `type ${type}` : 'an unknown type';
  return new IntentError(
    'transaction-type-unsupported',
    `transactions of ${unsupportedNames.get(type) ?? number} are not supported`,
    'Supported: legacy with chainId (EIP-155), EIP-2930 and EIP-1559.',
  );
}

function unprotected(): IntentError {
  return new IntentError(
    'transaction-unprotected',
    'a legacy transaction without chainId could be replayed on every chain',
    'Give chainId: it is signed as EIP-155 says.',
  );
}

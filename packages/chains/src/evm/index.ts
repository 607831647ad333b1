export { addressOf, parseAddress, toChecksumAddress } from './address.ts';
export { type Assembled, assemble, type RecoverableSignature } from './assemble.ts';
export { type Description, describe } from './describe.ts';
export { IntentError, type IntentErrorCode } from './errors.ts';
export { messageFromJson, transactionFromJson, typedDataFromJson } from './fromJson.ts';
export { digest, type EvmIntent, parseIntent } from './intent.ts';
export { type JsonLimits, type JsonValue, parseJsonStrict } from './parseJson.ts';
export type {
  AccessListEntry,
  Eip1559Transaction,
  Eip2930Transaction,
  EvmTransaction,
  LegacyTransaction,
} from './transaction.ts';
export type { TypedData } from './typedData/parse.ts';

import { IntentError } from './errors.ts';
import { asFields, byteString, exactFields } from './fields.ts';
import { messageDigest } from './message.ts';
import { type EvmTransaction, parseTransaction } from './transaction.ts';
import { transactionDigest } from './transactionEncoding.ts';
import { typedDataDigest } from './typedData/hash.ts';
import { parseTypedData, type TypedData } from './typedData/parse.ts';

interface TransactionIntent {
  readonly type: 'evm-transaction';
  readonly transaction: EvmTransaction;
}

/** A personal message (EIP-191, version 0x45). */
interface MessageIntent {
  readonly type: 'evm-message';
  readonly message: Uint8Array;
}

interface TypedDataIntent {
  readonly type: 'evm-typed-data';
  readonly typedData: TypedData;
}

/** What is to be signed, as plain data: maps, lists, text, bool, Uint8Array, bigint; numbers only in `transactionType`. */
export type EvmIntent = TransactionIntent | MessageIntent | TypedDataIntent;

/**
 * Strict parser of an intent that came from elsewhere; the result shares nothing with `value`. Throws IntentError for
 * whatever is not understood to the last field.
 */
export function parseIntent(value: unknown): EvmIntent {
  const fields = asFields(value);
  switch (fields !== null && Object.hasOwn(fields, 'type') ? fields.type : undefined) {
    case 'evm-transaction':
      return {
        type: 'evm-transaction',
        transaction: parseTransaction(exactFields(value, ['type', 'transaction'], 'intent').transaction),
      };
    case 'evm-message':
      return {
        type: 'evm-message',
        message: byteString(exactFields(value, ['type', 'message'], 'intent').message, 'message'),
      };
    case 'evm-typed-data':
      return {
        type: 'evm-typed-data',
        typedData: parseTypedData(exactFields(value, ['type', 'typedData'], 'intent').typedData),
      };
    default:
      throw new IntentError(
        'intent-malformed',
        'not an Ethereum intent',
        'Expected a map with type evm-transaction, evm-message or evm-typed-data.',
      );
  }
}

/** The 32 bytes that are signed for a parsed intent. */
export function digest(intent: EvmIntent): Uint8Array {
  switch (intent.type) {
    case 'evm-transaction':
      return transactionDigest(intent.transaction);
    case 'evm-message':
      return messageDigest(intent.message);
    case 'evm-typed-data':
      return typedDataDigest(intent.typedData);
  }
}

import {
  addressOf,
  type EvmIntent,
  type JsonValue,
  messageFromJson,
  parseAddress,
  parseJsonStrict,
  transactionFromJson,
  typedDataFromJson,
} from '@symbolon/chains/evm';
import { equal } from '@symbolon/crypto';

type Op = 'transaction' | 'message' | 'typed-data';

/** One line of a vector file, read as far as it says which case it is. */
export interface Case {
  id: string | number;
  op: Op;
  /** 0x and 64 hex digits, lower case: cases of one key share a wallet. */
  privateKey: string;
  payload: JsonValue;
}

/** A line that is no case. `id` null where not even that could be read. */
export class CaseError extends Error {
  readonly code: 'case-malformed' | 'key-invalid' | 'from-mismatch';
  readonly id: string | number | null;

  constructor(code: CaseError['code'], message: string, id: string | number | null) {
    super(message);
    this.code = code;
    this.id = id;
  }
}

/** Reads a line. Members that are not known are left alone: vector sets carry expectations beside. Throws IntentError `json-invalid`, CaseError. */
export function readCase(line: string): Case {
  const value = parseJsonStrict(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('not a JSON object', null);
  const { id, chain, op, privateKey, payload } = value;
  if (typeof id !== 'string' && typeof id !== 'number') throw malformed('id: expected text or a number', null);
  if (chain !== 'evm') throw malformed('chain: expected "evm"', id);
  if (!isOp(op)) throw malformed('op: expected "transaction", "message" or "typed-data"', id);
  if (payload === undefined) throw malformed('payload is missing', id);
  if (typeof privateKey !== 'string' || !/^0x[0-9a-f]{64}$/i.test(privateKey)) {
    throw new CaseError('key-invalid', 'privateKey: expected 0x and 64 hex digits', id);
  }
  return { id, op, privateKey: privateKey.toLowerCase(), payload };
}

/** What the case asks to have signed, and the sender that it names, if it does. Throws IntentError. */
export function intentOf({ op, payload }: Case): { intent: EvmIntent; from: Uint8Array | null } {
  switch (op) {
    case 'transaction':
      return transactionFromJson(payload);
    case 'message':
      return { intent: messageFromJson(payload), from: null };
    case 'typed-data':
      return { intent: typedDataFromJson(payload), from: null };
  }
}

/** The EIP-55 address of a case's wallet. Throws CaseError `from-mismatch` where the transaction names another sender. */
export function senderOf(publicKey: Uint8Array, from: Uint8Array | null, { id }: Case): string {
  const address = addressOf(publicKey);
  if (from !== null && !equal(from, parseAddress(address))) {
    throw new CaseError('from-mismatch', "from is not the address of the case's key", id);
  }
  return address;
}

function isOp(op: unknown): op is Op {
  return op === 'transaction' || op === 'message' || op === 'typed-data';
}

const malformed = (what: string, id: string | number | null) => new CaseError('case-malformed', what, id);

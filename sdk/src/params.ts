import { refusal } from './errors.ts';
import { isObject, plain } from './plain.ts';
import { isAddress, isChainId, maxRequestBytes } from './wire.ts';

/**
 * A copy of the parameters as plain data. Throws `params-invalid` for what is no JSON (a function, a bigint, a cycle) or carries
 * `__proto__`, and `request-too-large`.
 */
export function plainParams(params: unknown): unknown {
  let copy: unknown;
  let text: string;
  try {
    copy = plain(params ?? []);
    text = JSON.stringify(copy);
  } catch {
    throw refusal('params-invalid', 'They have to be JSON.');
  }
  // A kilobyte is left for what goes around them.
  if (new TextEncoder().encode(text).length > maxRequestBytes - 1024) throw refusal('request-too-large');
  return copy;
}

/** The one object of `[{...}]`. Throws `params-invalid`. */
export function onlyObject(params: unknown): Record<string, unknown> {
  const first: unknown = Array.isArray(params) ? params[0] : undefined;
  if (!isObject(first)) throw refusal('params-invalid', 'An object is expected first.');
  return first;
}

/** The one string of `['...']`. Throws `params-invalid`. */
export function onlyString(params: unknown): string {
  const first: unknown = Array.isArray(params) ? params[0] : undefined;
  if (typeof first !== 'string' || first === '') throw refusal('params-invalid', 'A string is expected first.');
  return first;
}

/** EIP-3085 and 3326: 0x hex, no zero in front; capitals are tolerated. Throws `params-invalid`. */
export function chainOf(params: unknown): string {
  const { chainId } = onlyObject(params);
  const small = typeof chainId === 'string' ? chainId.toLowerCase() : chainId;
  if (!isChainId(small)) throw refusal('params-invalid', 'chainId has to be 0x and hex, without a zero in front.');
  return small;
}

/** Who is to sign: what each of the signing methods says in its own place. Throws `params-invalid`. */
export function signerOf(method: string, params: unknown): string | undefined {
  if (!Array.isArray(params)) throw refusal('params-invalid', 'A list is expected.');
  const [first, second] = params as unknown[];
  switch (method) {
    case 'personal_sign':
      // [text, address]; many pages have them the other way round, as eth_sign did.
      if (typeof first !== 'string' || typeof second !== 'string')
        throw refusal('params-invalid', 'Expected [text, address].');
      if (isAddress(second)) return second;
      if (isAddress(first)) return first;
      throw refusal('params-invalid', 'Expected [text, address].');
    case 'eth_signTypedData_v4':
      if (!isAddress(first) || !isTypedData(second)) throw refusal('params-invalid', 'Expected [address, typed data].');
      return first;
    default:
      return transactionSender(onlyObject(params));
  }
}

/** EIP-712 by shape: the wallet looks closer. */
function isTypedData(value: unknown): boolean {
  try {
    const data: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return (
      isObject(data) && isObject(data['types']) && isObject(data['message']) && typeof data['primaryType'] === 'string'
    );
  } catch {
    return false;
  }
}

const quantity = /^0x[0-9a-f]{1,64}$/i;
const octets = /^0x([0-9a-f]{2})*$/i;
const quantities = ['value', 'gas', 'gasLimit', 'gasPrice', 'maxFeePerGas', 'maxPriorityFeePerGas', 'nonce', 'chainId'];

function transactionSender(transaction: Record<string, unknown>): string | undefined {
  const { from, to } = transaction;
  if (from !== undefined && !isAddress(from)) throw refusal('params-invalid', 'from has to be an address.');
  if (to !== undefined && to !== null && to !== '' && !isAddress(to)) {
    throw refusal('params-invalid', 'to has to be an address.');
  }
  for (const name of quantities) {
    const value = transaction[name];
    if (value !== undefined && value !== null && !matches(quantity, value)) {
      throw refusal('params-invalid', `${name} has to be 0x and hex.`);
    }
  }
  for (const name of ['data', 'input']) {
    const value = transaction[name];
    if (value !== undefined && value !== null && !matches(octets, value)) {
      throw refusal('params-invalid', `${name} has to be 0x and whole bytes in hex.`);
    }
  }
  return from;
}

function matches(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value);
}

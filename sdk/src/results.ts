import { refusal } from './errors.ts';
import { isHash } from './memory.ts';
import { isObject, plain } from './plain.ts';
import { isAddress, isAddresses, isChainId } from './wire.ts';

/** Results of the wallet, taken over only where they have the shape that the method's EIP gives them; else `malformed-answer`. */

export function accountsResult(result: unknown): string[] {
  return isAddresses(result) && result.length > 0 ? [...result] : misfit();
}

/** r, s and v: 65 bytes in hex. */
export function signatureResult(result: unknown): string {
  return typeof result === 'string' && /^0x[0-9a-f]{130}$/i.test(result) ? result : misfit();
}

export function hashResult(result: unknown): string {
  return isHash(result) ? result : misfit();
}

/** A signed transaction, as bytes in hex. */
export function rawResult(result: unknown): string {
  return typeof result === 'string' && /^0x([0-9a-f]{2})+$/i.test(result) ? result : misfit();
}

export function nullResult(result: unknown): null {
  return result === null || result === undefined ? null : misfit();
}

export function trueResult(result: unknown): true {
  return result === true ? true : misfit();
}

/** EIP-2255. */
export function permissionsResult(result: unknown): { granted: Record<string, unknown>[]; accounts: string[] } {
  const granted = copied(result);
  if (!Array.isArray(granted) || !granted.every(isPermission)) return misfit();
  const caveats: unknown[] = granted.flatMap(({ parentCapability, caveats }) =>
    parentCapability === 'eth_accounts' && Array.isArray(caveats) ? (caveats as unknown[]) : [],
  );
  const shown = caveats.find((one) => isObject(one) && one['type'] === 'restrictReturnedAccounts');
  return { granted, accounts: accountsResult(isObject(shown) ? shown['value'] : undefined) };
}

function isPermission(value: unknown): value is Record<string, unknown> {
  return isObject(value) && typeof value['parentCapability'] === 'string';
}

/** ERC-7846. */
export interface Connected {
  accounts: { address: string; capabilities: Record<string, unknown> }[];
  chainIds?: string[];
}

export function connectResult(result: unknown): Connected {
  const copy = copied(result);
  if (!isObject(copy) || !Array.isArray(copy['accounts']) || copy['accounts'].length === 0) return misfit();
  const accounts = copy['accounts'].map((account: unknown) => {
    if (!isObject(account) || !isAddress(account['address'])) return misfit();
    const { address, capabilities } = account;
    return { address, capabilities: isObject(capabilities) ? capabilities : {} };
  });
  const { chainIds } = copy;
  return { accounts, ...(Array.isArray(chainIds) && chainIds.every(isChainId) ? { chainIds } : {}) };
}

/** EIP-5792, and the hashes that the wallet puts into the capability `transactions` so that the status can be read from the chain. */
export interface Sent {
  id: string;
  capabilities?: Record<string, unknown>;
}

export function sentResult(result: unknown): { sent: Sent; hashes: string[] } {
  const copy = copied(result);
  if (!isObject(copy) || typeof copy['id'] !== 'string' || copy['id'].length > 4096) return misfit();
  const { id, capabilities } = copy;
  const carried = isObject(capabilities) ? capabilities : {};
  const { transactions } = carried;
  const hashes = isObject(transactions) ? transactions['hashes'] : undefined;
  return {
    sent: { id, ...(isObject(capabilities) ? { capabilities } : {}) },
    hashes: Array.isArray(hashes) && hashes.every(isHash) ? hashes : [],
  };
}

function copied(result: unknown): unknown {
  try {
    return plain(result);
  } catch {
    return misfit();
  }
}

function misfit(): never {
  throw refusal('malformed-answer');
}

import type { Chains } from './chains.ts';
import { refusal } from './errors.ts';
import type { Remembered, SentCalls } from './memory.ts';
import { isObject } from './plain.ts';

/** EIP-5792, "Status Codes". */
const pending = 100;
const confirmed = 200;
const reverted = 500;
const partlyReverted = 600;

/** What EIP-5792 has of a transaction's receipt. */
const receiptFields = ['logs', 'status', 'blockHash', 'blockNumber', 'gasUsed', 'transactionHash'];

/**
 * Checks a batch before anybody is asked, and gives how many calls it has. Throws `params-invalid`, `capability-unsupported`,
 * `calls-chain-unsupported`, `calls-id-repeated` or `atomicity-unsupported`.
 */
export function checkBatch(batch: Record<string, unknown>, chains: Chains, sent: readonly SentCalls[]): number {
  const { version, id, chainId, calls, capabilities, atomicRequired } = batch;
  if (typeof version !== 'string') throw refusal('params-invalid', 'version is missing.');
  if (id !== undefined && (typeof id !== 'string' || id === '' || id.length > 4096)) {
    throw refusal('params-invalid', 'id has to be a string of at most 4096 characters.');
  }
  if (!Array.isArray(calls) || calls.length === 0 || !calls.every(isObject)) {
    throw refusal('params-invalid', 'calls has to be a list of at least one call.');
  }
  for (const asked of [capabilities, ...calls.map((call) => call['capabilities'])]) {
    const needed = Object.entries(isObject(asked) ? asked : {}).find(
      ([, one]) => !isObject(one) || one['optional'] !== true,
    );
    if (needed !== undefined) throw refusal('capability-unsupported', `It is ${needed[0].slice(0, 64)}.`);
  }
  if (typeof chainId === 'string' && chains.knows(chainId.toLowerCase()) === false)
    throw refusal('calls-chain-unsupported');
  if (sent.some((one) => one.id === id)) throw refusal('calls-id-repeated');
  if (atomicRequired === true && calls.length > 1) throw refusal('atomicity-unsupported');
  return calls.length;
}

/** The batch with this id; null where none was sent from this origin's pages. */
export function findCalls(id: string, { calls }: Remembered): SentCalls | null {
  return calls.find((one) => one.id === id) ?? null;
}

/** `wallet_getCallsStatus`, from the receipts on the chain. */
export async function callsStatus({ id, chainId, hashes, count }: SentCalls, chains: Chains): Promise<object> {
  const found = await Promise.all(hashes.map((hash) => chains.read(chainId, 'eth_getTransactionReceipt', [hash])));
  const receipts = found.filter(isObject);
  return {
    version: '2.0.0',
    id,
    chainId,
    status: statusOf(receipts, hashes.length, count),
    atomic: false,
    receipts: receipts.map((receipt) => Object.fromEntries(receiptFields.map((name) => [name, receipt[name]]))),
  };
}

function statusOf(receipts: Record<string, unknown>[], sent: number, count: number): number {
  if (receipts.length < sent) return pending;
  const succeeded = receipts.filter((receipt) => receipt['status'] === '0x1').length;
  if (succeeded === count) return confirmed;
  return succeeded === 0 ? reverted : partlyReverted;
}

/** `wallet_getCapabilities`: one key, no contract: a batch is a sequence of transactions on every chain. */
export async function capabilities(chains: Chains, wanted: readonly string[] | undefined): Promise<object> {
  const ids = (await chains.all()).map((chain) => chain.chainId);
  const asked = wanted?.map((id) => id.toLowerCase());
  const answered = asked === undefined ? ids : ids.filter((id) => asked.includes(id));
  return Object.fromEntries(answered.map((id) => [id, { atomic: { status: 'unsupported' } }]));
}

import { toHex } from '@symbolon/crypto';
import * as v from 'valibot';
import type { Chain } from '../chain/chains.ts';
import { type Asking, chainOf, connectedPerson, type Handler, requireAddress } from './asking.ts';
import type { Bundle } from './bundles.ts';
import { DappRefusal } from './errors.ts';
import { addressText, chainIdText, first, readParams } from './params.ts';
import { sendOne } from './transactions.ts';

const version = '2.0.0';
const maximumCalls = 16;
const idText = v.pipe(v.string(), v.minLength(1), v.maxLength(4_096));
const capabilities = v.optional(v.record(v.string(), v.looseObject({ optional: v.optional(v.boolean()) })), {});

const sendSchema = first(
  v.object({
    version: v.string(),
    id: v.optional(idText),
    from: v.optional(addressText),
    chainId: chainIdText,
    atomicRequired: v.boolean(),
    calls: v.pipe(
      v.array(
        v.object({
          to: v.optional(addressText),
          data: v.optional(v.string()),
          value: v.optional(v.string()),
          capabilities,
        }),
      ),
      v.minLength(1),
    ),
    capabilities,
  }),
);

/** EIP-5792: one call after another, each approved by itself. The first that the person rejects ends the rest. */
export const sendCalls: Handler = async (asking, asked) => {
  const request = readParams(sendSchema, asked.params);
  const { origin } = asking.app;
  if (request.version !== version) throw new DappRefusal('params-invalid', `version: expected ${version}`);
  const person = await connectedPerson(asking);
  if (request.from !== undefined) requireAddress(person, request.from);
  if (asking.chains.find(request.chainId) === null) throw new DappRefusal('calls-chain-unsupported');
  for (const wanted of [request.capabilities, ...request.calls.map((call) => call.capabilities)])
    requireOptional(wanted);
  if (request.atomicRequired && request.calls.length > 1) throw new DappRefusal('atomicity-unsupported');
  if (request.calls.length > maximumCalls) throw new DappRefusal('calls-too-large');
  const id = request.id ?? `0x${toHex(crypto.getRandomValues(new Uint8Array(32)))}`;
  if ((await asking.bundles.find(origin, id)) !== null) throw new DappRefusal('calls-id-repeated');

  const { chainId } = request;
  let bundle: Bundle = {
    origin,
    id,
    address: person.address,
    chainId,
    at: asking.now(),
    count: request.calls.length,
    hashes: [],
    ended: false,
  };
  try {
    for (const { to, data, value } of request.calls) {
      const hash = await sendOne(asking, { ...asked, chainId }, person, { to, data, value });
      bundle = { ...bundle, hashes: [...bundle.hashes, hash] };
      await asking.bundles.put(bundle);
    }
  } catch (error) {
    // What was sent stays sent: the site gets the id, and learns the rest by wallet_getCallsStatus.
    if (bundle.hashes.length === 0) throw error;
  }
  await asking.bundles.put({ ...bundle, ended: true });
  return { id, capabilities: { transactions: { hashes: bundle.hashes } } };
};

/** EIP-5792, "Capabilities": what is not optional has to be supported. */
function requireOptional(wanted: v.InferOutput<typeof capabilities>): void {
  const needed = Object.entries(wanted).find(([, { optional }]) => optional !== true);
  if (needed !== undefined) throw new DappRefusal('capability-unsupported', `Not supported: ${needed[0].slice(0, 64)}`);
}

export const getCallsStatus: Handler = async (asking, asked) => {
  const bundle = await bundleOf(asking, asked.params);
  const chain = chainOf(asking, bundle.chainId);
  const receipts = await receiptsOf(chain, bundle);
  const { id, chainId } = bundle;
  return {
    version,
    id,
    chainId,
    status: statusOf(bundle, receipts),
    atomic: false,
    receipts: receipts.map(shownReceipt),
  };
};

/** Shows the person how far the calls have come. */
export const showCallsStatus: Handler = async (asking, asked) => {
  const bundle = await bundleOf(asking, asked.params);
  const receipts = await receiptsOf(chainOf(asking, bundle.chainId), bundle);
  const calls = bundle.hashes.map((hash) => ({
    hash,
    state: stateOf(receipts.find((one) => one['transactionHash'] === hash)),
  }));
  await asking.attention.ask({ ask: 'calls-status', app: asking.app, calls }, asked.signal);
  asking.desk.show({ step: 'done', outcome: 'approved' });
  return null;
};

const capabilitiesSchema = v.union([v.tuple([addressText, v.array(chainIdText)]), v.tuple([addressText])]);

/** EIP-5792: no chain has more than single transactions. */
export const getCapabilities: Handler = async (asking, asked) => {
  const [address, wanted] = readParams(capabilitiesSchema, asked.params);
  const granted = await asking.permissions.of(asking.app.origin);
  const connected = granted.some((one) => one.address.toLowerCase() === address.toLowerCase());
  if (!connected) throw new DappRefusal('not-connected');
  const offered = asking.chains.all().map(({ info }) => info.chainId);
  const shown = wanted === undefined ? offered : wanted.filter((chainId) => offered.includes(chainId));
  return Object.fromEntries(shown.map((chainId) => [chainId, { atomic: { status: 'unsupported' } }]));
};

/** Throws DappRefusal `not-connected`, `calls-unknown`. */
async function bundleOf(asking: Asking, params: unknown): Promise<Bundle> {
  const id = readParams(first(idText), params);
  const { origin } = asking.app;
  if ((await asking.permissions.of(origin)).length === 0) throw new DappRefusal('not-connected');
  const bundle = await asking.bundles.find(origin, id);
  if (bundle === null) throw new DappRefusal('calls-unknown');
  return bundle;
}

type Receipt = Record<string, unknown>;

async function receiptsOf({ rpc }: Chain, { hashes }: Bundle): Promise<Receipt[]> {
  const all = await Promise.all(hashes.map((hash) => rpc.call('eth_getTransactionReceipt', [hash])));
  return all.filter((one): one is Receipt => typeof one === 'object' && one !== null);
}

/** EIP-5792, "Status codes". */
function statusOf({ count, hashes, ended }: Bundle, receipts: readonly Receipt[]): number {
  if (receipts.length < hashes.length || !ended) return 100;
  const succeeded = receipts.filter((one) => stateOf(one) === 'done').length;
  if (succeeded === count) return 200;
  return succeeded === 0 ? 500 : 600;
}

function stateOf(receipt: Receipt | undefined): 'pending' | 'done' | 'failed' {
  if (receipt === undefined) return 'pending';
  return receipt['status'] === '0x1' ? 'done' : 'failed';
}

function shownReceipt(receipt: Receipt): Receipt {
  const { logs, status, blockHash, blockNumber, gasUsed, transactionHash } = receipt;
  const shownLogs = Array.isArray(logs)
    ? logs.map(({ address, data, topics }: Receipt) => ({ address, data, topics }))
    : [];
  return { logs: shownLogs, status, blockHash, blockNumber, gasUsed, transactionHash };
}

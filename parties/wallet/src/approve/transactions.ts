import { type EvmIntent, type EvmTransaction, transactionFromJson } from '@symbolon/chains/evm';
import { type ClientError, hasCode, type SignedIntent } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import * as v from 'valibot';
import type { Chain } from '../chain/chains.ts';
import { type Draft, fill } from '../chain/fill.ts';
import type { Revert } from '../explain/explainer.ts';
import type { Question } from '../model.ts';
import type { Person } from '../session/entry.ts';
import {
  type Asked,
  type Asking,
  askAndNote,
  chainOf,
  connectedPerson,
  type Handler,
  note,
  requireAddress,
} from './asking.ts';
import { DappRefusal } from './errors.ts';
import { circumstancesOf, readIntent } from './messages.ts';
import { addressText, first, readParams } from './params.ts';

const quantityText = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(0))]),
  v.transform((value) => (typeof value === 'number' ? `0x${value.toString(16)}` : value)),
  v.regex(/^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/, 'expected a quantity in 0x hex'),
);
const hexText = v.pipe(v.string(), v.regex(/^0x([0-9a-fA-F]{2})*$/, 'expected bytes in 0x hex'));

/** What a site may say of a transaction. Anything else would not be signed, and so is not taken for granted either. */
const transactionSchema = v.strictObject({
  from: v.optional(addressText),
  to: v.nullish(addressText),
  value: v.nullish(quantityText),
  data: v.nullish(hexText),
  input: v.nullish(hexText),
  gas: v.nullish(quantityText),
  gasLimit: v.nullish(quantityText),
  gasPrice: v.nullish(quantityText),
  maxFeePerGas: v.nullish(quantityText),
  maxPriorityFeePerGas: v.nullish(quantityText),
  nonce: v.nullish(quantityText),
  type: v.nullish(v.picklist(['0x0', '0x1', '0x2'])),
  chainId: v.nullish(quantityText),
  accessList: v.nullish(v.array(v.unknown())),
});
export type TransactionParams = v.InferOutput<typeof transactionSchema>;

/** eth_sendTransaction `[transaction]`: fills, shows, signs exactly what was shown, hands it to the chain. */
export const sendTransaction: Handler = async (asking, asked) => {
  const request = readParams(first(transactionSchema), asked.params, 'transaction-invalid');
  const person = await connectedPerson(asking);
  return sendOne(asking, asked, person, request);
};

/** eth_signTransaction `[transaction]`: as above, but hands the signed bytes to the site. Only where the person allows it. */
export const signTransaction: Handler = async (asking, asked) => {
  const request = readParams(first(transactionSchema), asked.params, 'transaction-invalid');
  const { signTransactions } = await asking.settings.read();
  if (!signTransactions) throw new DappRefusal('sign-only-off');
  const person = await connectedPerson(asking);
  return inTurn(asking, asked, person, async (chain) => {
    const { signed, sentence } = await approve(asking, asked, person, chain, request, false);
    await note(asking, person, sentence, 'signed');
    const raw = `0x${toHex(signed.signed)}`;
    return raw;
  });
};

/** One transaction of the person's, from the site's words to its hash at the chain. */
export async function sendOne(
  asking: Asking,
  asked: Asked,
  person: Person,
  request: TransactionParams,
): Promise<string> {
  return inTurn(asking, asked, person, async (chain) => {
    const { signed, sentence } = await approve(asking, asked, person, chain, request, true);
    const hash = `0x${toHex(signed.hash)}`;
    await asking.desk.work(() => broadcast(chain, `0x${toHex(signed.signed)}`, hash), asked.signal);
    await note(asking, person, sentence, 'sent', { hash, chain: chain.info });
    return hash;
  });
}

function inTurn<T>(asking: Asking, asked: Asked, person: Person, work: (chain: Chain) => Promise<T>): Promise<T> {
  const chain = chainOf(asking, asked.chainId);
  return asking.nonceTurn(asked.chainId, person.address, () => work(chain));
}

async function approve(
  asking: Asking,
  asked: Asked,
  person: Person,
  chain: Chain,
  request: TransactionParams,
  sends: boolean,
) {
  const draft = draftOf(asked, person, request);
  const filled = await asking.desk.work(() => fill(chain, draft), asked.signal);
  const { intent, transaction } = readTransaction(filled.transaction);
  const what = await explain(asking, asked, person, transaction, filled.reverts);
  const { app } = asking;
  const question: Question = { ask: 'approve', app, address: person.address, chain: chain.info, what: [what], sends };
  await askAndNote(asking, person, question, what.sentence, asked.signal);
  const signed = await asking.desk.work(() => person.sign(intent, app.origin), asked.signal);
  return { signed: requireWhole(signed), sentence: what.sentence };
}

function explain(asking: Asking, asked: Asked, person: Person, transaction: EvmTransaction, reverts: Revert | null) {
  return asking.explain.transaction(transaction, circumstancesOf(asking, asked, person), reverts);
}

/** Throws DappRefusal `other-account`, `chain-mismatch`, `transaction-invalid`. */
function draftOf(asked: Pick<Asked, 'chainId'>, person: Person, request: TransactionParams): Draft {
  if (request.from !== undefined) requireAddress(person, request.from);
  if (request.chainId != null && BigInt(request.chainId) !== BigInt(asked.chainId))
    throw new DappRefusal('chain-mismatch');
  const { data, input, gas, gasLimit } = request;
  if (data != null && input != null && data !== input) throw twoNames('data', 'input');
  if (gas != null && gasLimit != null && BigInt(gas) !== BigInt(gasLimit)) throw twoNames('gas', 'gasLimit');
  requireOneKindOfFee(request);
  const code = data ?? input ?? '0x';
  const to = request.to ?? null;
  if (to === null && code === '0x')
    throw new DappRefusal('transaction-invalid', 'There is neither a recipient nor code.');
  return {
    from: person.address,
    to,
    value: request.value ?? '0x0',
    data: code,
    chainId: asked.chainId,
    type: request.type ?? undefined,
    nonce: request.nonce ?? undefined,
    gas: gas ?? gasLimit ?? undefined,
    gasPrice: request.gasPrice ?? undefined,
    maxFeePerGas: request.maxFeePerGas ?? undefined,
    maxPriorityFeePerGas: request.maxPriorityFeePerGas ?? undefined,
    accessList: request.accessList ?? undefined,
  };
}

function readTransaction(json: unknown): { intent: EvmIntent; transaction: EvmTransaction } {
  const intent = readIntent(() => transactionFromJson(json).intent, 'transaction-invalid');
  if (intent.type !== 'evm-transaction') throw new DappRefusal('transaction-invalid');
  return { intent, transaction: intent.transaction };
}

/** One that the chain has already is as good as sent. */
async function broadcast({ rpc }: Chain, raw: string, hash: string): Promise<void> {
  try {
    await rpc.call('eth_sendRawTransaction', [raw]);
  } catch (error) {
    if (!hasCode(error, 'transaction-refused')) throw error;
    if ((await rpc.call('eth_getTransactionByHash', [hash])) === null) throw refusedByChain(error);
  }
}

function refusedByChain(error: ClientError): DappRefusal {
  return new DappRefusal('transaction-refused', error.message, error);
}

function requireWhole({ signed, hash }: SignedIntent): { signed: Uint8Array; hash: Uint8Array } {
  if (signed === undefined || hash === undefined) throw new DappRefusal('wallet-unavailable');
  return { signed, hash };
}

/** A legacy price beside EIP-1559's, or beside the other's type: one of them would be dropped unseen. */
function requireOneKindOfFee({ type, gasPrice, maxFeePerGas, maxPriorityFeePerGas }: TransactionParams): void {
  const fees = maxFeePerGas != null || maxPriorityFeePerGas != null;
  const legacy = gasPrice != null || (type != null && BigInt(type) < 2n);
  if (fees && legacy) {
    throw new DappRefusal('transaction-invalid', 'Give gasPrice, or maxFeePerGas and maxPriorityFeePerGas, not both.');
  }
}

function twoNames(one: string, two: string): DappRefusal {
  return new DappRefusal('transaction-invalid', `${one} and ${two} differ.`);
}

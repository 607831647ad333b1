import { type EvmTransaction, toChecksumAddress } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import type { Amount, BalanceChange, Explained, Field, Party, Sentence, Warning } from '../model.ts';
import type { ClearSigner, Described } from './clear.ts';
import { common } from './common.ts';
import type { Circumstances, Revert } from './explainer.ts';
import { type KnownCall, readKnownCall } from './knownCalls.ts';
import { simulate } from './simulate.ts';
import { plainText, unitsText } from './text.ts';
import { readToken, type Token } from './tokens.ts';

/** What one transaction does, by what the wallet itself understands of it and by what the chain says would happen. */
export async function explainTransaction(
  transaction: EvmTransaction,
  circumstances: Circumstances,
  reverts: Revert | null,
  clear: ClearSigner,
): Promise<Explained> {
  const { address, chain } = circumstances;
  const [own, described, simulated] = await Promise.all([
    sayWhat(transaction, circumstances),
    describeCall(transaction, circumstances, clear),
    simulate(chain, address, transaction),
  ]);
  const said = described === null ? own : inBothWords(own, described);
  const fails = reverts ?? (simulated?.outcome === 'fails' ? { reason: simulated.reason } : null);
  const failure: Warning[] =
    fails === null
      ? []
      : [{ level: 'danger', what: 'will-fail', reason: fails.reason === null ? null : plainText(fails.reason, 200) }];
  const blind: Warning[] = simulated === null ? [{ level: 'caution', what: 'not-simulated' }] : [];
  return {
    sentence: said.sentence,
    detail: described?.detail ?? null,
    warnings: [...said.warnings, ...failure, ...blind, ...common(circumstances)],
    changes: changesOf(simulated),
    fee: feeOf(transaction, circumstances),
    fields: [...said.fields, ...plainFields(transaction, circumstances)],
    raw: rawOf(transaction),
  };
}

/** What a descriptor says of the call; null for transfers of the currency alone and for new contracts. */
async function describeCall(
  { to, data, value }: EvmTransaction,
  { address, chain }: Circumstances,
  clear: ClearSigner,
): Promise<Described | null> {
  if (to === null || data.length < 4) return null;
  const hex = (bytes: Uint8Array) => `0x${toHex(bytes)}` as const;
  const chainId = Number(chain.info.chainId);
  return clear({ kind: 'call', chainId, from: `0x${address.slice(2)}`, to: hex(to), data: hex(data), value });
}

/** What the wallet understands by itself it says itself, with its own warnings; the descriptor adds its fields and sentence. */
export function inBothWords(own: Said, described: Described): Said {
  const known = own.sentence.kind !== 'unknown-call' && own.sentence.kind !== 'typed-data';
  const unread: Warning[] = described.complete ? [] : [{ level: 'caution', what: 'not-decoded' }];
  const warnings = [...own.warnings.filter(({ what }) => what !== 'unknown-call'), ...unread];
  return {
    sentence: known ? own.sentence : described.sentence,
    warnings,
    fields: [...described.fields, ...own.fields],
  };
}

/** A sentence, and what goes with it. */
export interface Said {
  sentence: Sentence;
  warnings: Warning[];
  fields: Field[];
}

async function sayWhat(transaction: EvmTransaction, circumstances: Circumstances): Promise<Said> {
  const { to, value, data } = transaction;
  const { currency } = circumstances.chain.info;
  if (to === null) {
    return {
      sentence: { kind: 'create-contract' },
      warnings: [{ level: 'caution', what: 'create-contract' }],
      fields: [],
    };
  }
  const recipient: Party = { address: toChecksumAddress(to), name: null };
  if (data.length === 0) {
    const amount = { text: unitsText(value, currency.decimals), symbol: currency.symbol };
    const warnings = await recipientWarnings(recipient.address, circumstances);
    return { sentence: { kind: 'send', amount, to: recipient }, warnings, fields: [] };
  }
  const known = readKnownCall(data);
  if (known !== null) return sayKnownCall(known, recipient.address, circumstances);
  const selector = data.length >= 4 ? `0x${toHex(data.subarray(0, 4))}` : null;
  return {
    sentence: { kind: 'unknown-call', to: recipient, selector },
    warnings: [{ level: 'caution', what: 'unknown-call' }],
    fields: [],
  };
}

async function sayKnownCall(known: KnownCall, contract: string, circumstances: Circumstances): Promise<Said> {
  const { chain, address } = circumstances;
  const token = await readToken(chain, contract).catch(() => null);
  const party: Party = { address: contract, name: token?.symbol ?? null };
  const fields: Field[] = [{ label: 'Contract', value: contract, address: contract }];
  switch (known.call) {
    case 'transfer': {
      const others: Warning[] =
        known.from !== null && known.from !== address ? [{ level: 'caution', what: 'other-owner' }] : [];
      const warnings = [...others, ...(await recipientWarnings(known.to, circumstances))];
      const amount = token?.collection === true ? itemOf(known.amount, token) : amountOf(known.amount, token);
      return { sentence: { kind: 'token-send', amount, token: party, to: nameless(known.to) }, warnings, fields };
    }
    case 'approve': {
      const spender = nameless(known.spender);
      if (token?.collection === true && !known.adds) return { ...sayItem(known, token, party), fields };
      if (known.amount === 0n && !known.adds)
        return { sentence: { kind: 'token-disallow', token: party, spender }, warnings: [], fields };
      const unlimited = isUnlimited(known.amount);
      const amount = unlimited ? null : amountOf(known.amount, token);
      const warnings: Warning[] = unlimited ? [{ level: 'danger', what: 'unlimited-allowance', spender }] : [];
      return { sentence: { kind: 'token-allow', amount, token: party, spender }, warnings, fields };
    }
    case 'allow-all': {
      const operator = nameless(known.operator);
      if (!known.allowed)
        return { sentence: { kind: 'disallow-all', collection: party, operator }, warnings: [], fields };
      const warnings: Warning[] = [{ level: 'danger', what: 'allow-all', operator }];
      return { sentence: { kind: 'allow-all', collection: party, operator }, warnings, fields };
    }
    case 'permit': {
      const spender = nameless(known.spender);
      const amount = isUnlimited(known.amount) ? null : amountOf(known.amount, token);
      const sentence = { kind: 'permit', amount, token: party, spender, until: secondsToMs(known.until) } as const;
      return { sentence, warnings: [{ level: 'danger', what: 'permit', spender }], fields };
    }
  }
}

const nameless = (address: string): Party => ({ address, name: null });

/** ERC-721's approve: the same selector as ERC-20's, but the number is which one, not how many, and nobody is the zero address. */
function sayItem(
  { spender, amount }: Extract<KnownCall, { call: 'approve' }>,
  token: Token,
  collection: Party,
): Pick<Said, 'sentence' | 'warnings'> {
  const item = itemOf(amount, token);
  const nobody = BigInt(spender) === 0n;
  const sentence: Sentence = nobody
    ? { kind: 'item-disallow', item, collection }
    : { kind: 'item-allow', item, collection, spender: nameless(spender) };
  return { sentence, warnings: [] };
}

const itemOf = (id: bigint, { symbol }: Token): Amount => ({ text: `#${id}`, symbol });

/** More than any token has: contracts treat the largest values as without end. */
export const isUnlimited = (amount: bigint): boolean =>
  amount >= 2n ** 128n - 1n || amount === 2n ** 96n - 1n || amount === 2n ** 160n - 1n;

/** A contract that says nothing of decimals gets whole numbers, under no name that it did not give. */
export function amountOf(amount: bigint, token: Token | null): Amount {
  return { text: unitsText(amount, token?.decimals ?? 0), symbol: token?.symbol ?? '' };
}

/** ms since 1970; null for a time that no calendar has. */
export const secondsToMs = (seconds: bigint): number | null =>
  seconds > 8_640_000_000_000n ? null : Number(seconds) * 1_000;

async function recipientWarnings(to: string, { address, sentBefore }: Circumstances): Promise<Warning[]> {
  if (isLookAlike(to, address)) return [{ level: 'caution', what: 'address-like-yours' }];
  return to === address || (await sentBefore(to)) ? [] : [{ level: 'caution', what: 'new-recipient' }];
}

/** Others send a cent from an address that begins and ends like the person's own, and wait for a copied address. */
function isLookAlike(other: string, own: string): boolean {
  const ends = (address: string) => `${address.slice(2, 6)}${address.slice(-4)}`.toLowerCase();
  return other !== own && ends(other) === ends(own);
}

function changesOf(simulated: Awaited<ReturnType<typeof simulate>>): BalanceChange[] | null {
  return simulated?.outcome === 'succeeds' ? simulated.changes : null;
}

/** The most that the transaction can cost beside what it sends. */
function feeOf(transaction: EvmTransaction, { chain }: Circumstances): Amount {
  const { decimals, symbol } = chain.info.currency;
  return { text: unitsText(transaction.gas * priceOf(transaction), decimals), symbol };
}

const priceOf = (transaction: EvmTransaction): bigint =>
  transaction.transactionType === 2 ? transaction.maxFeePerGas : transaction.gasPrice;

function plainFields(transaction: EvmTransaction, { chain }: Circumstances): Field[] {
  const { to, value, gas, nonce, data } = transaction;
  const { decimals, symbol } = chain.info.currency;
  const gwei = (price: bigint) => `${unitsText(price, 9)} Gwei`;
  const recipient = to === null ? [] : [{ label: 'To', value: toChecksumAddress(to), address: toChecksumAddress(to) }];
  const prices =
    transaction.transactionType === 2
      ? [
          { label: 'Max fee per gas', value: gwei(transaction.maxFeePerGas) },
          { label: 'Max priority fee per gas', value: gwei(transaction.maxPriorityFeePerGas) },
        ]
      : [{ label: 'Gas price', value: gwei(transaction.gasPrice) }];
  return [
    ...recipient,
    { label: 'Value', value: `${unitsText(value, decimals)} ${symbol}` },
    { label: 'Nonce', value: String(nonce) },
    { label: 'Gas limit', value: String(gas) },
    ...prices,
    ...(data.length === 0 ? [] : [{ label: 'Data', value: `${data.length} bytes` }]),
  ];
}

/** Every field that is signed, as JSON; bytes in hex, integers as they are. */
function rawOf(transaction: EvmTransaction): string {
  const shown = (_: string, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value instanceof Uint8Array ? `0x${toHex(value)}` : value;
  return JSON.stringify(transaction, shown, 2);
}

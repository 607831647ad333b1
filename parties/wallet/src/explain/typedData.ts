import { type TypedData, toChecksumAddress } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import type { Explained, Field, Party, Sentence, Warning } from '../model.ts';
import type { ClearSigner } from './clear.ts';
import { common } from './common.ts';
import type { Circumstances } from './explainer.ts';
import { plainText } from './text.ts';
import { readToken } from './tokens.ts';
import { amountOf, inBothWords, isUnlimited, type Said, secondsToMs } from './transaction.ts';

type Value = TypedData['message'][string];

/** Typed data (EIP-712): permits are told for what they are, everything else by its own words, field by field. */
export async function explainTypedData(
  typedData: TypedData,
  circumstances: Circumstances,
  clear: ClearSigner,
): Promise<Explained> {
  const permit = readPermit(typedData);
  const raw = rawOf(typedData);
  const [own, described] = await Promise.all([
    permit === null ? sayFields(typedData) : sayPermit(permit, typedData, circumstances),
    clear({ kind: 'message', from: `0x${circumstances.address.slice(2)}`, typedData: JSON.parse(raw) }),
  ]);
  const said = described === null ? own : inBothWords(own, described);
  return {
    sentence: said.sentence,
    detail: described?.detail ?? null,
    warnings: [...said.warnings, ...chainWarnings(typedData, circumstances), ...common(circumstances)],
    changes: [],
    fee: null,
    fields: said.fields,
    raw,
  };
}

/** No descriptor and no standard says what it means: its own names for things, word for word. */
const sayFields = (typedData: TypedData): Said => ({
  sentence: sentenceOf(typedData),
  warnings: [],
  fields: [...domainFields(typedData), ...fieldsOf(typedData.message, 0)],
});

function sentenceOf({ primaryType, domain }: TypedData): Sentence {
  const name = typeof domain['name'] === 'string' ? plainText(domain['name'], 60) : null;
  return { kind: 'typed-data', primaryType: plainText(primaryType, 60), domain: name };
}

interface Permit {
  /** Tokens with what may be taken of each; the token of EIP-2612 is the contract of the domain. */
  tokens: { token: string; amount: bigint }[];
  spender: string;
  until: bigint;
}

/** EIP-2612 `Permit`, DAI's own form, and Permit2's five: whoever holds the signature may take the tokens. Null for other data. */
function readPermit({ primaryType, domain, message }: TypedData): Permit | null {
  const spender = addressOf(message['spender']);
  if (spender === null) return null;
  const contract = addressOf(domain['verifyingContract']);
  const until = message['deadline'] ?? message['sigDeadline'] ?? message['expiry'] ?? 0n;
  const end = typeof until === 'bigint' ? until : 0n;
  if (primaryType === 'Permit' && contract !== null) {
    const { value, allowed } = message;
    const amount = typeof value === 'bigint' ? value : allowed === true ? 2n ** 256n - 1n : 0n;
    return { tokens: [{ token: contract, amount }], spender, until: end };
  }
  if (
    !/^Permit(Single|Batch|TransferFrom|BatchTransferFrom|WitnessTransferFrom|BatchWitnessTransferFrom)$/.test(
      primaryType,
    )
  )
    return null;
  const listed = message['details'] ?? message['permitted'];
  const items = Array.isArray(listed) ? listed : [listed];
  const tokens = items.flatMap((item: Value | undefined) => {
    const token = isStruct(item) ? addressOf(item['token']) : null;
    const amount = isStruct(item) ? item['amount'] : null;
    return token !== null && typeof amount === 'bigint' ? [{ token, amount }] : [];
  });
  return tokens.length === 0 ? null : { tokens, spender, until: end };
}

async function sayPermit(
  { tokens, spender, until }: Permit,
  typedData: TypedData,
  { chain }: Circumstances,
): Promise<Said> {
  const taker: Party = { address: spender, name: null };
  const unlimited: Warning[] = tokens.some(({ amount }) => isUnlimited(amount))
    ? [{ level: 'danger', what: 'unlimited-allowance', spender: taker }]
    : [];
  const warnings: Warning[] = [{ level: 'danger', what: 'permit', spender: taker }, ...unlimited];
  const [only, ...more] = tokens;
  const { fields } = sayFields(typedData);
  // Several at once are told field by field.
  if (only === undefined || more.length > 0) return { sentence: sentenceOf(typedData), warnings, fields };
  const token = await readToken(chain, only.token).catch(() => null);
  const amount = isUnlimited(only.amount) ? null : amountOf(only.amount, token);
  const party = { address: only.token, name: token?.symbol ?? null };
  const sentence = { kind: 'permit', amount, token: party, spender: taker, until: secondsToMs(until) } as const;
  return { sentence, warnings, fields };
}

/** Data without a chain in its domain counts on all of them. */
function chainWarnings({ domain }: TypedData, { chain }: Circumstances): Warning[] {
  const { chainId } = domain;
  return chainId === BigInt(chain.info.chainId) || domain['verifyingContract'] === undefined
    ? []
    : [{ level: 'caution', what: 'other-chain' }];
}

function domainFields({ domain }: TypedData): Field[] {
  const { name, version, verifyingContract } = domain;
  const contract = addressOf(verifyingContract);
  return [
    ...(typeof name === 'string' ? [{ label: 'Domain', value: plainText(name, 200) }] : []),
    ...(typeof version === 'string' ? [{ label: 'Version', value: plainText(version, 60) }] : []),
    ...(contract === null ? [] : [{ label: 'Contract', value: contract, address: contract }]),
  ];
}

/** Lines that one screen can take; the rest stands in the raw data. */
const maximumFields = 200;

function fieldsOf(value: Value, depth: number): Field[] {
  if (!isStruct(value)) return [];
  const fields = Object.entries(value).flatMap(([name, member]) => memberFields(plainText(name, 60), member, depth));
  return fields.slice(0, maximumFields);
}

function memberFields(label: string, value: Value, depth: number): Field[] {
  if (isList(value)) {
    const head = { label, value: value.length === 0 ? '[]' : '', depth };
    return [head, ...value.flatMap((item, index) => memberFields(String(index + 1), item, depth + 1))];
  }
  if (isStruct(value)) return [{ label, value: '', depth }, ...fieldsOf(value, depth + 1)];
  const address = addressOf(value);
  if (address !== null) return [{ label, value: address, address, depth }];
  return [{ label, value: value instanceof Uint8Array ? `0x${toHex(value)}` : plainText(String(value), 2_000), depth }];
}

/** Array.isArray by itself keeps lists that can't be changed among the rest. */
const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

function isStruct(value: unknown): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** The carried form has addresses as 20 bytes; bytes20 looks alike, and is as readable this way. */
function addressOf(value: unknown): string | null {
  return value instanceof Uint8Array && value.length === 20 ? toChecksumAddress(value) : null;
}

function rawOf(typedData: TypedData): string {
  const shown = (_: string, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value instanceof Uint8Array ? `0x${toHex(value)}` : value;
  return JSON.stringify(typedData, shown, 2);
}

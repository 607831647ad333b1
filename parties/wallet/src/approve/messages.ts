import { type EvmIntent, IntentError, messageFromJson, parseJsonStrict, typedDataFromJson } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import { encodeData, intentBytes } from '@symbolon/protocol';
import * as v from 'valibot';
import type { Circumstances } from '../explain/explainer.ts';
import type { Explained, Question } from '../model.ts';
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
import { addressText, readParams } from './params.ts';

const isAddress = (text: string): boolean => v.is(addressText, text);

/**
 * personal_sign `[message, address]`. Some libraries have the two the other way round; where only the first looks like an
 * address, it is the address, as MetaMask takes it.
 */
export const personalSign: Handler = async (asking, asked) => {
  const [one, two] = readParams(v.tuple([v.string(), v.string()]), asked.params);
  const [text, address] = isAddress(one) && !isAddress(two) ? [two, one] : [one, two];
  if (!isAddress(address)) throw new DappRefusal('params-invalid', 'params.1: expected an address');
  const intent = readMessage(text);
  const person = await connectedPerson(asking);
  requireAddress(person, address);
  const circumstances = circumstancesOf(asking, asked, person);
  const what = await asking.explain.message(intent.message, circumstances);
  return approveAndSign(asking, asked, person, intent, what);
};

/** eth_signTypedData_v4 `[address, data]`, data as JSON text or as an object. */
export const signTypedData: Handler = async (asking, asked) => {
  const [address, data] = readParams(v.tuple([addressText, v.union([v.string(), v.looseObject({})])]), asked.params);
  const intent = readTypedData(data);
  const person = await connectedPerson(asking);
  requireAddress(person, address);
  const { chainId } = intent.typedData.domain;
  if (typeof chainId === 'bigint' && chainId !== BigInt(asked.chainId)) {
    throw new DappRefusal('chain-mismatch', `domain.chainId: expected the active chain, ${BigInt(asked.chainId)}`);
  }
  const what = await asking.explain.typedData(intent.typedData, circumstancesOf(asking, asked, person));
  return approveAndSign(asking, asked, person, intent, what);
};

/** Shows it, signs exactly it. Resolves with r || s || v, 65 bytes as 0x hex. */
async function approveAndSign(
  asking: Asking,
  asked: Asked,
  person: Person,
  intent: EvmIntent,
  what: Explained,
): Promise<string> {
  const { app } = asking;
  const chain = chainOf(asking, asked.chainId).info;
  const question: Question = { ask: 'approve', app, address: person.address, chain, what: [what], sends: false };
  await askAndNote(asking, person, question, what.sentence, asked.signal);
  const { signature } = await asking.desk.work(() => person.sign(intent, app.origin), asked.signal);
  await note(asking, person, what.sentence, 'signed');
  return `0x${toHex(signature)}`;
}

export function circumstancesOf(asking: Asking, asked: Asked, person: Person): Circumstances {
  const { app, registered, activity } = asking;
  const { address } = person;
  const sentBefore = (to: string) => activity.hasSentTo(address, to);
  return { origin: app.origin, registered, address, chain: chainOf(asking, asked.chainId), sentBefore };
}

/** Hex is signed as the bytes it stands for, anything else as UTF-8. Throws DappRefusal `params-invalid`. */
function readMessage(text: string): EvmIntent & { type: 'evm-message' } {
  const hex = /^0x([0-9a-fA-F]{2})*$/.test(text);
  const intent = readIntent(() => messageFromJson(hex ? { raw: text } : text), 'params-invalid');
  if (intent.type !== 'evm-message') throw new DappRefusal('params-invalid');
  return intent;
}

function readTypedData(data: unknown): EvmIntent & { type: 'evm-typed-data' } {
  const read = () => typedDataFromJson(typeof data === 'string' ? parseJsonStrict(data) : data);
  const intent = readIntent(read, 'typed-data-invalid');
  if (intent.type !== 'evm-typed-data') throw new DappRefusal('typed-data-invalid');
  return intent;
}

/** An intent that can be signed, or its own words on why it is none: before the person is asked, not after. */
export function readIntent(
  read: () => EvmIntent,
  reason: 'params-invalid' | 'typed-data-invalid' | 'transaction-invalid',
): EvmIntent {
  let intent: EvmIntent;
  try {
    intent = read();
  } catch (error) {
    if (error instanceof IntentError) throw new DappRefusal(reason, error.message, error);
    throw error;
  }
  if (encodeData(intent).length > intentBytes) {
    throw new DappRefusal(reason, `It is larger than what the wallet can sign: ${intentBytes} bytes.`);
  }
  return intent;
}

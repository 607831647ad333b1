import { messageFromJson } from '@symbolon/chains/evm';
import { toHex } from '@symbolon/crypto';
import * as v from 'valibot';
import { writeSiwe } from '../explain/siwe.ts';
import { connect, disconnectAll } from './accounts.ts';
import { type Handler, note } from './asking.ts';
import { DappRefusal } from './errors.ts';
import { circumstancesOf, readIntent } from './messages.ts';
import { chainIdText, readParams } from './params.ts';

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2_048), v.regex(/^[^\n]*$/));
const signInSchema = v.object({
  nonce: v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{8,128}$/, 'expected at least 8 letters and digits')),
  chainId: chainIdText,
  version: v.optional(v.literal('1')),
  scheme: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*$/i))),
  domain: v.optional(text),
  uri: v.optional(text),
  statement: v.optional(text),
  issuedAt: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  expirationTime: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  notBefore: v.optional(v.pipe(v.string(), v.isoTimestamp())),
  requestId: v.optional(text),
  resources: v.optional(v.pipe(v.array(text), v.maxLength(32))),
});

const connectSchema = v.union([
  v.pipe(
    v.tuple([
      v.object({
        version: v.optional(v.string()),
        capabilities: v.optional(v.record(v.string(), v.unknown()), {}),
      }),
    ]),
    v.transform(([one]) => one),
  ),
  v.pipe(
    v.tuple([]),
    v.transform(() => ({ capabilities: {} as Record<string, unknown> })),
  ),
]);

/** ERC-7846. With `signInWithEthereum` the person connects and signs in on one screen. */
export const walletConnect: Handler = async (asking, asked) => {
  const { capabilities } = readParams(connectSchema, asked.params);
  const unknown = Object.entries(capabilities).find(
    ([name, value]) => name !== 'signInWithEthereum' && !isOptional(value),
  );
  if (unknown !== undefined)
    throw new DappRefusal('capability-unsupported', `Not supported: ${unknown[0].slice(0, 64)}`);
  const wanted = capabilities['signInWithEthereum'];
  const signIn = wanted === undefined ? null : readParams(signInSchema, wanted);
  const chainIds = asking.chains.all().map(({ info }) => info.chainId);

  const answer = (address: string, granted: object) => ({
    accounts: [{ address: address.toLowerCase(), capabilities: granted }],
    chainIds,
  });
  if (signIn === null) return answer((await connect(asking, asked, null)).address, {});
  if (asking.chains.find(signIn.chainId) === null) throw new DappRefusal('chain-not-offered');

  const person = await asking.person();
  const message = writeSiwe(person.address, asking.app.origin, new Date(asking.now()), signIn);
  const intent = readIntent(() => messageFromJson(message), 'params-invalid');
  if (intent.type !== 'evm-message') throw new DappRefusal('params-invalid');
  const onChain = { ...asked, chainId: signIn.chainId };
  const what = await asking.explain.message(intent.message, circumstancesOf(asking, onChain, person));
  await connect(asking, onChain, what);
  const { signature } = await asking.desk.work(() => person.sign(intent, asking.app.origin), asked.signal);
  await note(asking, person, what.sentence, 'signed');
  return answer(person.address, { signInWithEthereum: { message, signature: `0x${toHex(signature)}` } });
};

export const walletDisconnect: Handler = async (asking) => {
  await disconnectAll(asking);
  return null;
};

const isOptional = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'optional' in value && value.optional === true;

import * as v from 'valibot';
import { jsonCodec } from './codec.ts';

/** Bytes of one sealed message. */
const sealedBytes = 262_144;
/** Messages of one channel and direction, in its whole life. */
export const relayMessages = 64;

const base64urlText = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]+$/, 'expected base64url'));
const channel = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{22}$/, 'expected 22 characters of base64url'));
const side = v.picklist(['dapp', 'wallet']);
const sealed = v.pipe(base64urlText, v.maxLength(Math.ceil((sealedBytes * 4) / 3)));
const seq = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(relayMessages - 1));

/**
 * One sealed message between a dApp's page and the wallet's, or between two windows of the wallet: the cloud sees its length and
 * neither key nor content. `channel` is 16 random bytes and the only thing that names a conversation; `seq` counts each side's
 * messages from 0.
 */
export const relayPost = v.strictObject({ channel, from: side, seq, sealed });
export type RelayPost = v.InferOutput<typeof relayPost>;
export const relayPostCodec = jsonCodec('relayPost', relayPost);

/** What `from` has posted behind number `after`; -1 is before the first. Waits up to 20 s where there is nothing yet. */
export const relayQuery = v.strictObject({
  channel,
  from: side,
  after: v.pipe(v.string(), v.regex(/^(?:-1|0|[1-9][0-9]?)$/)),
});
export type RelayQuery = v.InferOutput<typeof relayQuery>;
export const relayAnswer = jsonCodec(
  'relayAnswer',
  v.strictObject({ messages: v.pipe(v.array(v.strictObject({ seq, sealed })), v.maxLength(relayMessages)) }),
);
export const relayTaken = jsonCodec('relayTaken', v.strictObject({}));

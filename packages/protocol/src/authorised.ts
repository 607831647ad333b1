import * as v from 'valibot';
import { codec } from './codec.ts';
import { bytesBetween, deploymentId, hash32, millis, text, version } from './fields.ts';
import { tokenLength } from './limits.ts';

export const tokenText = text(16, tokenLength);
export const proofText = text(16, 2_048);

/** A message with the two things that every use needs (law 3): a token, and a proof by the device key over exactly this. */
export const authorised = v.strictObject({ message: bytesBetween(1, 65_536), token: tokenText, proof: proofText });
export type Authorised = v.InferOutput<typeof authorised>;
export const authorisedCodec = codec('authorised', authorised);

/** What every authorised message begins with: its kind in the clear (law 9), for which deployment, until when. */
export const messageHead = <const K extends string>(kind: K) => ({
  v: version,
  deployment: deploymentId,
  kind: v.literal(kind),
  expires: millis,
});

/** As {@link messageHead}, for messages that concern one wallet. */
export const walletHead = <const K extends string>(kind: K) => ({ ...messageHead(kind), wallet: hash32 });

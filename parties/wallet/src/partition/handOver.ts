import { dappVersion } from '@symbolon/protocol/dapp';
import * as v from 'valibot';

const origin = v.pipe(v.string(), v.maxLength(128));
const octets = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]+$/), v.maxLength(200));

/**
 * What the wallet's dialog inside a site says to the wallet's own window, which it opened: instead of `open`, with a port. It comes
 * from the wallet's origin, so its word on who embeds it is as good as the window's own.
 */
export const handOverSchema = v.strictObject({
  symbolon: v.literal(dappVersion),
  what: v.literal('hand-over'),
  /** Of the site that embeds the dialog. */
  origin,
  wants: v.variant('do', [
    /** Put this question to the person, who has connected the site in the dialog with `connected`, or not yet. */
    v.strictObject({ do: v.literal('answer'), connected: v.nullable(v.string()) }),
    /** Enrol the dialog's key, X || Y, for this site. */
    v.strictObject({
      do: v.literal('enrol'),
      point: octets,
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    }),
  ]),
});
export type HandOver = v.InferOutput<typeof handOverSchema>;

/** The window to the dialog: the key is in the deed; the sign-in of the key is to begin at this issuer. Or there is no room. */
export const enrolledSchema = v.variant('what', [
  v.strictObject({ what: v.literal('enrolled'), issuer: v.string(), address: v.string() }),
  v.strictObject({ what: v.literal('no-room') }),
  v.strictObject({ what: v.literal('rejected') }),
]);
export type Enrolled = v.InferOutput<typeof enrolledSchema>;

/**
 * The dialog to the window: go to the issuer. The address carries the nonce, state and PKCE challenge that the dialog's partition
 * made; what comes back is brought to the relay, sealed to `point`.
 */
export const signInSchema = v.strictObject({
  what: v.literal('sign-in'),
  url: v.pipe(v.string(), v.url(), v.maxLength(4_096)),
  state: v.pipe(v.string(), v.minLength(16), v.maxLength(200)),
  channel: v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{22}$/)),
  point: octets,
});
export type SignIn = v.InferOutput<typeof signInSchema>;

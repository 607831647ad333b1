import * as v from 'valibot';
import { codec, jsonCodec } from './codec.ts';
import { bytes, bytesBetween, deploymentId, millis, text, version } from './fields.ts';
import type { Statement } from './signed.ts';

/** Characters of an icon's whole `data:` URL. */
const iconLength = 16_384;
/** Apps in one answer. */
const pageLength = 50;

const originForm = /^https?:\/\/(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/;
const loopback = /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Whether this is exactly a web origin as a browser serialises it (RFC 6454): https, or http on this very machine; no wildcard,
 * path, credentials or letters beyond ASCII. It ends up in a Content-Security-Policy, where a stray character would be a directive.
 */
export function isWebOrigin(value: string): boolean {
  if (value.length > 128 || !originForm.test(value) || !URL.canParse(value)) return false;
  const { origin, protocol, hostname } = new URL(value);
  return origin === value && (protocol === 'https:' || loopback.test(hostname));
}

const webOrigin = v.pipe(v.string(), v.regex(originForm), v.check(isWebOrigin, 'expected a web origin'));

export const appId = v.pipe(v.string(), v.regex(/^[0-9a-z][0-9a-z-]{0,62}$/, 'expected 0-9, a-z and -'));

const unique = (values: string[]) => new Set(values).size === values.length;

/** A dApp as the operator has registered it. Name and icon are written by strangers: shown as text and image, never as markup. */
export const registeredApp = v.strictObject({
  id: appId,
  name: text(1, 60),
  icon: v.nullable(
    v.pipe(v.string(), v.maxLength(iconLength), v.regex(/^data:image\/(?:png|webp);base64,[0-9A-Za-z+/]+={0,2}$/)),
  ),
  /** Where its pages lie: what may embed the dialog and use the relay. */
  origins: v.pipe(v.array(webOrigin), v.minLength(1), v.maxLength(8), v.check(unique, 'an origin stands twice')),
  /** Chains it works on, as 0x hex; none: all of the wallet's. */
  chains: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^0x[1-9a-f][0-9a-f]{0,13}$/, 'expected 0x hex'))),
    v.maxLength(32),
    v.check(unique, 'a chain stands twice'),
  ),
});
export type RegisteredApp = v.InferOutput<typeof registeredApp>;

/** `GET /v1/apps`: with `id` or `origin` that one app or none; otherwise all, by id, up to 50 of them `after` an id. */
export const appsQuery = v.pipe(
  v.strictObject({ id: v.optional(appId), origin: v.optional(webOrigin), after: v.optional(appId) }),
  v.check((query) => Object.keys(query).length <= 1, 'expected one of id, origin, after'),
);
export type AppsQuery = v.InferOutput<typeof appsQuery>;
export const appsAnswer = jsonCodec(
  'appsAnswer',
  v.strictObject({ apps: v.pipe(v.array(registeredApp), v.maxLength(pageLength)) }),
);

/**
 * A change of the registry, signed by the operator's key over these exact bytes: for one deployment, before `expires`, once
 * (`nonce`, random).
 */
export const registration = v.strictObject({
  v: version,
  deployment: deploymentId,
  action: v.variant('do', [
    /** Adds an app, or replaces the one of that id. */
    v.strictObject({ do: v.literal('add'), app: registeredApp }),
    v.strictObject({ do: v.literal('remove'), id: appId }),
  ]),
  expires: millis,
  nonce: bytes(32),
});
export type Registration = v.InferOutput<typeof registration>;
export const registrationStatement: Statement<Registration> = {
  domain: 'registration',
  body: codec('registration', registration),
};

/** Larger than other signed things: an icon goes along. */
export const signedRegistrationCodec = codec(
  'signedRegistration',
  v.strictObject({ body: bytesBetween(1, 24_576), signature: bytes(64) }),
);

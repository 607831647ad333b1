import { concat, Secret } from '@symbolon/crypto';
import * as v from 'valibot';
import { codec } from './codec.ts';
import { tagged } from './digest.ts';
import { releaseKind } from './envelope.ts';
import { ProtocolError } from './errors.ts';
import { bytes, type Curve, curve, deploymentId, epoch, hash32, millis, publicKeys, text, version } from './fields.ts';
import type { Signs, VerifyEd25519 } from './signed.ts';

/** Bytes of one curve's share: as long as the key. */
export const shareLength = 32;

/** Which store a share belongs to: Key A is the kms's, Key B the cloud's. */
export const store = v.picklist(['kms', 'cloud']);
export type Store = v.InferOutput<typeof store>;

/** Asks a store to seal its share to one attested signer for one request. Both stores get their own copy and their own proof. */
export const shareRequest = v.strictObject({
  v: version,
  deployment: deploymentId,
  kind: releaseKind,
  wallet: hash32,
  epoch,
  deed: hash32,
  publicKeys,
  signer: hash32,
  rh: hash32,
  expires: millis,
});
export type ShareRequest = v.InferOutput<typeof shareRequest>;
export const shareRequestCodec = codec('shareRequest', shareRequest);

/**
 * What a store says, signed, about the share inside the seal. `at` its clock, `issuerKeys` RFC 7638 hashes it trusts now,
 * `receipt` (the kms alone) the hash of the receipt that this release has on its log.
 */
export const shareHeader = v.strictObject({
  v: version,
  deployment: deploymentId,
  store,
  kind: releaseKind,
  wallet: hash32,
  epoch,
  deed: hash32,
  publicKeys,
  signer: hash32,
  rh: hash32,
  device: hash32,
  at: millis,
  issuerKeys: v.pipe(v.array(hash32), v.minLength(1), v.maxLength(16)),
  receipt: v.nullable(hash32),
});
export type ShareHeader = v.InferOutput<typeof shareHeader>;
const shareHeaderCodec = codec('shareHeader', shareHeader);

/** What the device tells a store beside its shares at creation: how the deed's salted hashes open. */
export const opening = v.strictObject({
  salt: bytes(32),
  mailbox: v.nullable(text(3, 320)),
  curves: v.pipe(
    v.array(curve),
    v.minLength(1),
    v.maxLength(2),
    v.check((names) => new Set(names).size === names.length, 'a curve stands twice'),
  ),
});
export type Opening = v.InferOutput<typeof opening>;
const openingCodec = codec('opening', opening);

/** Plaintext of a sealed share: header, the store's signature over header and shares, the shares. Wipe it after sealing. */
export function packShare(header: ShareHeader, shares: readonly Secret[], key: Signs): Secret {
  const headerBytes = shareHeaderCodec.encode(header);
  using signed = withSecrets(tagged('sealed-share', headerBytes), shares);
  return frame(concat(headerBytes, key.sign(signed.expose())), headerBytes.length, shares);
}

/**
 * Takes a sealed share's plaintext apart and wipes it. Null if `publicKey` did not sign it; ProtocolError `malformed` if it is
 * not of this form. The shares come in the order of the header's curves.
 */
export function unpackShare(
  plaintext: Secret,
  publicKey: Uint8Array,
  verify: VerifyEd25519,
): { header: ShareHeader; shares: Secret[] } | null {
  using whole = plaintext;
  const { head, rest } = unframe(whole);
  const header = shareHeaderCodec.decode(head);
  const signature = rest.subarray(0, 64);
  const shareBytes = rest.subarray(64);
  using signed = withSecrets(tagged('sealed-share', head), [shareBytes]);
  if (!verify(publicKey, signed.expose(), signature)) return null;
  return { header, shares: cut(shareBytes, Object.values(header.publicKeys).length) };
}

/** Plaintext of what the device seals to a store at creation: the opening and the shares. Wipe it after sealing. */
export function packKeep(value: Opening, shares: readonly Secret[]): Secret {
  const head = openingCodec.encode(value);
  return frame(head, head.length, shares);
}

/** Takes it apart and wipes it. Throws ProtocolError `malformed`. The shares come in the order of `curves`. */
export function unpackKeep(plaintext: Secret): { opening: Opening; shares: Partial<Record<Curve, Secret>> } {
  using whole = plaintext;
  const { head, rest } = unframe(whole);
  const value = openingCodec.decode(head);
  const parts = cut(rest, value.curves.length);
  return { opening: value, shares: Object.fromEntries(value.curves.map((name, index) => [name, parts[index]])) };
}

/** u16 length of the head || visible part || shares. */
function frame(visible: Uint8Array, headLength: number, shares: readonly Secret[]): Secret {
  const prefix = new Uint8Array([headLength >> 8, headLength & 255]);
  return withSecrets(concat(prefix, visible), shares);
}

function unframe(whole: Secret): { head: Uint8Array; rest: Uint8Array } {
  const all = whole.expose();
  const length = ((all[0] ?? 0) << 8) | (all[1] ?? 0);
  if (all.length < 2 + length) throw malformed();
  // The head is copied out: it holds no secret and outlives the wipe. The rest stays where it is wiped.
  return { head: all.slice(2, 2 + length), rest: all.subarray(2 + length) };
}

function withSecrets(prefix: Uint8Array, secrets: readonly (Secret | Uint8Array)[]): Secret {
  const parts = secrets.map((secret) => (secret instanceof Secret ? secret.expose() : secret));
  const whole = Secret.alloc(parts.reduce((length, part) => length + part.length, prefix.length));
  const bytesOfWhole = whole.expose();
  bytesOfWhole.set(prefix, 0);
  let at = prefix.length;
  for (const part of parts) {
    bytesOfWhole.set(part, at);
    at += part.length;
  }
  return whole;
}

function cut(all: Uint8Array, count: number): Secret[] {
  if (all.length !== count * shareLength) throw malformed();
  return Array.from({ length: count }, (_, index) => {
    const share = Secret.alloc(shareLength);
    share.expose().set(all.subarray(index * shareLength, (index + 1) * shareLength));
    return share;
  });
}

function malformed(): ProtocolError {
  return new ProtocolError('malformed', 'share: not of the expected form', 'Make it with the client library.');
}

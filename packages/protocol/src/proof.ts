import { fromBase64url, toBase64url, utf8 } from '@symbolon/crypto';
import * as v from 'valibot';
import { ProtocolError } from './errors.ts';
import { text } from './fields.ts';
import { jwkOf } from './thumbprint.ts';

/**
 * What a device key's proof says: a DPoP-form JWT (RFC 9449, 4.2) for one recipient, over one request.
 * `htu` the recipient's address, `ath` the token's SHA-256, `rh` the request's hash, `msg` SHA-256 of the recipient's message.
 */
export interface ProofClaims {
  jti: string;
  htu: string;
  /** Unix time in seconds. */
  iat: number;
  ath: Uint8Array;
  rh: Uint8Array;
  msg: Uint8Array;
}

/** A proof taken apart, its signature not yet checked. */
export interface ParsedProof {
  claims: ProofClaims;
  /** P-256 X || Y, 64 bytes, from the header. */
  key: Uint8Array;
  signingInput: Uint8Array;
  signature: Uint8Array;
}

const base64url32 = v.pipe(v.string(), v.length(43), v.regex(/^[A-Za-z0-9_-]+$/));

const headerSchema = v.strictObject({
  typ: v.literal('dpop+jwt'),
  alg: v.literal('ES256'),
  jwk: v.strictObject({ crv: v.literal('P-256'), kty: v.literal('EC'), x: base64url32, y: base64url32 }),
});

const payloadSchema = v.strictObject({
  jti: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22,64}$/)),
  htm: v.literal('POST'),
  htu: text(8, 2_048),
  iat: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  ath: base64url32,
  rh: base64url32,
  msg: base64url32,
});

/** The ASCII bytes that the device key signs (ES256, 64-byte r || s). */
export function proofInput(key: Uint8Array, claims: ProofClaims): string {
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: jwkOf(key) };
  const payload = {
    jti: claims.jti,
    htm: 'POST',
    htu: claims.htu,
    iat: claims.iat,
    ath: toBase64url(claims.ath),
    rh: toBase64url(claims.rh),
    msg: toBase64url(claims.msg),
  };
  return `${part(header)}.${part(payload)}`;
}

export const assembleProof = (input: string, signature: Uint8Array): string => `${input}.${toBase64url(signature)}`;

/** Takes a proof apart. Throws ProtocolError `malformed`. */
export function parseProof(proof: string): ParsedProof {
  const parts = proof.length <= 2_048 ? proof.split('.') : [];
  const [head, body, tail] = parts;
  if (parts.length !== 3 || !head || !body || !tail) throw malformed();
  try {
    const header = v.parse(headerSchema, json(head));
    const payload = v.parse(payloadSchema, json(body));
    const signature = fromBase64url(tail);
    if (signature.length !== 64) throw malformed();
    const key = new Uint8Array(64);
    key.set(fromBase64url(header.jwk.x), 0);
    key.set(fromBase64url(header.jwk.y), 32);
    const { jti, htu, iat } = payload;
    const [ath, rh, msg] = [payload.ath, payload.rh, payload.msg].map((value) => fromBase64url(value));
    if (!ath || !rh || !msg) throw malformed();
    return { claims: { jti, htu, iat, ath, rh, msg }, key, signingInput: utf8(`${head}.${body}`), signature };
  } catch {
    throw malformed();
  }
}

// A byte order mark is not passed over either.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const part = (value: object) => toBase64url(utf8(JSON.stringify(value)));

/** Refuses what JSON.parse would quietly pass: a key given twice. What comes out must be what stands there, re-written. */
function json(segment: string): unknown {
  const text = decoder.decode(fromBase64url(segment));
  const value: unknown = JSON.parse(text);
  if (JSON.stringify(value) !== text) throw malformed();
  return value;
}

function malformed(): ProtocolError {
  return new ProtocolError(
    'malformed',
    'proof: not a DPoP proof of the expected form',
    'Make the proof with the client library.',
  );
}

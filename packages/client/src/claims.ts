import { fromBase64url, toHex } from '@symbolon/crypto';
import { identityHash, signInLife, tokenLife } from '@symbolon/protocol';
import { ClientError } from './errors.ts';

/** What the device reads in its own ID token. The parties verify it; here it only says whose deed to write. Times in ms. */
export interface TokenClaims {
  issuer: string;
  subject: string;
  /** The mailbox, only where the issuer says that it verified it; lower case. */
  mailbox: string | null;
  nonce: string | null;
  signedInAt: number | null;
  /** When the parties stop taking it: at its own end, or {@link tokenLife} after it was issued, whichever comes first. */
  expires: number;
}

/** Throws ClientError `session-ended` for anything that is not an ID token. */
export function readClaims(token: string): TokenClaims {
  const { iss, sub, email, email_verified, nonce, auth_time, iat, exp } = payloadOf(token);
  if (typeof iss !== 'string' || typeof sub !== 'string') throw unreadable();
  if (typeof iat !== 'number' || typeof exp !== 'number') throw unreadable();
  return {
    issuer: iss,
    subject: sub,
    mailbox: typeof email === 'string' && email_verified === true ? email.toLowerCase() : null,
    nonce: typeof nonce === 'string' ? nonce : null,
    signedInAt: typeof auth_time === 'number' ? auth_time * 1_000 : null,
    expires: Math.min(exp * 1_000, iat * 1_000 + tokenLife),
  };
}

/** Names a person in this device's own storage, so that two who share a browser never see each other's wallet. */
export function personName({ issuer, subject }: TokenClaims): string {
  return toHex(identityHash(new Uint8Array(32), issuer, subject).subarray(0, 10));
}

/** The person signed in just now for this very key: what creating and joining need. Throws ClientError `sign-in-needed`. */
export function requireRecentSignIn(claims: TokenClaims, nonce: string, now: number): void {
  const margin = 30_000;
  const recent = claims.signedInAt !== null && claims.signedInAt > now - signInLife + margin;
  if (claims.nonce === nonce && recent) return;
  throw new ClientError('sign-in-needed', 'The last sign-in is too long ago, or was not made with this device.');
}

function payloadOf(token: string): Record<string, unknown> {
  try {
    const part = token.split('.')[1] ?? '';
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64url(part)));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, once for all.
  }
  throw unreadable();
}

function unreadable(): ClientError {
  return new ClientError('session-ended', 'The stored sign-in is not an ID token.');
}

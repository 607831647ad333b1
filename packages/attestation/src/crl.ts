import { type Bytes, equalBytes } from './bytes.ts';
import { type Certificate, readHash, readSerial } from './certificate.ts';
import { requireValidAt } from './chain.ts';
import { DerReader, octetsOfBits, Tag, time, unsigned } from './der.ts';
import { type Signed, verifySigned } from './ecdsa.ts';
import { refuse } from './error.ts';
import { readExtensions } from './extensions.ts';
import { toHex } from './hex.ts';

/** What of an X.509 v2 certificate revocation list (RFC 5280 5) is judged here. */
interface RevocationList extends Signed {
  readonly issuer: Bytes;
  /** ms, inclusive. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Serial numbers, hex. */
  readonly revoked: ReadonlySet<string>;
}

/**
 * Throws `revoked` where `authority` has taken back one of `certificates`, by its own list (DER) as of `at` (ms), and `chain`,
 * `expired`, `algorithm` or `malformed` where the list is not its own, not current or no such list.
 */
export async function requireNotRevoked(
  certificates: readonly Certificate[],
  { list: der, authority, at }: { list: Bytes; authority: Certificate; at: number },
): Promise<void> {
  const list = parseRevocationList(der);
  if (!equalBytes(list.issuer, authority.subject)) refuse('chain', 'a revocation list of another issuer');
  if (!authority.mayRevoke) refuse('chain', 'a revocation list of one that may not issue any');
  if (!(await verifySigned(authority.publicKey, list))) refuse('chain', 'a revocation list that does not verify');
  requireValidAt(list, at);
  if (certificates.some(({ serial }) => list.revoked.has(toHex(serial)))) refuse('revoked', 'a certificate is revoked');
}

function parseRevocationList(der: Bytes): RevocationList {
  const outer = new DerReader(der);
  const parts = outer.enter(Tag.sequence);
  outer.end();
  const tbs = parts.next(Tag.sequence);
  const algorithm = parts.next(Tag.sequence);
  const signature = octetsOfBits(parts.next(Tag.bitString));
  parts.end();

  const fields = new DerReader(tbs.content);
  const version = unsigned(fields.next(Tag.integer));
  if (version.length !== 1 || version[0] !== 1) refuse('malformed', 'revocation list: not version 2');
  const innerAlgorithm = fields.next(Tag.sequence);
  if (!equalBytes(algorithm.raw, innerAlgorithm.raw)) refuse('malformed', 'revocation list: two signature algorithms');
  const issuer = fields.next(Tag.sequence).raw;
  const notBefore = time(fields);
  const notAfter = time(fields);
  const revoked = fields.peek() === Tag.sequence ? readSerials(fields.enter(Tag.sequence)) : new Set<string>();
  requireWhole(fields.enter(Tag.crlExtensions));
  fields.end();
  return { tbs: tbs.raw, hash: readHash(innerAlgorithm), signature, issuer, notBefore, notAfter, revoked };
}

/** Why and since when does not matter: whatever stands on the list is not trusted. */
function readSerials(entries: DerReader): ReadonlySet<string> {
  const serials = new Set<string>();
  while (!entries.atEnd) {
    const entry = entries.enter(Tag.sequence);
    serials.add(toHex(readSerial(entry.next(Tag.integer))));
    time(entry);
    entry.optional(Tag.sequence);
    entry.end();
  }
  return serials;
}

/** A critical extension would say that the list is a part, or of another issuer's certificates (RFC 5280 5.2). */
function requireWhole(explicit: DerReader): void {
  for (const [id, { critical }] of readExtensions(explicit)) {
    if (critical) refuse('chain', `revocation list: critical extension ${id} is unknown`);
  }
}

import { type Bytes, equalBytes } from './bytes.ts';
import { type DerElement, DerReader, octetsOfBits, oid, Tag, time, unsigned } from './der.ts';
import { COORDINATE_BYTES, type Curve, type Hash, type PublicKey, type Signed } from './ecdsa.ts';
import { refuse } from './error.ts';
import { type Constraints, constraintsOf, type Extensions, readExtensions } from './extensions.ts';

/** What of an X.509 v3 certificate (RFC 5280) a chain is judged by. */
export interface Certificate extends Constraints, Signed {
  /** Names, raw: compared octet by octet, never normalised. */
  readonly issuer: Bytes;
  readonly subject: Bytes;
  /** ms, inclusive. */
  readonly notBefore: number;
  /** ms, inclusive. */
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** Without its sign octet, at most 20 octets. */
  readonly serial: Bytes;
  readonly extensions: Extensions;
}

const SIGNATURE_HASHES = new Map<string, Hash>([
  ['1.2.840.10045.4.3.2', 'SHA-256'],
  ['1.2.840.10045.4.3.3', 'SHA-384'],
]);
const CURVES = new Map<string, Curve>([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
]);
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

/** Parses one certificate. Throws `malformed`, `algorithm`, or `chain` for a critical extension it does not know. */
export function parseCertificate(der: Bytes): Certificate {
  const outer = new DerReader(der);
  const certificate = outer.enter(Tag.sequence);
  outer.end();
  const tbs = certificate.next(Tag.sequence);
  const algorithm = certificate.next(Tag.sequence);
  const signature = octetsOfBits(certificate.next(Tag.bitString));
  certificate.end();

  const fields = new DerReader(tbs.content);
  requireVersion3(fields.enter(Tag.version));
  const serial = readSerial(fields.next(Tag.integer));
  const innerAlgorithm = fields.next(Tag.sequence);
  const issuer = fields.next(Tag.sequence).raw;
  const validity = fields.enter(Tag.sequence);
  const subject = fields.next(Tag.sequence).raw;
  const publicKey = readPublicKey(fields.enter(Tag.sequence));
  const extensions = readExtensions(fields.enter(Tag.extensions));
  const constraints = constraintsOf(extensions);
  fields.end();

  // RFC 5280 4.1.1.2: the algorithm outside is not signed; unless it equals the one inside, anyone may have put it there.
  if (!equalBytes(algorithm.raw, innerAlgorithm.raw)) refuse('malformed', 'certificate: two signature algorithms');
  const notBefore = time(validity);
  const notAfter = time(validity);
  validity.end();
  const hash = readHash(innerAlgorithm);
  const names = { serial, issuer, subject };
  return { tbs: tbs.raw, hash, signature, ...names, notBefore, notAfter, publicKey, extensions, ...constraints };
}

function requireVersion3(explicit: DerReader): void {
  const version = unsigned(explicit.next(Tag.integer));
  explicit.end();
  if (version.length !== 1 || version[0] !== 2) refuse('malformed', 'certificate: not version 3');
}

/** A serial number as certificates and revocation lists carry it: not negative, at most 20 octets (RFC 5280 4.1.2.2). */
export function readSerial(element: DerElement): Bytes {
  const serial = unsigned(element);
  return serial.length <= 20 ? serial : refuse('malformed', 'a serial number over 20 octets');
}

/** The hash of an ecdsa-with-SHA AlgorithmIdentifier (RFC 5758 3.2). Throws `algorithm` for any other. */
export function readHash(algorithm: DerElement): Hash {
  const reader = new DerReader(algorithm.content);
  const hash = SIGNATURE_HASHES.get(oid(reader.next(Tag.oid)));
  reader.end();
  return hash ?? refuse('algorithm', 'not signed by ECDSA with SHA-256 or SHA-384');
}

/** SubjectPublicKeyInfo (RFC 5480): a named curve and an uncompressed point. */
function readPublicKey(info: DerReader): PublicKey {
  const algorithm = info.enter(Tag.sequence);
  if (oid(algorithm.next(Tag.oid)) !== EC_PUBLIC_KEY) refuse('algorithm', 'certificate: not an elliptic-curve key');
  const curve = CURVES.get(oid(algorithm.next(Tag.oid))) ?? refuse('algorithm', 'certificate: not on P-256 or P-384');
  algorithm.end();
  const point = octetsOfBits(info.next(Tag.bitString));
  info.end();
  if (point.length !== 1 + 2 * COORDINATE_BYTES[curve] || point[0] !== 0x04) {
    refuse('malformed', 'certificate: not an uncompressed point');
  }
  return { curve, point };
}

const COMMON_NAME = '2.5.4.3';

/** The common name in a Name (RFC 5280 4.1.2.4), given raw; null unless there is exactly one. */
export function commonName(name: Bytes): string | null {
  const found: string[] = [];
  const sets = new DerReader(name).enter(Tag.sequence);
  while (!sets.atEnd) {
    const attributes = sets.enter(Tag.set);
    while (!attributes.atEnd) {
      const attribute = attributes.enter(Tag.sequence);
      const type = oid(attribute.next(Tag.oid));
      const { content } = attribute.any();
      attribute.end();
      if (type === COMMON_NAME) found.push(new TextDecoder().decode(content));
    }
  }
  const [only, ...others] = found;
  return only === undefined || others.length > 0 ? null : only;
}

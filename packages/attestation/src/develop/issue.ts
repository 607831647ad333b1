import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { copyOf } from '../bytes.ts';
import { parseCertificate } from '../certificate.ts';
import type { Curve } from '../ecdsa.ts';
import { bitString, boolean, element, integer, namedBitString, oid, sequence, time } from './der.ts';

/** A key with the certificates that vouch for it. The key stays in OpenSSL's memory, which it clears when freed. */
export interface Identity {
  readonly privateKey: KeyObject;
  /** DER, root first, the key's own last. */
  readonly chain: readonly Uint8Array[];
}

/** What a certificate says; by itself nothing here is sensible or safe, since attacks are made of it too. */
export interface CertificateFields {
  readonly commonName: string;
  /** ms, cut to the second. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly curve: Curve;
  /** null for an end entity; pathLength null for an authority without a limit. */
  readonly authority: { readonly pathLength: number | null } | null;
  readonly keyUsage: readonly (keyof typeof KEY_USAGE_BITS)[];
  /** Further extensions, each whole in DER. */
  readonly extensions: readonly Uint8Array[];
}

const KEY_USAGE_BITS = { digitalSignature: 0, keyCertSign: 5, cRLSign: 6 } as const;

/** A fresh key, and for it a certificate that it signs itself. */
export function issueSelfSigned(fields: CertificateFields): Identity {
  const { privateKey, publicKey } = generateKey(fields.curve);
  const name = distinguishedName(fields.commonName);
  return { privateKey, chain: [certificate(fields, publicKey, { name, privateKey })] };
}

/** A fresh key, and for it a certificate by `issuer`, whatever that one may do. */
export function issueUnder(issuer: Identity, fields: CertificateFields): Identity {
  const { privateKey, publicKey } = generateKey(fields.curve);
  const name = parseCertificate(copyOf(ownCertificate(issuer))).subject;
  const own = certificate(fields, publicKey, { name, privateKey: issuer.privateKey });
  return { privateKey, chain: [...issuer.chain, own] };
}

/** The certificate of the key itself, DER. */
export function ownCertificate({ chain }: Identity): Uint8Array {
  const own = chain.at(-1);
  if (own === undefined) throw new RangeError('an identity without certificates');
  return own;
}

/** One extension (RFC 5280 4.2), its value given in DER. */
export function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), element(0x04, value));
}

interface Signer {
  readonly name: Uint8Array;
  readonly privateKey: KeyObject;
}

/** Certificate (RFC 5280 4.1), signed with the hash that goes with the signer's curve. */
function certificate(fields: CertificateFields, publicKey: KeyObject, signer: Signer): Uint8Array {
  const p256 = signer.privateKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  const algorithm = sequence(oid(p256 ? '1.2.840.10045.4.3.2' : '1.2.840.10045.4.3.3'));
  const tbs = sequence(
    element(0xa0, integer(Uint8Array.of(2))),
    integer(randomBytes(16)),
    algorithm,
    signer.name,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    distinguishedName(fields.commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...extensions(fields))),
  );
  return sequence(tbs, algorithm, bitString(sign(p256 ? 'sha256' : 'sha384', tbs, signer.privateKey)));
}

function extensions({ authority, keyUsage, extensions: further }: CertificateFields): Uint8Array[] {
  const pathLength = authority?.pathLength ?? null;
  const basicConstraints = sequence(
    ...(authority === null ? [] : [boolean(true)]),
    ...(pathLength === null ? [] : [integer(Uint8Array.of(pathLength))]),
  );
  const bits = keyUsage.map((use) => KEY_USAGE_BITS[use]);
  return [
    extension('2.5.29.19', true, basicConstraints),
    ...(bits.length === 0 ? [] : [extension('2.5.29.15', true, namedBitString(bits))]),
    ...further,
  ];
}

/** A name of one attribute, the common name. */
function distinguishedName(commonName: string): Uint8Array {
  const value = element(0x0c, new TextEncoder().encode(commonName));
  return sequence(element(0x31, sequence(oid('2.5.4.3'), value)));
}

function generateKey(curve: Curve) {
  return generateKeyPairSync('ec', { namedCurve: curve });
}

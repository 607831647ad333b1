import { type Bytes, concatBytes, equalBytes } from '../bytes.ts';
import { commonName } from '../certificate.ts';
import { type Chain, requireValidAt, type TrustAnchor, verifyChain } from '../chain.ts';
import { requireNotRevoked } from '../crl.ts';
import { type PublicKey, verifyEcdsa } from '../ecdsa.ts';
import { refuse } from '../error.ts';
import { fromHex } from '../hex.ts';
import { parsePemChain } from '../pem.ts';
import { Json } from './json.ts';

/** Everything around a quote that Intel's provisioning certification service gives out; nothing of it is verified yet. */
export interface Collateral {
  /** DER, root first, as are all chains here. */
  readonly pckCrlIssuers: readonly Bytes[];
  /** DER. */
  readonly rootCrl: Bytes;
  readonly pckCrl: Bytes;
  readonly tcbInfo: Statement;
  readonly qeIdentity: Statement;
}

/** JSON that Intel signs, with what it takes to verify that. */
interface Statement {
  readonly text: string;
  /** r || s, 64 bytes, over exactly this text. */
  readonly signature: Bytes;
  readonly issuers: readonly Bytes[];
}

const MAX_COLLATERAL_BYTES = 128 * 1024;
const SIGNATURE_BYTES = 64;
const TCB_SIGNER = 'Intel SGX TCB Signing';
const NAMES = [
  'pck_crl_issuer_chain',
  'root_ca_crl',
  'pck_crl',
  'tcb_info_issuer_chain',
  'tcb_info',
  'tcb_info_signature',
  'qe_identity_issuer_chain',
  'qe_identity',
  'qe_identity_signature',
];

/**
 * Reads collateral (at most 128 KiB) in the JSON of dcap-qvl: the nine fields of the quote verification library's structure,
 * chains in PEM, lists and signatures in lowercase hex. Throws `malformed`.
 */
export function parseCollateral(bytes: Bytes): Collateral {
  if (bytes.length > MAX_COLLATERAL_BYTES) malformed('over 128 KiB');
  const json = Json.parse(decodeUtf8(bytes));
  if (json.names().some((name) => !NAMES.includes(name))) malformed('a field of another name');
  const text = (name: string) => json.get(name).text();
  const chain = (name: string) => parsePemChain(text(name)).reverse();
  const hex = (name: string) => fromHex(text(name)) ?? malformed(name);
  const statement = (name: string): Statement => ({
    text: text(name),
    signature: hex(`${name}_signature`),
    issuers: chain(`${name}_issuer_chain`),
  });
  return {
    pckCrlIssuers: chain('pck_crl_issuer_chain'),
    rootCrl: hex('root_ca_crl'),
    pckCrl: hex('pck_crl'),
    tcbInfo: statement('tcb_info'),
    qeIdentity: statement('qe_identity'),
  };
}

/**
 * The JSON of a statement that Intel's TCB signing key signed, valid at the anchor's time, that key's certificate not revoked.
 * Throws `collateral`, or what is wrong with its chain.
 */
export async function verifyStatement(statement: Statement, rootCrl: Bytes, anchor: TrustAnchor): Promise<Json> {
  const { authorities, leaf } = await verifyChain(statement.issuers, anchor);
  const [root, ...others] = authorities;
  // Every platform's own key has a certificate under this root: were its holder taken for a signer, any would vouch for itself.
  if (root === undefined || others.length > 0 || commonName(leaf.subject) !== TCB_SIGNER) {
    return refuse('collateral', 'a statement by another than the TCB signing key');
  }
  await requireNotRevoked([leaf], { list: rootCrl, authority: root, at: anchor.at });
  await requireSigned(statement, leaf.publicKey);
  const json = Json.parse(statement.text);
  requireValidAt({ notBefore: json.get('issueDate').time(), notAfter: json.get('nextUpdate').time() }, anchor.at);
  return json;
}

async function requireSigned({ text, signature }: Statement, key: PublicKey): Promise<void> {
  if (key.curve !== 'P-256' || signature.length !== SIGNATURE_BYTES)
    refuse('collateral', 'a signature of another form');
  const genuine = await verifyEcdsa(key, 'SHA-256', signature, new TextEncoder().encode(text));
  if (!genuine) refuse('collateral', 'a statement whose signature does not verify');
}

/** Throws `revoked` where a certificate of the platform's chain is, and `collateral` for lists of another chain's issuer. */
export async function requirePlatformNotRevoked(
  { authorities, leaf }: Chain,
  pckChain: readonly Bytes[],
  { collateral, at }: { collateral: Collateral; at: number },
): Promise<void> {
  const [root, issuer, ...others] = authorities;
  if (root === undefined || issuer === undefined || others.length > 0) {
    return refuse('chain', 'a platform certified by a chain of another length');
  }
  const { pckCrlIssuers, rootCrl, pckCrl } = collateral;
  // Each certificate says its own length, so that joined ones are the same only where each is.
  const same = equalBytes(concatBytes(...pckCrlIssuers), concatBytes(...pckChain.slice(0, -1)));
  if (!same) refuse('collateral', "revocation lists of another issuer than the platform's");
  await requireNotRevoked([issuer], { list: rootCrl, authority: root, at });
  await requireNotRevoked([leaf], { list: pckCrl, authority: issuer, at });
}

function decodeUtf8(bytes: Bytes): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return malformed('not UTF-8');
  }
}

function malformed(what: string): never {
  return refuse('malformed', `collateral: ${what}`);
}

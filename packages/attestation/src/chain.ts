import { type Bytes, equalBytes } from './bytes.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { verifySigned } from './ecdsa.ts';
import { refuse } from './error.ts';

/** Root and leaf included. Nitro's own chains have five; each link costs a verification, which an attacker could demand. */
const MAX_CERTIFICATES = 8;

/** What a chain is judged against: DER certificates trusted as they stand, and the verifier's own clock (ms). */
export interface TrustAnchor {
  readonly roots: readonly Uint8Array[];
  readonly at: number;
}

/** A chain that holds: its leaf may sign, and those before it have issued one another. */
export interface Chain {
  /** Root first. */
  readonly authorities: readonly Certificate[];
  readonly leaf: Certificate;
}

/**
 * Verifies a chain given root first, leaf last (RFC 5280 6.1, as far as these makers' profiles go).
 * Throws `root`, `chain`, `expired`, `algorithm` or `malformed`.
 */
export async function verifyChain(chain: readonly Bytes[], { roots, at }: TrustAnchor): Promise<Chain> {
  if (chain.length < 2 || chain.length > MAX_CERTIFICATES) refuse('chain', `a chain of ${chain.length} certificates`);
  const [first] = chain;
  if (!roots.some((root) => first !== undefined && equalBytes(root, first))) refuse('root', 'the root is not pinned');

  const certificates = chain.map(parseCertificate);
  for (const certificate of certificates) requireValidAt(certificate, at);
  const authorities = certificates.slice(0, -1);
  for (const [i, authority] of authorities.entries()) {
    const subject = certificates[i + 1];
    if (subject !== undefined) await requireIssued(authority, subject, authorities.length - 1 - i);
  }
  return { authorities, leaf: requireLeaf(certificates.at(-1)) };
}

/** Throws `expired` unless what is signed for this span of time (ms, inclusive) is valid at `at`. */
export function requireValidAt({ notBefore, notAfter }: { notBefore: number; notAfter: number }, at: number): void {
  // Put so that a clock that is not a number fails too.
  if (!(notBefore <= at && at <= notAfter)) refuse('expired', 'something signed is not valid at this time');
}

/** `authoritiesBelow` counts self-issued ones as well, which is stricter than RFC 5280 6.1.4 (l). */
async function requireIssued(authority: Certificate, subject: Certificate, authoritiesBelow: number): Promise<void> {
  if (!authority.isCa || !authority.mayCertify) refuse('chain', 'a certificate issued by one that is no authority');
  if (authoritiesBelow > authority.pathLength) refuse('chain', 'more authorities than a path length allows');
  if (!equalBytes(authority.subject, subject.issuer)) refuse('chain', 'a certificate that names another issuer');
  if (!(await verifySigned(authority.publicKey, subject)))
    refuse('chain', 'a certificate whose signature does not verify');
}

function requireLeaf(leaf: Certificate | undefined): Certificate {
  // An authority's key signs certificates; were it to sign documents, whoever runs it could pose as any enclave.
  if (leaf === undefined || leaf.isCa || !leaf.maySign) return refuse('chain', 'the leaf may not sign documents');
  return leaf;
}

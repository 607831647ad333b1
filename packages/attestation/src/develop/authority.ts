import { type CertificateFields, type Identity, issueSelfSigned, issueUnder } from './issue.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const YEAR_MS = 365 * 24 * HOUR_MS;

/**
 * A development root, which only a deployment born as development pins: a new P-384 key and its certificate, ten years.
 * The common name says what it is to whoever prints the chain.
 */
export function createDevelopmentRoot(overrides: Partial<CertificateFields> = {}): Identity {
  return issueSelfSigned({
    commonName: 'symbolon development root: no enclave',
    ...validFor(10 * YEAR_MS),
    curve: 'P-384',
    authority: { pathLength: null },
    keyUsage: ['digitalSignature', 'keyCertSign', 'cRLSign'],
    extensions: [],
    ...overrides,
  });
}

/** An authority between root and leaf, as Nitro has one for region, zone and instance each. */
export function issueIntermediate(issuer: Identity, overrides: Partial<CertificateFields> = {}): Identity {
  return issueUnder(issuer, {
    commonName: 'symbolon development intermediate',
    ...validFor(24 * HOUR_MS),
    curve: 'P-384',
    authority: { pathLength: 0 },
    keyUsage: ['keyCertSign'],
    extensions: [],
    ...overrides,
  });
}

/** A key that signs documents, its certificate valid three hours as on Nitro. */
export function issueLeaf(issuer: Identity, overrides: Partial<CertificateFields> = {}): Identity {
  return issueUnder(issuer, {
    commonName: 'symbolon development enclave',
    ...validFor(3 * HOUR_MS),
    curve: 'P-384',
    authority: null,
    keyUsage: ['digitalSignature'],
    extensions: [],
    ...overrides,
  });
}

/** From a minute ago, so that a verifier whose clock is a little behind does not find the certificate not yet valid. */
function validFor(ms: number): { notBefore: number; notAfter: number } {
  const now = Date.now();
  return { notBefore: now - MINUTE_MS, notAfter: now + ms };
}

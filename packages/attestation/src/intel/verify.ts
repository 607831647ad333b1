import type { Attested, Registers, Tcb, Verifier } from '../attested.ts';
import { type Bytes, concatBytes, copyOf, equalBytes, isZero } from '../bytes.ts';
import { type Chain, type TrustAnchor, verifyChain } from '../chain.ts';
import { verifyEcdsa } from '../ecdsa.ts';
import { refuse } from '../error.ts';
import { parseCollateral, requirePlatformNotRevoked, verifyStatement } from './collateral.ts';
import { platformOf } from './platform.ts';
import { type ParsedQuote, parseQuote } from './quote.ts';
import { type EnclaveReport, parseEnclaveReport, type TdReport } from './report.ts';
import { evaluateTcb } from './tcb.ts';

const MAX_QUOTE_BYTES = 16 * 1024;

/** What a quote is judged against: Intel's root, the verifier's clock, and what Intel says of platforms at that time. */
export interface QuoteAnchor extends TrustAnchor {
  /** JSON of the nine fields of the quote verification library's structure; need not be trusted: Intel signs it all. */
  readonly collateral: Uint8Array;
}

/** What a genuine quote says beyond what all evidence does. It has no time and no challenge of its own: see `userData`. */
export interface Quote extends Attested {
  readonly kind: 'sgx' | 'tdx';
  readonly version: 3 | 4;
  readonly timestamp: null;
  readonly nonce: null;
  /** The report data: 64 bytes that the enclave or domain chose. */
  readonly userData: Uint8Array;
  /** SGX: its ATTRIBUTES, 16 bytes; TDX: the domain's attributes, 8 bytes. */
  readonly attributes: Uint8Array;
  readonly tcb: Tcb;
}

/**
 * Verifies a quote of SGX (v3 or v4) or TDX (v4), at most 16 KiB, with its collateral: attestation key, quoting enclave,
 * platform certificate up to one of `roots`, revocation lists, TCB info and identity, all of it valid at `at` (ms). A platform
 * that is out of date is still genuine: `tcb` says so. Throws an AttestationError of any code that is not an AppraisalCode.
 */
export const verifyQuote: Verifier<QuoteAnchor, Quote> = async (evidence, anchor) => {
  if (evidence.length > MAX_QUOTE_BYTES) refuse('malformed', 'a quote over 16 KiB');
  const quote = parseQuote(copyOf(evidence));
  const collateral = parseCollateral(copyOf(anchor.collateral));
  const { at } = anchor;

  // From the inside outwards: what is altered or forged costs its sender more than this verifier.
  await requireSignature(attestationKeyOf(quote), quote.signature, quote.signed);
  const chain = await verifyChain(quote.pckChain, anchor);
  const qe = await verifyQuotingEnclave(quote, chain);
  await requirePlatformNotRevoked(chain, quote.pckChain, { collateral, at });

  const tcbInfo = await verifyStatement(collateral.tcbInfo, collateral.rootCrl, anchor);
  const qeIdentity = await verifyStatement(collateral.qeIdentity, collateral.rootCrl, anchor);
  const tcb = evaluateTcb(quote.body, { platform: platformOf(chain.leaf), qe }, { tcbInfo, qeIdentity });
  return { version: quote.version, timestamp: null, nonce: null, tcb, ...said(quote.body) };
};

/** The platform's certified key signs the quoting enclave's report, which binds the attestation key. */
async function verifyQuotingEnclave(quote: ParsedQuote, { leaf }: Chain): Promise<EnclaveReport> {
  const { qeReport, qeSignature, qeAuthentication, attestationKey } = quote;
  if (leaf.publicKey.curve !== 'P-256') refuse('algorithm', 'a platform key that is not on P-256');
  await requireSignature(leaf.publicKey.point, qeSignature, qeReport);
  const report = parseEnclaveReport(qeReport);
  const bound = await crypto.subtle.digest('SHA-256', concatBytes(attestationKey, qeAuthentication));
  const [hash, rest] = [report.reportData.subarray(0, 32), report.reportData.subarray(32)];
  if (!equalBytes(hash, new Uint8Array(bound)) || !isZero(rest)) {
    refuse('signature', 'an attestation key that the quoting enclave does not vouch for');
  }
  return report;
}

function attestationKeyOf({ attestationKey }: ParsedQuote): Bytes {
  return concatBytes(Uint8Array.of(0x04), attestationKey);
}

async function requireSignature(point: Bytes, signature: Bytes, message: Bytes): Promise<void> {
  if (!(await verifyEcdsa({ curve: 'P-256', point }, 'SHA-256', signature, message))) {
    refuse('signature', 'a signature that does not verify');
  }
}

function said(body: ParsedQuote['body']) {
  const { kind, report } = body;
  const { attributes, reportData: userData } = report;
  const common = { attributes, userData };
  return kind === 'sgx'
    ? { kind, ...common, measurement: enclaveMeasurement(report), debug: ((attributes[0] ?? 0) & 0x02) !== 0 }
    : // All of the first byte puts a domain under a debugger, now or in later modules (TDX module base architecture, TUD).
      { kind, ...common, measurement: domainMeasurement(report), debug: attributes[0] !== 0 };
}

function enclaveMeasurement({ mrEnclave, mrSigner }: EnclaveReport): Registers {
  return { mrenclave: mrEnclave, mrsigner: mrSigner };
}

/** What was loaded, what it was configured as, whose it is, and what it has extended itself with since. */
function domainMeasurement({ mrTd, mrConfigId, mrOwner, mrOwnerConfig, rtmrs }: TdReport): Registers {
  const [rtmr0, rtmr1, rtmr2, rtmr3] = rtmrs;
  const configured = { mrconfigid: mrConfigId, mrowner: mrOwner, mrownerconfig: mrOwnerConfig };
  return { mrtd: mrTd, rtmr0, rtmr1, rtmr2, rtmr3, ...configured };
}

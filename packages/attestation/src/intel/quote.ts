import { type Bytes, equalBytes, isZero } from '../bytes.ts';
import { refuse } from '../error.ts';
import { fromHex } from '../hex.ts';
import { parsePemChain } from '../pem.ts';
import { Cursor } from './cursor.ts';
import {
  ENCLAVE_REPORT_BYTES,
  type EnclaveReport,
  parseEnclaveReport,
  parseTdReport,
  TD_REPORT_BYTES,
  type TdReport,
} from './report.ts';

/** A quote as it stands there (Intel SGX/TDX DCAP quoting library API, appendix A); nothing of it is verified. */
export interface ParsedQuote {
  readonly version: 3 | 4;
  readonly body:
    | { readonly kind: 'sgx'; readonly report: EnclaveReport }
    | { readonly kind: 'tdx'; readonly report: TdReport };
  /** Header and body: what the attestation key signs. */
  readonly signed: Bytes;
  /** r || s, 64 bytes, as are all signatures here. */
  readonly signature: Bytes;
  /** x || y on P-256, made by the quoting enclave. */
  readonly attestationKey: Bytes;
  /** The quoting enclave's own report, which the platform's certified key signs. */
  readonly qeReport: Bytes;
  readonly qeSignature: Bytes;
  /** Bound by the quoting enclave's report together with its key. */
  readonly qeAuthentication: Bytes;
  /** DER, root first. */
  readonly pckChain: readonly Bytes[];
}

const HEADER_BYTES = 48;
const ECDSA_P256 = 2;
const TEE_SGX = 0;
const TEE_TDX = 0x81;
const INTEL_QE = /* @__PURE__ */ fromHex('939a7233f79c4ca9940a0db3957f0607') ?? new Uint8Array(0);

/** Kinds of certification data: a PEM chain, or a quoting enclave's report with such a chain inside (v4). */
const PCK_CHAIN = 5;
const QE_REPORT = 6;

/**
 * Parses a quote of version 3 (SGX) or 4 (SGX or TDX), its sizes fitting to the byte. Zeros may follow, since quotes travel in
 * buffers of fixed size. Throws `malformed`, or `algorithm` for a key that is not ECDSA on P-256.
 */
export function parseQuote(bytes: Bytes): ParsedQuote {
  const cursor = new Cursor(bytes);
  const { version, tee } = parseHeader(cursor.take(HEADER_BYTES));
  const body = parseBody(tee, cursor);
  const signed = bytes.subarray(0, cursor.position);
  const authentication = new Cursor(cursor.take(cursor.u32()));
  if (!isZero(cursor.rest())) return refuse('malformed', 'quote: something after it');

  const signature = authentication.take(64);
  const attestationKey = authentication.take(64);
  const certification = version === 3 ? authentication : certificationData(authentication, QE_REPORT);
  const qeReport = certification.take(ENCLAVE_REPORT_BYTES);
  const qeSignature = certification.take(64);
  const qeAuthentication = certification.take(certification.u16());
  const pckChain = parsePckChain(certificationData(certification, PCK_CHAIN).rest());
  const certified = { qeReport, qeSignature, qeAuthentication, pckChain };
  return { version, body, signed, signature, attestationKey, ...certified };
}

function parseHeader(bytes: Bytes): { version: 3 | 4; tee: number } {
  const header = new Cursor(bytes);
  const version = header.u16();
  const keyType = header.u16();
  // Version 3 has a reserved field of zeros here, which reads as SGX.
  const tee = header.u32();
  header.skip(4);
  if (version !== 3 && version !== 4) return refuse('malformed', 'quote: not of version 3 or 4');
  if (!equalBytes(header.take(16), INTEL_QE)) refuse('malformed', "quote: not by Intel's quoting enclave");
  if (keyType !== ECDSA_P256) refuse('algorithm', 'quote: not signed by ECDSA on P-256');
  return { version, tee: version === 3 && tee !== TEE_SGX ? refuse('malformed', 'quote: reserved bytes') : tee };
}

function parseBody(tee: number, cursor: Cursor): ParsedQuote['body'] {
  if (tee === TEE_SGX) return { kind: 'sgx', report: parseEnclaveReport(cursor.take(ENCLAVE_REPORT_BYTES)) };
  if (tee === TEE_TDX) return { kind: 'tdx', report: parseTdReport(cursor.take(TD_REPORT_BYTES)) };
  return refuse('malformed', 'quote: of neither SGX nor TDX');
}

/** The last thing in what it stands in: a type, a size, and as many bytes. */
function certificationData(cursor: Cursor, type: number): Cursor {
  if (cursor.u16() !== type) refuse('malformed', 'quote: certification data of another type');
  const data = new Cursor(cursor.take(cursor.u32()));
  cursor.end();
  return data;
}

/** PEM, leaf first, ended as a C string. */
function parsePckChain(bytes: Bytes): Bytes[] {
  const text = String.fromCharCode(...(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes));
  return parsePemChain(text).reverse();
}

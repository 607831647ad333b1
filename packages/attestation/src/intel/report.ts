import type { Bytes } from '../bytes.ts';
import { Cursor } from './cursor.ts';

export const ENCLAVE_REPORT_BYTES = 384;
export const TD_REPORT_BYTES = 584;

/** The report body of an SGX enclave (Intel SDM vol. 3D, REPORT; DCAP quoting library API A.4). */
export interface EnclaveReport {
  /** 4 bytes. */
  readonly miscSelect: Bytes;
  /** 16 bytes: flags, then XFRM. */
  readonly attributes: Bytes;
  /** 32 bytes each: what was loaded, and whose key signed it. */
  readonly mrEnclave: Bytes;
  readonly mrSigner: Bytes;
  readonly productId: number;
  readonly securityVersion: number;
  /** 64 bytes of the enclave's choosing. */
  readonly reportData: Bytes;
}

/** The report body of a TDX domain (TDX DCAP quoting library API A.3.2, TD report 1.0); registers are 48 bytes each. */
export interface TdReport {
  /** Security versions of the TDX module and its loader, 16 bytes. */
  readonly teeTcbSvn: Bytes;
  readonly mrSignerSeam: Bytes;
  /** 8 bytes. */
  readonly seamAttributes: Bytes;
  /** 8 bytes. */
  readonly attributes: Bytes;
  readonly mrTd: Bytes;
  readonly mrConfigId: Bytes;
  readonly mrOwner: Bytes;
  readonly mrOwnerConfig: Bytes;
  readonly rtmrs: readonly [Bytes, Bytes, Bytes, Bytes];
  /** 64 bytes of the domain's choosing. */
  readonly reportData: Bytes;
}

/** Throws `malformed` unless there are exactly 384 bytes. */
export function parseEnclaveReport(bytes: Bytes): EnclaveReport {
  const cursor = new Cursor(bytes);
  cursor.skip(16); // CPUSVN: what counts is in the platform's certificate
  const miscSelect = cursor.take(4);
  cursor.skip(28);
  const attributes = cursor.take(16);
  const mrEnclave = cursor.take(32);
  cursor.skip(32);
  const mrSigner = cursor.take(32);
  cursor.skip(96);
  const productId = cursor.u16();
  const securityVersion = cursor.u16();
  cursor.skip(60);
  const reportData = cursor.take(64);
  cursor.end();
  return { miscSelect, attributes, mrEnclave, mrSigner, productId, securityVersion, reportData };
}

/** Throws `malformed` unless there are exactly 584 bytes. */
export function parseTdReport(bytes: Bytes): TdReport {
  const cursor = new Cursor(bytes);
  const teeTcbSvn = cursor.take(16);
  cursor.skip(48); // MRSEAM: the module is judged by its signer and its security version
  const mrSignerSeam = cursor.take(48);
  const seamAttributes = cursor.take(8);
  const attributes = cursor.take(8);
  cursor.skip(8);
  const register = () => cursor.take(48);
  const [mrTd, mrConfigId, mrOwner, mrOwnerConfig] = [register(), register(), register(), register()];
  const rtmrs = [register(), register(), register(), register()] as const;
  const reportData = cursor.take(64);
  cursor.end();
  const module = { teeTcbSvn, mrSignerSeam, seamAttributes };
  return { ...module, attributes, mrTd, mrConfigId, mrOwner, mrOwnerConfig, rtmrs, reportData };
}

import type { Tcb, TcbStatus } from '../attested.ts';
import { type Bytes, equalBytes } from '../bytes.ts';
import { refuse } from '../error.ts';
import type { Json } from './json.ts';
import type { Platform } from './platform.ts';
import type { ParsedQuote } from './quote.ts';
import type { EnclaveReport, TdReport } from './report.ts';

const COMPONENTS = 16;

/**
 * What Intel says of the platform, its TDX module and its quoting enclave together, by TCB info v3 and identity v2 (Intel SGX
 * and TDX provisioning certification service, API v4). Throws `collateral` for statements on something else, `platform` where
 * they don't know it, and `revoked`.
 */
export function evaluateTcb(
  body: ParsedQuote['body'],
  { platform, qe }: { platform: Platform; qe: EnclaveReport },
  { tcbInfo, qeIdentity }: { tcbInfo: Json; qeIdentity: Json },
): Tcb {
  requireAbout(tcbInfo, body.kind === 'sgx' ? 'SGX' : 'TDX', 3);
  requireAbout(qeIdentity, body.kind === 'sgx' ? 'QE' : 'TD_QE', 2);
  requirePlatform(tcbInfo, platform);
  const levels = [
    platformLevel(tcbInfo, platform, body.kind === 'tdx' ? body.report.teeTcbSvn : null),
    ...(body.kind === 'tdx' ? moduleLevel(tcbInfo, body.report) : []),
    qeLevel(qeIdentity, qe),
  ];
  const advisories = new Set(levels.flatMap(({ advisories }) => advisories));
  return { status: levels.map(({ status }) => status).reduce(converge), advisories: [...advisories].sort() };
}

function requireAbout(statement: Json, id: string, version: number): void {
  const about = statement.get('id').text() === id && statement.get('version').integer() === version;
  if (!about) refuse('collateral', `not a statement of version ${version} on ${id}`);
}

function requirePlatform(tcbInfo: Json, { fmspc, pceId }: Platform): void {
  const same = equalBytes(tcbInfo.get('fmspc').bytes(6), fmspc) && equalBytes(tcbInfo.get('pceId').bytes(2), pceId);
  if (!same || tcbInfo.get('tcbType').integer() !== 0) refuse('collateral', 'TCB info of another platform');
}

/** The first level, as they come, that the platform reaches in every component. */
function platformLevel(tcbInfo: Json, { svns, pceSvn }: Platform, teeTcbSvn: Bytes | null): Tcb {
  const reaches = (tcb: Json) =>
    atLeast(svns, components(tcb.get('sgxtcbcomponents')), 0) &&
    pceSvn >= tcb.get('pcesvn').integer() &&
    (teeTcbSvn === null || atLeast([...teeTcbSvn], components(tcb.get('tdxtcbcomponents')), firstCompared(teeTcbSvn)));
  return firstLevel(tcbInfo, reaches);
}

function components(list: Json): number[] {
  const svns = list.list().map((component) => component.get('svn').integer());
  return svns.length === COMPONENTS ? svns : refuse('malformed', 'TCB info: not sixteen components');
}

/** A module that has a version has an identity and levels of its own; the platform's levels then leave its two bytes out. */
function firstCompared(teeTcbSvn: Bytes): number {
  return moduleVersion(teeTcbSvn) === 0 ? 0 : 2;
}

function atLeast(has: readonly number[], wanted: readonly number[], from: number): boolean {
  return wanted.every((svn, i) => i < from || (has[i] ?? -1) >= svn);
}

function moduleVersion(teeTcbSvn: Bytes): number {
  return teeTcbSvn[1] ?? 0;
}

/** The TDX module must be one that Intel signed; those that have a version have a level too. */
function moduleLevel(tcbInfo: Json, { teeTcbSvn, mrSignerSeam, seamAttributes }: TdReport): Tcb[] {
  const version = moduleVersion(teeTcbSvn);
  const id = `TDX_${version.toString(16).padStart(2, '0').toUpperCase()}`;
  const identities = tcbInfo.optional('tdxModuleIdentities')?.list() ?? [];
  const identity =
    version === 0 ? tcbInfo.get('tdxModule') : identities.find((candidate) => candidate.get('id').text() === id);
  if (identity === undefined) return refuse('platform', `no identity of a TDX module ${id}`);
  requireMasked(identity, 'attributes', seamAttributes);
  if (!equalBytes(identity.get('mrsigner').bytes(48), mrSignerSeam))
    refuse('platform', 'a TDX module of another signer');
  return version === 0 ? [] : [firstLevel(identity, (tcb) => (teeTcbSvn[0] ?? -1) >= tcb.get('isvsvn').integer())];
}

function qeLevel(identity: Json, { miscSelect, attributes, mrSigner, productId, securityVersion }: EnclaveReport): Tcb {
  requireMasked(identity, 'miscselect', miscSelect.toReversed());
  requireMasked(identity, 'attributes', attributes);
  const same =
    equalBytes(identity.get('mrsigner').bytes(32), mrSigner) && identity.get('isvprodid').integer() === productId;
  if (!same) refuse('platform', 'a quoting enclave of another signer or product');
  return firstLevel(identity, (tcb) => securityVersion >= tcb.get('isvsvn').integer());
}

/** Intel's identities leave some bits open. */
function requireMasked(identity: Json, name: string, bytes: Uint8Array): void {
  const wanted = identity.get(name).bytes(bytes.length);
  const mask = identity.get(`${name}Mask`).bytes(bytes.length);
  const same = bytes.every((byte, i) => (byte & (mask[i] ?? 0)) === wanted[i]);
  if (!same) refuse('platform', `${name} that Intel's identity does not have`);
}

/** Levels stand from the newest to the oldest: the first one reached is what counts. */
function firstLevel(statement: Json, reaches: (tcb: Json) => boolean): Tcb {
  const level = statement
    .get('tcbLevels')
    .list()
    .find((candidate) => reaches(candidate.get('tcb')));
  if (level === undefined) return refuse('platform', 'older than every TCB level that Intel knows');
  const status = level.get('tcbStatus').status();
  if (status === 'Revoked') return refuse('revoked', 'Intel has revoked this TCB level');
  const advisories = level.optional('advisoryIDs')?.list() ?? [];
  return { status, advisories: advisories.map((advisory) => advisory.text()) };
}

/** The platform's status, worsened where its module or its quoting enclave is out of date. */
function converge(platform: TcbStatus, other: TcbStatus): TcbStatus {
  if (other !== 'OutOfDate' && other !== 'OutOfDateConfigurationNeeded') return platform;
  const misconfigured = platform.includes('Configuration');
  return misconfigured ? 'OutOfDateConfigurationNeeded' : 'OutOfDate';
}

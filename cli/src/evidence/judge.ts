import {
  AttestationError,
  type Attested,
  type Fidelity,
  findings,
  measurementsEqual,
  type Tcb,
  type TcbStatus,
} from '@symbolon/attestation';
import { equal, toHex } from '@symbolon/crypto';
import { type EvidenceUserData, evidenceLife, evidenceUserDataCodec, signerId } from '@symbolon/protocol';
import type { Allowed } from './allowed.ts';
import type { Given } from './inputs.ts';
import type { Chosen } from './verifiers.ts';

export interface Policy {
  /** ms */
  at: number;
  /** Null: no measurement is compared. */
  allowed: Allowed[] | null;
  allowDebug: boolean;
  /** A platform that its maker calls out of date. */
  allowOutOfDate: boolean;
}

/** What was found, as `--json` prints it. What a document that is not genuine says is left out: null. */
export interface Judgement {
  valid: boolean;
  /**
   * Codes of `@symbolon/attestation`; `keys`: the keys beside the document are not those it binds; `configuration`: it binds
   * another one than the allowed image's.
   */
  reasons: string[];
  /** ms */
  timestamp: number | null;
  debug: boolean | null;
  moduleId: string | null;
  /** By index, hex. */
  pcrs: Record<string, string> | null;
  measurementCompared: boolean;
  kind: Attested['kind'] | null;
  fidelity: Fidelity | null;
  /** Every register that an allowed image is compared by, hex. */
  measurement: Record<string, string> | null;
  configurationCompared: boolean;
  /** Hash of the signer's configuration, hex, where this is the evidence of one. */
  configuration: string | null;
  challengeCompared: boolean;
  /** What the code inside had bound, hex. */
  userData: string | null;
  tcb: Tcb | null;
}

/** By the production verifier, with anchors, time and list as given. */
export async function judge(given: Given, chosen: Chosen, policy: Policy): Promise<Judgement> {
  try {
    const said = await chosen.verify(given.document);
    const reasons = objections(said, given, policy);
    const { timestamp, debug, kind, tcb = null } = said;
    return {
      valid: reasons.length === 0,
      reasons,
      timestamp,
      debug,
      moduleId: 'moduleId' in said && typeof said.moduleId === 'string' ? said.moduleId : null,
      pcrs: 'pcrs' in said && said.pcrs instanceof Map ? hexOf(said.pcrs) : null,
      ...compared(given, policy),
      kind,
      fidelity: chosen.fidelity(said),
      measurement: hexOf(Object.entries(said.measurement)),
      configuration: hexOrNull(boundBySigner(said)?.configuration ?? null),
      userData: hexOrNull(said.userData),
      tcb,
    };
  } catch (error) {
    if (error instanceof AttestationError) return notGenuine(error.code, compared(given, policy));
    throw error;
  }
}

function notGenuine(reason: string, compared: Compared): Judgement {
  const nothing = {
    timestamp: null,
    debug: null,
    moduleId: null,
    pcrs: null,
    kind: null,
    fidelity: null,
    measurement: null,
  };
  return { valid: false, reasons: [reason], ...nothing, configuration: null, userData: null, tcb: null, ...compared };
}

type Compared = Pick<Judgement, 'measurementCompared' | 'configurationCompared' | 'challengeCompared'>;

/** What the person gave to compare with. */
function compared({ challenge }: Given, { allowed }: Policy): Compared {
  return {
    measurementCompared: allowed !== null,
    // One image allowed under any configuration leaves it open.
    configurationCompared: allowed?.every(({ configuration }) => configuration !== null) === true,
    challengeCompared: challenge !== null,
  };
}

function objections(said: Attested, given: Given, policy: Policy): string[] {
  const { at, allowed, allowDebug, allowOutOfDate } = policy;
  const found: string[] = findings(said, {
    at,
    measurements: allowed?.map(({ registers }) => registers) ?? [],
    maxAgeMs: evidenceLife,
    tcb: allowOutOfDate ? [...kept, ...outOfDate] : kept,
    ...challengeTo(said, given),
  });
  const waived = new Set([
    ...(allowed === null ? ['measurement'] : []),
    ...(allowDebug ? ['debug'] : []),
    // Without a challenge nothing can show when undated evidence was made: that is said in words instead.
    ...(said.timestamp === null ? ['stale'] : []),
  ]);
  return [
    ...found.filter((code) => !waived.has(code)),
    ...(bindsConfiguration(said, allowed) ? [] : ['configuration']),
    ...(bindsKeys(said, given) ? [] : ['keys']),
  ];
}

/** Fixed in firmware and microcode; what is left is for the enclave's own code and its host's settings, and is said in words. */
const kept: TcbStatus[] = ['UpToDate', 'SWHardeningNeeded', 'ConfigurationNeeded', 'ConfigurationAndSWHardeningNeeded'];
const outOfDate: TcbStatus[] = ['OutOfDate', 'OutOfDateConfigurationNeeded'];

/** A quote has no place of its own for a challenge: it stands at the beginning of the report data, zeros after it. */
function challengeTo({ kind }: Attested, { challenge }: Given): { nonce?: Uint8Array; userData?: Uint8Array } {
  if (challenge === null) return {};
  if (kind !== 'sgx' && kind !== 'tdx') return { nonce: challenge };
  const reportData = new Uint8Array(64);
  reportData.set(challenge);
  return { userData: reportData };
}

/** Image and configuration are allowed as a pair (law 10). Where the image is not allowed, that is the reason. */
function bindsConfiguration(said: Attested, allowed: Allowed[] | null): boolean {
  const pairs = allowed?.filter(({ registers }) => measurementsEqual(registers, said.measurement)) ?? [];
  const bound = boundBySigner(said)?.configuration;
  const binds = ({ configuration }: Allowed) =>
    configuration === null || (bound !== undefined && equal(configuration, bound));
  return pairs.length === 0 || pairs.some(binds);
}

/** A signer's keys do not fit a document: it binds their hash, and someone on the way could send other keys beside it. */
function bindsKeys(said: Attested, { keys }: Given): boolean {
  if (keys === null) return true;
  const bound = boundBySigner(said);
  return bound !== null && equal(bound.keys, signerId(keys));
}

/** What a signer of this system binds; null where it is the evidence of something else. */
function boundBySigner({ userData }: Attested): EvidenceUserData | null {
  try {
    return evidenceUserDataCodec.decode(userData ?? new Uint8Array());
  } catch {
    return null;
  }
}

function hexOf(registers: Iterable<readonly [string | number, Uint8Array]>): Record<string, string> {
  return Object.fromEntries([...registers].map(([name, value]) => [name, toHex(value)]));
}

function hexOrNull(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : toHex(bytes);
}

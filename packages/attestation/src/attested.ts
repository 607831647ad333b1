import { equalBytes } from './bytes.ts';

/**
 * What the evidence of any trusted execution environment says, in the terms that all of them share: what the code behind it is
 * judged by, whatever made it. Genuine, but not yet found trustworthy: that is `appraise`.
 */
export interface Attested {
  readonly kind: 'nitro' | 'sgx' | 'tdx' | 'psa';
  /** What runs there, by the platform's own names for its registers, in lowercase. */
  readonly measurement: Registers;
  /** ms since 1970, by the clock of the environment's host; null where this form of evidence carries no time. */
  readonly timestamp: number | null;
  /** The challenge it answers; null where there is none, or no place of its own for one. */
  readonly nonce: Uint8Array | null;
  /** What the code inside had signed along with its measurement. */
  readonly userData: Uint8Array | null;
  /** The host, or whoever holds the debug port, can read what runs there. */
  readonly debug: boolean;
  /** What the platform's maker says of its firmware and microcode; absent where the maker says nothing. */
  readonly tcb?: Tcb;
}

export type Registers = Readonly<Record<string, Uint8Array>>;

/** The maker's judgement of a platform, in Intel's terms (`tcbStatus` of its provisioning certification service). */
export interface Tcb {
  readonly status: TcbStatus;
  /** What this platform is exposed to, by the names of security advisories; sorted. */
  readonly advisories: readonly string[];
}

/** `Revoked` is missing: such a platform's evidence is not genuine any more. */
export type TcbStatus =
  | 'UpToDate'
  | 'SWHardeningNeeded'
  | 'ConfigurationNeeded'
  | 'ConfigurationAndSWHardeningNeeded'
  | 'OutOfDate'
  | 'OutOfDateConfigurationNeeded';

/**
 * Verifies evidence of one form, which arrives as bytes from whoever sends it, against what this verifier trusts. Resolves with
 * what genuine evidence says; whatever else arrives throws an AttestationError of a code that is no AppraisalCode.
 */
export type Verifier<Anchor, Said extends Attested> = (evidence: Uint8Array, anchor: Anchor) => Promise<Said>;

/** Every name that a register of any kind has; of Nitro's, those three say what the image is. */
const REGISTER =
  /^(?:pcr[012]|mrenclave|mrsigner|mrtd|rtmr\d|mrconfigid|mrowner|mrownerconfig|implementation|client|component\d+|signer\d+)$/;

/** Whether an entry of this name is one of a measurement's registers; whatever else stands beside them is not compared. */
export function isRegister(name: string): boolean {
  return REGISTER.test(name);
}

/** The same registers, none missing and none more, with the same contents. */
export function measurementsEqual(a: Registers, b: Registers): boolean {
  const names = Object.keys(a).filter(isRegister);
  const alike = (name: string) => {
    const [one, other] = [a[name], b[name]];
    return one !== undefined && other !== undefined && equalBytes(one, other);
  };
  return names.length > 0 && names.length === Object.keys(b).filter(isRegister).length && names.every(alike);
}

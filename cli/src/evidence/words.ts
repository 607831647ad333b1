import type { Fidelity, TcbStatus } from '@symbolon/attestation';
import type { Judgement } from './judge.ts';

const explanations: Record<string, string> = {
  malformed: 'it is not evidence of a form that is known here',
  algorithm: 'it is signed by an algorithm that this form, or this key, does not use',
  root: 'its certificates do not lead to this root',
  chain: 'one of its certificates was not issued by the one before it, or may not be used so',
  expired: 'something signed was not valid at this time: for old evidence, give its own time with --at',
  revoked: 'a certificate or a platform has been revoked',
  signature: 'its signature does not hold: it was altered, or never signed',
  collateral: 'the collateral is not signed by the maker, or is of another platform',
  platform: 'the maker knows no such platform, module or quoting enclave',
  lifecycle: 'the device is in a state in which its word is worth nothing',
  'pcr-missing': 'a measurement register is missing',
  debug: 'it runs in debug mode: its host reads its memory',
  measurement: 'its measurement is not one of those in the --allow file',
  configuration: 'it binds another configuration than the --allow file has for its measurement',
  stale: 'it is over five minutes old: ask the signer for a new one, or give its own time with --at',
  future: 'it is dated over a minute ahead: one of the two clocks is wrong',
  nonce: 'it does not answer the challenge',
  'user-data': 'its report data is not the challenge',
  tcb: 'the maker says that the platform is out of date: known attacks work on it',
  keys: 'the keys that came with it are not those it binds',
};

/** The judgement for a person: what was proven, and what was not. `trust` says what it was judged under. */
export function judgementInWords(judgement: Judgement, trust: string): string[] {
  const { valid, reasons } = judgement;
  const lines = [valid ? 'VALID' : 'NOT VALID', ...reasons.map((code) => `  ${code}: ${explanations[code] ?? code}`)];
  if (judgement.fidelity === null || judgement.kind === null)
    return [...lines, '', 'Nothing that it says is shown, since none of it can be trusted.'];
  const found = { ...judgement, fidelity: judgement.fidelity, kind: judgement.kind };
  return [...lines, '', ...shown(found), '', 'Proven:', ...proven(found, trust), '', 'Not proven:', ...unproven(found)];
}

type Found = Judgement & { kind: NonNullable<Judgement['kind']>; fidelity: Fidelity };

const forms: Record<Found['kind'], string> = {
  nitro: 'attestation document of the AWS Nitro form',
  sgx: 'quote of an Intel SGX enclave',
  tdx: 'quote of an Intel TDX domain',
  psa: 'PSA attestation token (ARM)',
};

function shown({ kind, fidelity, moduleId, timestamp, measurement, tcb, userData }: Found): string[] {
  const row = (name: string, value: string) => `  ${name.padEnd(14)} ${value}`;
  const registers = Object.entries(measurement ?? {});
  return [
    row('form', forms[kind]),
    row('fidelity', fidelity),
    ...(moduleId === null ? [] : [row('module', moduleId)]),
    ...(timestamp === null ? [] : [row('made', new Date(timestamp).toISOString())]),
    ...registers.map(([name, value]) => row(kind === 'psa' ? name : name.toUpperCase(), value)),
    ...(tcb === null ? [] : [row('platform', [tcb.status, ...tcb.advisories].join(' '))]),
    ...(tcb === null || userData === null ? [] : [row('report data', userData)]),
  ];
}

function proven({ kind, fidelity, reasons, ...judgement }: Found, trust: string): string[] {
  const holds = (compared: boolean, ...codes: string[]) => compared && !codes.some((code) => reasons.includes(code));
  const imageAllowed = holds(judgement.measurementCompared, 'measurement');
  return [
    `  It was signed ${signers[kind === 'nitro' ? fidelity : kind] ?? ''}under ${trust}.`,
    ...(fidelity === 'plain process' || fidelity === 'emulated enclave' ? [noHardware] : []),
    imageAllowed
      ? '  The image that runs is one of those you allow.'
      : '  The registers above are what was measured there.',
    ...(holds(judgement.configurationCompared && imageAllowed, 'configuration')
      ? ['  The configuration it runs under is the one you allow for it.']
      : []),
    ...(holds(judgement.challengeCompared, 'nonce', 'user-data')
      ? ['  It was made after the challenge was chosen: it answers it.']
      : []),
  ];
}

const noHardware = '  No hardware stands behind it: whoever owns the machine can make such documents.';

/** Under a root that is not the maker's own, nothing says who signs. */
const signers: Partial<Record<Fidelity | Found['kind'], string>> = {
  'Nitro hardware': 'by an AWS Nitro security module, ',
  sgx: 'by the quoting enclave of a platform, ',
  tdx: 'by the quoting enclave of a platform, ',
  psa: 'by the root of trust of a device, ',
};

function unproven({ fidelity, tcb, ...judgement }: Found): string[] {
  return [
    judgement.measurementCompared
      ? '  That the allowed image does what it should: that is for whoever reviewed and built it.'
      : '  Which image is the right one: NO MEASUREMENT WAS COMPARED. Give the expected one with --allow FILE.',
    ...(judgement.configuration !== null && !judgement.configurationCompared
      ? [`  Which configuration is the right one: none was compared. It binds ${judgement.configuration}.`]
      : []),
    ...(judgement.challengeCompared ? [] : [unchallenged(judgement)]),
    ...(judgement.debug ? ['  Any secrecy: in debug mode the host reads the memory.'] : []),
    ...(tcb === null || tcb.status === 'UpToDate'
      ? []
      : [`  ${platformGaps[tcb.status]}: ${tcb.advisories.join(', ')}.`]),
    ...(fidelity === 'verification only'
      ? ['  That anything of this system runs there: it verifies this form of evidence, and has no image for it yet.']
      : []),
    ...(fidelity === 'other root' ? ['  What stands behind that root: its owner knows.'] : []),
  ];
}

function unchallenged({ timestamp }: Pick<Judgement, 'timestamp'>): string {
  return timestamp === null
    ? '  When it was made: this form carries no time, and NO CHALLENGE WAS COMPARED. Give the one you chose with --nonce HEX.'
    : '  That it was made for you: no challenge was compared, so it may be a copy of the last minutes.';
}

const platformGaps: Record<Exclude<TcbStatus, 'UpToDate'>, string> = {
  SWHardeningNeeded: "That the enclave's own code closes what the platform leaves open",
  ConfigurationNeeded: "That the host's settings close what the platform leaves open",
  ConfigurationAndSWHardeningNeeded:
    "That the host's settings and the enclave's own code close what the platform leaves open",
  OutOfDate: 'Any secrecy against attacks that are known',
  OutOfDateConfigurationNeeded: 'Any secrecy against attacks that are known',
};

import type { Judgement } from './judge.ts';

const explanations: Record<string, string> = {
  malformed: 'it is not an attestation document of the Nitro form',
  algorithm: 'it is signed by an algorithm that this form does not use',
  root: 'its certificates do not lead to this root',
  chain: 'one of its certificates was not issued by the one before it',
  expired: 'a certificate was not valid at this time: for an old document, give its own time with --at',
  signature: 'its signature does not hold: the document was altered, or never signed',
  'pcr-missing': 'a measurement register is missing',
  debug: 'the enclave runs in debug mode: its host reads its memory',
  measurement: 'its measurement is not one of those in the --allow file',
  stale: 'it is over five minutes old: ask the signer for a new one, or give its own time with --at',
  future: 'it is dated over a minute ahead: one of the two clocks is wrong',
  keys: 'the keys that came with it are not those it binds',
};

/** The judgement for a person: what was proven, and what was not. */
export function judgementInWords(judgement: Judgement, root: string): string[] {
  const { valid, reasons, timestamp, moduleId, pcrs, measurementCompared } = judgement;
  const lines = [valid ? 'VALID' : 'NOT VALID', ...reasons.map((code) => `  ${code}: ${explanations[code] ?? code}`)];
  if (timestamp === null || pcrs === null)
    return [...lines, '', 'Nothing that it says is shown, since none of it can be trusted.'];
  lines.push(
    '',
    `  module       ${moduleId}`,
    `  made         ${new Date(timestamp).toISOString()}`,
    ...['0', '1', '2'].map((index) => `  PCR${index}         ${pcrs[index]}`),
    '',
    'Proven:',
    `  ${genuine(root)}`,
    measurementCompared && !reasons.includes('measurement')
      ? '  The image that runs is one of those you allow.'
      : '  The registers above are what that module measured.',
    '',
    'Not proven:',
    measurementCompared
      ? '  That the allowed image does what it should: that is for whoever reviewed and built it.'
      : '  Which image is the right one: NO MEASUREMENT WAS COMPARED. Give the expected one with --allow FILE.',
  );
  if (judgement.debug) lines.push('  Any secrecy: in debug mode the host reads the memory.');
  return lines;
}

function genuine(root: string): string {
  if (root === 'aws') return "The document was signed by an AWS Nitro security module, under AWS's own root.";
  if (root === 'dev') {
    return 'The document was signed under the development root of this system. No hardware stands behind it: whoever owns the\n  machine can make such documents.';
  }
  return `The document was signed under the root in ${root}.`;
}

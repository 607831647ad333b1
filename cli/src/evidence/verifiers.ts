import {
  AttestationError,
  type Attested,
  type EvidenceForm,
  type Fidelity,
  fidelityOf,
  parsePsaKey,
  verifyDocument,
  verifyPsaToken,
  verifyQuote,
} from '@symbolon/attestation';
import { CliError } from '../errors.ts';
import type { Common } from '../options.ts';
import { readFile, readRoots } from './inputs.ts';

/** What the person trusts, each form by another thing. */
export interface Anchors extends Common {
  root?: string;
  collateral?: string;
  key?: string;
}

/** A form's verifier with all that it judges by, except the evidence. */
export interface Chosen {
  /** Throws AttestationError. */
  verify(document: Uint8Array): Promise<Attested>;
  /** What stands behind evidence that has verified. */
  fidelity(said: Attested): Fidelity;
  /** What it is trusted by, in words that go after "under". */
  trust: string;
}

/** The production verifier for evidence of this form, as of `at` (ms). Throws CliError where something it needs was not given. */
export async function chooseVerifier(form: EvidenceForm, anchors: Anchors, at: number): Promise<Chosen> {
  switch (form) {
    case 'nitro': {
      const { roots, trust } = rootsOf(anchors, 'aws');
      return {
        verify: (bytes) => verifyDocument(bytes, { roots, at }),
        fidelity: (said) => fidelityOf(said, roots),
        trust,
      };
    }
    case 'quote': {
      const { roots, trust } = rootsOf(anchors, 'intel');
      const collateral = needed(
        anchors.collateral,
        'collateral',
        "what Intel's provisioning certification service says",
      );
      return {
        verify: (bytes) => verifyQuote(bytes, { roots, at, collateral }),
        fidelity: (said) => fidelityOf(said, roots),
        trust,
      };
    }
    case 'psa': {
      const key = await readKey(needed(anchors.key, 'key', "the device's key, as a JWK"), anchors.key ?? '');
      // Whoever can check a MAC could have made it.
      const trust = `the ${key.cose === 'mac0' ? 'secret, known to whoever checks it,' : 'key'} in ${anchors.key}`;
      return { verify: (bytes) => verifyPsaToken(bytes, { key }), fidelity: (said) => fidelityOf(said, []), trust };
    }
  }
}

const rootNames: Record<string, string> = {
  aws: "AWS's own root",
  intel: "Intel's own root",
  dev: 'the development root of this system',
};

function rootsOf(anchors: Anchors, usual: string) {
  const root = anchors.root ?? usual;
  return { roots: readRoots(root, anchors), trust: rootNames[root] ?? `the root in ${root}` };
}

function needed(path: string | undefined, option: string, what: string): Uint8Array {
  if (path !== undefined) return Uint8Array.from(readFile(path));
  throw new CliError(`${option}-missing`, `Evidence of this form needs ${what}.`, `Give it with --${option} FILE.`);
}

async function readKey(text: Uint8Array, path: string) {
  try {
    return await parsePsaKey(new TextDecoder().decode(text));
  } catch (error) {
    if (!(error instanceof AttestationError)) throw error;
    const hint =
      'It should be a JWK: an EC key on P-256, P-384 or P-521, or an oct key with alg HS256, HS384 or HS512.';
    throw new CliError('key-invalid', `${path} holds no key of a device.`, hint);
  }
}

import {
  AttestationError,
  appraise,
  awsNitroRoot,
  type Fidelity,
  fidelityOf,
  type Measurement,
  measurementsEqual,
  verifyDocument,
} from '@symbolon/attestation';
import { equal, toHex } from '@symbolon/crypto';
import {
  type AllowedPair,
  configurationHash,
  type Deployment,
  type Evidence,
  evidenceLife,
  evidenceUserDataCodec,
  ProtocolError,
  type SignerKeys,
  signerConfigurationOf,
  signerId,
} from '@symbolon/protocol';
import { BoundedMap } from './bounded.ts';
import { Refusal } from './errors.ts';

/** A running signer whose evidence this party has verified itself. */
export interface VerifiedSigner {
  id: Uint8Array;
  keys: SignerKeys;
  /** What stands behind its evidence, by the root that it chains to. */
  fidelity: Fidelity;
  /** ms; from then on nothing is let go to it without new evidence. */
  expires: number;
}

/** Verifies signers' evidence (design 4) for one party: own roots, own list of what is allowed, own clock. */
export class EvidenceVerifier {
  readonly #roots: Uint8Array[];
  readonly #configuration: Uint8Array;
  readonly #allowed: () => readonly AllowedPair[];
  readonly #now: () => number;
  readonly #signers = new BoundedMap<string, { signer: VerifiedSigner; measurement: Measurement }>(64);

  /**
   * `allowed` is asked anew each time: a withdrawal counts at once. Throws Refusal for a production deployment that pins another
   * root than hardware's: only a deployment born as development believes a development root.
   */
  constructor(deployment: Deployment, allowed: () => readonly AllowedPair[], now: () => number) {
    this.#roots = deployment.attestationRoots.map((root) => Uint8Array.from(atob(root), (char) => char.charCodeAt(0)));
    if (deployment.mode === 'production' && !this.#roots.every((root) => equal(root, awsNitroRoot))) {
      throw new Refusal('evidence-not-allowed', 'A production deployment pins the root of AWS Nitro and no other.');
    }
    this.#configuration = configurationHash(signerConfigurationOf(deployment));
    this.#allowed = allowed;
    this.#now = now;
  }

  /** Throws Refusal `evidence-invalid` or `evidence-not-allowed`. */
  async present({ document, keys }: Evidence): Promise<VerifiedSigner> {
    const at = this.#now();
    const id = signerId(keys);
    try {
      const attestation = await verifyDocument(document, { roots: this.#roots, at });
      const bound = evidenceUserDataCodec.decode(attestation.userData ?? new Uint8Array());
      if (!equal(bound.keys, id)) throw new Refusal('evidence-invalid', 'The evidence is of other keys.');
      appraise(attestation, { at, measurements: this.#measurements(bound.configuration), maxAgeMs: evidenceLife });
      const fidelity = fidelityOf(attestation, this.#roots);
      const signer = { id, keys, fidelity, expires: attestation.timestamp + evidenceLife };
      this.#signers.set(toHex(id), { signer, measurement: attestation.measurement });
      return signer;
    } catch (error) {
      throw asRefusal(error);
    }
  }

  /** The signer of this id, if its evidence is at hand, fresh and still allowed. Throws Refusal `signer-unknown`. */
  current(id: Uint8Array): VerifiedSigner {
    const known = this.#signers.get(toHex(id));
    if (known !== undefined && known.signer.expires > this.#now()) {
      const { signer, measurement } = known;
      if (this.#measurements(this.#configuration).some((one) => measurementsEqual(one, measurement))) return signer;
    }
    throw new Refusal('signer-unknown', 'No fresh evidence of this signer is at hand.');
  }

  /** What may run under this configuration; nothing under another deployment's. */
  #measurements(configuration: Uint8Array): Measurement[] {
    if (!equal(configuration, this.#configuration)) return [];
    return this.#allowed().filter((pair) => equal(pair.configuration, configuration));
  }
}

function asRefusal(error: unknown): unknown {
  if (error instanceof AttestationError) {
    const reason = error.code === 'measurement' ? 'evidence-not-allowed' : 'evidence-invalid';
    return new Refusal(reason, `The evidence is not acceptable: ${error.code}.`);
  }
  if (error instanceof ProtocolError) return new Refusal('evidence-invalid', 'The evidence binds something else.');
  return error;
}

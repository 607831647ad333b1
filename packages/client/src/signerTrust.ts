import type { Deployment } from '@symbolon/protocol';
import { type Evidence, evidenceCodec, paths } from '@symbolon/protocol';
import { EvidenceVerifier, Refusal, type VerifiedSigner } from '@symbolon/verify';
import { ClientError } from './errors.ts';
import { type Parties, readAnswer } from './parties.ts';
import type { Statements } from './statements.ts';

/** The running signer as this device verified it, and the evidence to show to a store that does not know it. */
export interface TrustedSigner extends VerifiedSigner {
  evidence: Uint8Array;
}

/** Evidence that ends within this, ms, is fetched anew: a store would refuse it on the way. */
const margin = 30_000;

/** Whom the device seals to: it verifies the signer's evidence itself before it sends anything (law 2). */
export class SignerTrust {
  readonly #parties: Parties;
  readonly #statements: Statements;
  readonly #verifier: EvidenceVerifier;
  readonly #now: () => number;
  #current: TrustedSigner | null = null;
  #pending: Promise<TrustedSigner> | null = null;

  constructor(deployment: Deployment, parties: Parties, statements: Statements, now: () => number) {
    this.#parties = parties;
    this.#statements = statements;
    this.#verifier = new EvidenceVerifier(deployment, () => statements.allowed(), now);
    this.#now = now;
  }

  /** The signer, its evidence at most five minutes old. Throws ClientError `evidence-refused` and as Statements do. */
  async current(): Promise<TrustedSigner> {
    const known = this.#current;
    if (known === null || known.expires <= this.#now() + margin) return this.renewed();
    await this.#statements.fresh();
    return this.#stillAllowed(known) ? known : this.renewed();
  }

  /** The signer by evidence fetched now: after a restart it has other keys. All who wait share one fetch. */
  async renewed(): Promise<TrustedSigner> {
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = null;
    });
    this.#current = await this.#pending;
    return this.#current;
  }

  #stillAllowed({ id }: TrustedSigner): boolean {
    try {
      this.#verifier.current(id);
      return true;
    } catch (error) {
      if (error instanceof Refusal) return false;
      throw error;
    }
  }

  async #fetch(): Promise<TrustedSigner> {
    const [bytes] = await Promise.all([this.#parties.get('signer', paths.evidence), this.#statements.fresh()]);
    const evidence = readAnswer('signer', evidenceCodec, bytes);
    return { ...(await this.#present(evidence)), evidence: bytes };
  }

  async #present(evidence: Evidence): Promise<VerifiedSigner> {
    try {
      return await this.#verifier.present(evidence);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.reason !== 'evidence-not-allowed') throw refused(error);
    }
    // It may have been admitted since the list was read.
    await this.#statements.refresh();
    return this.#verifier.present(evidence).catch((error) => {
      throw error instanceof Refusal ? refused(error) : error;
    });
  }
}

function refused(refusal: Refusal): ClientError {
  return new ClientError('evidence-refused', `The signer's evidence was refused: ${refusal.detail}`, {
    party: 'signer',
    reason: refusal.reason,
  });
}

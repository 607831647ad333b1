import { equal, sha256, utf8 } from '@symbolon/crypto';
import { clockSkew, type ParsedProof, ProtocolError, parseProof } from '@symbolon/protocol';
import { Refusal } from './errors.ts';
import type { SignatureChecks } from './signatures.ts';

/** What a proof has to be about. */
export interface ProofExpectation {
  /** The recipient's own address for this message (RFC 9449, 4.3, 9). */
  htu: string;
  token: string;
  rh: Uint8Array;
  message: Uint8Array;
}

/** Proofs seen within the time in which they are accepted. Two generations, so that forgetting is cheap. */
class ReplayWindow {
  #current = new Set<string>();
  #before = new Set<string>();
  #turned = 0;

  /** False if it was seen before. */
  admit(id: string, now: number): boolean {
    if (now - this.#turned > 2 * clockSkew) {
      this.#before = this.#current;
      this.#current = new Set();
      this.#turned = now;
    }
    if (this.#current.has(id) || this.#before.has(id)) return false;
    this.#current.add(id);
    return true;
  }
}

/** Verifies device proofs (RFC 9449, 4.3) for one party. */
export class ProofVerifier {
  readonly #checks: SignatureChecks;
  readonly #now: () => number;
  readonly #seen = new ReplayWindow();

  constructor(checks: SignatureChecks, now: () => number) {
    this.#checks = checks;
    this.#now = now;
  }

  /**
   * The device key that made the proof: P-256 X || Y, 64 bytes. Whether it is enrolled is the caller's next question.
   * Throws Refusal `proof-invalid`, `proof-stale`, `proof-mismatch` or `proof-replayed`.
   */
  verify(proof: string, expected: ProofExpectation): Uint8Array {
    const { claims, key, signingInput, signature } = parsed(proof);
    const now = this.#now();
    if (Math.abs(now - claims.iat * 1_000) > clockSkew) throw new Refusal('proof-stale', 'The proof is not of now.');
    const matches =
      claims.htu === expected.htu &&
      equal(claims.ath, sha256(utf8(expected.token))) &&
      equal(claims.rh, expected.rh) &&
      equal(claims.msg, sha256(expected.message));
    if (!matches) throw new Refusal('proof-mismatch', 'The proof is about something else.');
    if (!this.#checks.es256(key, signingInput, signature))
      throw new Refusal('proof-invalid', 'The proof is not signed.');
    if (!this.#seen.admit(claims.jti, now)) throw new Refusal('proof-replayed', 'The proof was used.');
    return key;
  }
}

function parsed(proof: string): ParsedProof {
  try {
    return parseProof(proof);
  } catch (error) {
    if (error instanceof ProtocolError) throw new Refusal('proof-invalid', 'The proof is not of the expected form.');
    throw error;
  }
}

import { Secret, sha256 } from '@symbolon/crypto';
import { hkdfExpand, hkdfExtract } from '@symbolon/crypto/native';
import { type Curve, commitmentPrefix, curvesInOrder, rotationInfo, shareLength } from '@symbolon/protocol';

/** R of each curve that a wallet has: what turns its shares of one epoch into those of the next. */
export type Turn = Partial<Record<Curve, Secret>>;

/**
 * What kms and cloud agree on for one attempt, from a secret of each. Who knows it can tell a wallet's new shares from its old
 * ones: it is as secret as a share, and wiped as soon as both have prepared.
 */
export class RotationKey implements Disposable {
  readonly #deployment: string;
  readonly #key: Secret;

  /** Takes neither secret over: 32 bytes each, the cloud's first. */
  constructor(deployment: string, attempt: Uint8Array, cloud: Secret, kms: Secret) {
    this.#deployment = deployment;
    this.#key = hkdfExtract(attempt, cloud, kms);
  }

  /** R of one wallet's new epoch, to be wiped by the caller. */
  turn(wallet: Uint8Array, epoch: number, curves: readonly Curve[]): Turn {
    const one = (curve: Curve) =>
      hkdfExpand(this.#key, rotationInfo(this.#deployment, wallet, epoch, curve), shareLength);
    return Object.fromEntries(curves.map((curve) => [curve, one(curve)]));
  }

  /** By which the two stores see that they came to the same R without showing it. 32 bytes. */
  commitment(wallet: Uint8Array, epoch: number, turn: Turn): Uint8Array {
    const parts = curvesInOrder.flatMap((curve) => turn[curve] ?? []);
    const prefix = commitmentPrefix(this.#deployment, wallet, epoch);
    using whole = Secret.alloc(prefix.length + parts.length * shareLength);
    const bytes = whole.expose();
    bytes.set(prefix);
    for (const [index, part] of parts.entries()) bytes.set(part.expose(), prefix.length + index * shareLength);
    return sha256(bytes);
  }

  [Symbol.dispose](): void {
    this.#key.wipe();
  }
}

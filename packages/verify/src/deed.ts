import { equal, toBase64url, toHex } from '@symbolon/crypto';
import {
  type Deed,
  type DeedChain,
  type DeedDevice,
  type DeedVersion,
  deedChange,
  deedCodec,
  deedHash,
  enrolledDevice,
  identityHash,
  type MailConfirmation,
  mailConfirmationStatement,
  openStatement,
  ProtocolError,
  signInLife,
  tagged,
  thumbprint,
} from '@symbolon/protocol';
import { BoundedMap } from './bounded.ts';
import { Refusal } from './errors.ts';
import type { SignatureChecks } from './signatures.ts';
import type { Identity } from './token.ts';

/** A wallet's record as a chain of versions shows it. */
export interface VerifiedDeed {
  wallet: Uint8Array;
  deed: Deed;
  head: Uint8Array;
}

export interface DeedRoots {
  deployment: string;
  /** Ed25519 keys of the two stores: both vouch for a mailbox recovery. */
  kms: Uint8Array;
  cloud: Uint8Array;
}

/** Verifies deeds from their first version on, and remembers the heads it has verified. */
export class DeedVerifier {
  readonly #roots: DeedRoots;
  readonly #checks: SignatureChecks;
  readonly #verified = new BoundedMap<string, VerifiedDeed>(20_000);

  constructor(roots: DeedRoots, checks: SignatureChecks) {
    this.#roots = roots;
    this.#checks = checks;
  }

  /** What was verified before under this head, if it is still remembered. */
  known(wallet: Uint8Array, head: Uint8Array): VerifiedDeed | undefined {
    return this.#verified.get(nameOf(wallet, head));
  }

  /** Law 4: the wallet id is the hash of the first version, and each later one is vouched for. Throws Refusal `deed-invalid`. */
  verify(wallet: Uint8Array, chain: DeedChain): VerifiedDeed {
    const last = chain[chain.length - 1];
    if (last === undefined) throw invalid();
    // A head's bytes fix its whole past by `previous`; that past was vouched for when the head was first seen.
    const name = nameOf(wallet, deedHash(last.body));
    const known = this.#verified.get(name);
    if (known !== undefined) return known;
    const verified = this.#verifyChain(wallet, chain);
    this.#verified.set(name, verified);
    return verified;
  }

  /** The record with one version more. Throws Refusal `deed-invalid`. */
  extend(before: VerifiedDeed, version: DeedVersion): VerifiedDeed {
    try {
      const deed = deedCodec.decode(version.body);
      const head = deedHash(version.body);
      const change = deedChange(before.deed, before.head, deed);
      const { authority } = version;
      if (authority.by === 'device') {
        const author = enrolledDevice(before.deed, authority.key);
        // A key of an embedded page may sign for its origin, and never change who else may.
        if (author === null || author.origin !== null) throw invalid();
        if (!this.#checks.es256(author.key, tagged('deed', version.body), authority.signature)) throw invalid();
        if (change.kind === 'enrol' && change.device.how !== 'approval') throw invalid();
      } else if (authority.by === 'mail') {
        if (change.kind !== 'enrol' || change.device.how !== 'mail' || change.device.origin !== null) throw invalid();
        this.checkConfirmation(authority.kms, this.#roots.kms, before.wallet, head, change.device);
        this.checkConfirmation(authority.cloud, this.#roots.cloud, before.wallet, head, change.device);
      } else {
        throw invalid();
      }
      return { wallet: before.wallet, deed, head };
    } catch (error) {
      if (error instanceof ProtocolError) throw invalid();
      throw error;
    }
  }

  /** One store's word for a mailbox recovery: exactly this version, exactly this key. Throws Refusal `deed-invalid`. */
  checkConfirmation(
    signed: { body: Uint8Array; signature: Uint8Array },
    store: Uint8Array,
    wallet: Uint8Array,
    head: Uint8Array,
    device: DeedDevice,
  ): MailConfirmation {
    const says = openStatement(mailConfirmationStatement, signed, store, this.#checks.ed25519);
    const right =
      says !== null &&
      says.deployment === this.#roots.deployment &&
      equal(says.wallet, wallet) &&
      equal(says.deed, head) &&
      equal(says.key, thumbprint(device.key));
    if (!right) throw invalid();
    return says;
  }

  #verifyChain(wallet: Uint8Array, chain: DeedChain): VerifiedDeed {
    const [first, ...later] = chain;
    if (first === undefined) throw invalid();
    return later.reduce((before, version) => this.extend(before, version), this.#first(wallet, first));
  }

  #first(wallet: Uint8Array, version: DeedVersion): VerifiedDeed {
    const head = deedHash(version.body);
    const deed = decoded(version.body);
    const [device] = deed.devices;
    const right =
      equal(head, wallet) &&
      version.authority.by === 'creation' &&
      deed.deployment === this.#roots.deployment &&
      deed.number === 1 &&
      deed.previous === null &&
      deed.revoked.length === 0 &&
      deed.devices.length === 1 &&
      device?.how === 'creation' &&
      device.origin === null;
    if (!right) throw invalid();
    return { wallet, deed, head };
  }
}

/** The token is of the person whose deed this is. Throws Refusal `token-identity`. */
export function checkIdentity(deed: Deed, salt: Uint8Array, identity: Identity): void {
  if (!equal(deed.identity, identityHash(salt, identity.issuer, identity.subject))) {
    throw new Refusal('token-identity', "The token is not of this wallet's person.");
  }
}

/** The key is enrolled now, and may be used by this origin. Throws Refusal `device-unknown` or `device-scope`. */
export function checkDevice(deed: Deed, key: Uint8Array, origin: string | null): DeedDevice {
  const device = enrolledDevice(deed, key);
  if (device === null) throw new Refusal('device-unknown', 'The device is not enrolled.');
  if (device.origin !== null && device.origin !== origin)
    throw new Refusal('device-scope', 'The device is of another origin.');
  return device;
}

/** The origin that an enrolled key is bound to; null for the wallet's own devices, and for keys that are not enrolled. */
export const enrolledOrigin = (deed: Deed, key: Uint8Array): string | null => enrolledDevice(deed, key)?.origin ?? null;

/** The person signed in just now, for this very key: what lets a key in (law 3). Throws Refusal `token-nonce` or `sign-in-too-old`. */
export function checkSignInFor(identity: Identity, key: Uint8Array, now: number): void {
  if (identity.nonce !== toBase64url(thumbprint(key)))
    throw new Refusal('token-nonce', 'The token was not issued for this key.');
  if (identity.signedInAt === null || identity.signedInAt < now - signInLife) {
    throw new Refusal('sign-in-too-old', 'The sign-in is too long ago.');
  }
}

const nameOf = (wallet: Uint8Array, head: Uint8Array) => `${toHex(wallet)}${toHex(head)}`;

function decoded(body: Uint8Array): Deed {
  try {
    return deedCodec.decode(body);
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid();
    throw error;
  }
}

const invalid = () => new Refusal('deed-invalid', 'The deed does not lead from its wallet id to here.');

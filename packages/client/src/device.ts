import { toBase64url } from '@symbolon/crypto';
import {
  codec,
  type Deployment,
  type Signed,
  signedCodec,
  thumbprint,
  type WalletRecord,
  walletRecord,
} from '@symbolon/protocol';
import { DeedVerifier } from '@symbolon/verify';
import { type Attempt, attemptForm } from './attempt.ts';
import type { DeviceCrypto } from './deviceCrypto.ts';
import type { DeviceKey } from './deviceKey.ts';
import type { Lock } from './lock.ts';
import type { Parties } from './parties.ts';
import { Prover } from './prover.ts';
import type { SignerTrust } from './signerTrust.ts';
import { type DeviceStorage, Stored } from './storage.ts';

/** Gives an ID token that is fresh now. Throws ClientError `not-signed-in`, `session-ended`, `party-unreachable`. */
export interface TokenSource {
  token(): Promise<string>;
}

export interface DeviceParts {
  deployment: Deployment;
  storage: DeviceStorage;
  key: DeviceKey;
  crypto: DeviceCrypto;
  tokens: TokenSource;
  parties: Parties;
  signers: SignerTrust;
  lock: Lock;
  /** ms */
  now: () => number;
  /** As the deed names it to the person's other devices. */
  name: string;
  /** Who asks, where a request does not say: the wallet's own origin, or a command line's name. */
  origin: string;
}

/** One device of a person: its key, what it keeps, whom it asks. Every flow is a function of it. */
export class Device {
  readonly deployment: Deployment;
  readonly storage: DeviceStorage;
  readonly key: DeviceKey;
  readonly crypto: DeviceCrypto;
  readonly tokens: TokenSource;
  readonly parties: Parties;
  readonly signers: SignerTrust;
  readonly lock: Lock;
  readonly now: () => number;
  readonly name: string;
  readonly origin: string;
  readonly prover: Prover;
  readonly deeds: DeedVerifier;
  /** RFC 7638 hash of the device key, 32 bytes. */
  readonly thumbprint: Uint8Array;

  constructor(parts: DeviceParts) {
    this.deployment = parts.deployment;
    this.storage = parts.storage;
    this.key = parts.key;
    this.crypto = parts.crypto;
    this.tokens = parts.tokens;
    this.parties = parts.parties;
    this.signers = parts.signers;
    this.lock = parts.lock;
    this.now = parts.now;
    this.name = parts.name;
    this.origin = parts.origin;
    this.prover = new Prover(parts.key, parts.now);
    const { id, kms, cloud } = parts.deployment;
    this.deeds = new DeedVerifier({ deployment: id, kms: kms.signing, cloud: cloud.signing }, parts.crypto.checks);
    this.thumbprint = thumbprint(parts.key.point);
  }

  /** What a token's nonce must be to enrol this device. */
  get nonce(): string {
    return toBase64url(this.thumbprint);
  }

  /** What one person's wallet left here. */
  memoryOf(person: string): WalletMemory {
    const name = (what: string) => `${this.deployment.id}.${person}.${what}`;
    return {
      record: new Stored<WalletRecord>(this.storage, name('wallet'), recordForm),
      receipt: new Stored<Signed>(this.storage, name('receipt'), signedCodec),
      attempt: new Stored<Attempt>(this.storage, name('attempt'), attemptForm),
    };
  }
}

/** What a device must not forget of a wallet: served something older, it refuses. */
export interface WalletMemory {
  /** The newest record seen. */
  record: Stored<WalletRecord>;
  /** The newest receipt seen: it fixes all before it. */
  receipt: Stored<Signed>;
  /** A creation under way. */
  attempt: Stored<Attempt>;
}

const recordForm = codec('walletRecord', walletRecord);

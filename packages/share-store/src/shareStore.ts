import type { HpkeRecipient } from '@symbolon/crypto';
import { concat, type Secret, utf8 } from '@symbolon/crypto';
import type { SigningKey } from '@symbolon/crypto/native';
import { type Curve, type Deployment, type Store, shareLength } from '@symbolon/protocol';
import {
  Authoriser,
  DeedVerifier,
  type EvidenceVerifier,
  ProofVerifier,
  Refusal,
  TokenVerifier,
  type VerifiedDeed,
} from '@symbolon/verify';
import { SignerChannels } from './channels.ts';
import { nativeChecks } from './nativeChecks.ts';
import type { KeyVault } from './vault.ts';
import type { StoredShares, WalletRow, WalletStore } from './walletStore.ts';

export interface ShareStoreParts {
  store: Store;
  deployment: Deployment;
  wallets: WalletStore;
  vault: KeyVault;
  signing: SigningKey;
  sealing: HpkeRecipient;
  evidence: EvidenceVerifier;
  /** ms */
  now: () => number;
}

/**
 * What kms and cloud have in common as keepers of one share each: their own verifiers of everything, their own vault, their own
 * keys. They share this code and nothing that runs.
 */
export class ShareStore {
  readonly store: Store;
  readonly deployment: Deployment;
  readonly wallets: WalletStore;
  readonly signing: SigningKey;
  readonly sealing: HpkeRecipient;
  readonly evidence: EvidenceVerifier;
  readonly tokens: TokenVerifier;
  readonly authoriser: Authoriser;
  readonly deeds: DeedVerifier;
  readonly channels: SignerChannels;
  readonly now: () => number;
  readonly #vault: KeyVault;

  constructor(parts: ShareStoreParts) {
    const { store, deployment, wallets, vault, signing, sealing, evidence, now } = parts;
    this.store = store;
    this.deployment = deployment;
    this.wallets = wallets;
    this.signing = signing;
    this.sealing = sealing;
    this.evidence = evidence;
    this.now = now;
    this.channels = new SignerChannels(store === 'kms' ? 'share-kms' : 'share-cloud', deployment.id, now);
    this.#vault = vault;
    this.tokens = new TokenVerifier(deployment.issuers, now);
    this.authoriser = new Authoriser(deployment.id, this.tokens, new ProofVerifier(nativeChecks, now), now);
    const roots = { deployment: deployment.id, kms: deployment.kms.signing, cloud: deployment.cloud.signing };
    this.deeds = new DeedVerifier(roots, nativeChecks);
  }

  /** This party's own address: what a proof for it names. */
  get url(): string {
    return this.deployment[this.store].url;
  }

  /** A wallet with its verified deed. Throws Refusal `wallet-unknown`. */
  wallet(id: Uint8Array): { row: WalletRow; verified: VerifiedDeed } {
    const row = this.wallets.find(id);
    if (row === null) throw new Refusal('wallet-unknown', 'No such wallet here.');
    // Reading the chain is left out where its head has been verified before.
    const verified = this.deeds.known(id, row.head) ?? this.deeds.verify(id, this.wallets.deed(id));
    return { row, verified };
  }

  /** Encrypts new shares under a new individual key. */
  async protect(wallet: Uint8Array, epoch: number, shares: Partial<Record<Curve, Secret>>): Promise<StoredShares> {
    const context = this.#context(wallet, epoch);
    const key = await this.#vault.createKey(context);
    const sealed: StoredShares['sealed'] = {};
    for (const [curve, share] of entries(shares)) sealed[curve] = await this.#vault.protect(key, context, curve, share);
    return { key, sealed };
  }

  /** The stored shares of these curves, in this order, to be wiped by the caller. Throws Refusal `share-mismatch`. */
  async open(wallet: Uint8Array, epoch: number, curves: readonly Curve[]): Promise<Secret[]> {
    const stored = this.wallets.shares(wallet, epoch);
    const context = this.#context(wallet, epoch);
    const opened: Secret[] = [];
    try {
      for (const curve of curves) {
        const sealed = stored?.sealed[curve];
        if (!stored || sealed === undefined) throw new Refusal('share-mismatch', 'No share of this curve and epoch.');
        const share = await this.#vault.open(stored.key, context, curve, sealed);
        opened.push(share);
        if (share.length !== shareLength) throw new Refusal('share-mismatch', 'The stored share is of another length.');
      }
      return opened;
    } catch (error) {
      for (const share of opened) share.wipe();
      throw error;
    }
  }

  #context(wallet: Uint8Array, epoch: number): Uint8Array {
    return shareContext(this.deployment.id, this.store, wallet, epoch);
  }
}

/** What keys and shares of one wallet and epoch are bound to in their vault. */
export const shareContext = (deployment: string, store: Store, wallet: Uint8Array, epoch: number): Uint8Array =>
  concat(utf8(`${deployment}/${store}/${epoch}/`), wallet);

const entries = (shares: Partial<Record<Curve, Secret>>) => Object.entries(shares) as [Curve, Secret][];

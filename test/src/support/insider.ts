import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { concat, Secret, utf8 } from '@symbolon/crypto';
import { hpkeXWing, type SigningKey } from '@symbolon/crypto/native';
import {
  type Curve,
  packShare,
  type ShareHeader,
  type ShareRequest,
  type Store,
  sealInfo,
  thumbprint,
} from '@symbolon/protocol';
import { EmbeddedVault, loadKeys } from '../../../packages/share-store/src/index.ts';
import type { HandWallet } from './creation.ts';
import type { Hand } from './hand.ts';
import { storeFile, withStore } from './records.ts';
import type { Prepared } from './signing.ts';
import type { RunningSigner, World } from './world.ts';

type StoredWallet = Pick<HandWallet, 'id' | 'epoch'>;

/** Who runs a store, with everything that lies in its folder: its keys and its file. */
export class Insider {
  readonly #world: World;
  readonly #store: Store;
  readonly signing: SigningKey;
  readonly #vault: EmbeddedVault;

  constructor(world: World, store: Store) {
    this.#world = world;
    this.#store = store;
    const keys = loadKeys(join(world.devnet.home[store], 'data'));
    this.signing = keys.signing;
    this.#vault = new EmbeddedVault(keys.root);
  }

  /** The share as it lies in the store, decrypted with the store's own root key. */
  async readShare(wallet: StoredWallet, curve: Curve): Promise<Uint8Array> {
    const { key, sealed } = withStore(this.#world, this.#store, (database) => this.#stored(database, wallet, curve));
    using share = await this.#vault.open(key, this.#context(wallet), curve, sealed);
    return share.expose().slice();
  }

  /** Puts another share in its place, as properly encrypted as the one before. The store's process must not run. */
  async writeShare(wallet: StoredWallet, curve: Curve, share: Uint8Array): Promise<void> {
    const database = new DatabaseSync(storeFile(this.#world, this.#store));
    try {
      const { key } = this.#stored(database, wallet, curve);
      using secret = Secret.take(share.slice());
      const sealed = await this.#vault.protect(key, this.#context(wallet), curve, secret);
      const sql = 'UPDATE shares SET sealed = ? WHERE wallet = ? AND epoch = ? AND curve = ?';
      database.prepare(sql).run(sealed, wallet.id, wallet.epoch, curve);
    } finally {
      database.close();
    }
  }

  /** Any share at all, sealed to a signer under the store's own signature and whatever it cares to say about it. */
  async seal(hand: Hand, request: Prepared, signer: RunningSigner, share: Uint8Array, says: Partial<ShareHeader> = {}) {
    return this.sealAsAsked(request.share, signer, share, { device: thumbprint(hand.key.point), ...says });
  }

  /** The same for an asker of whom the store knows the message alone. */
  async sealAsAsked(
    asked: ShareRequest,
    signer: RunningSigner,
    share: Uint8Array,
    says: Partial<ShareHeader> & Pick<ShareHeader, 'device'>,
  ) {
    const { expires: _, ...common } = asked;
    const header: ShareHeader = {
      ...common,
      store: this.#store,
      at: Date.now(),
      issuerKeys: [await this.#world.issuer.thumbprint()],
      receipt: null,
      ...says,
    };
    using secret = Secret.take(share.slice());
    using packed = packShare(header, [secret], this.signing);
    const purpose = this.#store === 'kms' ? 'share-kms' : 'share-cloud';
    const info = sealInfo(purpose, this.#world.deployment.id);
    using channel = hpkeXWing.sequence(signer.keys.sealing, info);
    return channel.seal(asked.rh, packed.expose());
  }

  #stored(database: DatabaseSync, { id, epoch }: StoredWallet, curve: Curve): { key: Uint8Array; sealed: Uint8Array } {
    const key = database.prepare('SELECT wrapped FROM share_keys WHERE wallet = ? AND epoch = ?').get(id, epoch);
    const row = database.prepare('SELECT sealed FROM shares WHERE wallet = ? AND epoch = ? AND curve = ?');
    return { key: key?.['wrapped'] as Uint8Array, sealed: row.get(id, epoch, curve)?.['sealed'] as Uint8Array };
  }

  #context({ id, epoch }: StoredWallet): Uint8Array {
    return concat(utf8(`${this.#world.deployment.id}/${this.#store}/${epoch}/`), id);
  }
}

/** The same bytes with one bit turned. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

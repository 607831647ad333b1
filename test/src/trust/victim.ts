import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchTransport, readClaims, type Transport, type Wallet } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import type { Store } from '@symbolon/protocol';
import { Insider } from '../support/insider.ts';
import type { Recorded } from '../support/recording.ts';
import { withStore } from '../support/records.ts';
import type { Canary } from '../support/search.ts';
import { type FolderDevice, openFolder, signInByMail } from './folderDevice.ts';
import type { TrustWorld } from './trustWorld.ts';

/** The same two shares at one epoch. */
export type SharePair = Record<Store, Uint8Array>;

/** Somebody with a mailbox, a device and a wallet, who has signed with it: honest throughout. */
export class Victim {
  readonly world: TrustWorld;
  readonly email: string;
  readonly folder: string;
  readonly subject: string;
  readonly device: FolderDevice;
  /** What passed between the device and the parties, and from where on the ways to the kms are theirs. */
  readonly seen: Recorded[];
  readonly #way: { carry: Transport };
  wallet: Wallet;

  private constructor(
    of: Pick<Victim, 'world' | 'email' | 'folder' | 'subject' | 'device' | 'seen' | 'wallet'>,
    way: { carry: Transport },
  ) {
    this.world = of.world;
    this.email = of.email;
    this.folder = of.folder;
    this.subject = of.subject;
    this.device = of.device;
    this.seen = of.seen;
    this.wallet = of.wallet;
    this.#way = way;
  }

  /** Signs in by mail, makes a wallet and signs something with it. */
  static async arrive(world: TrustWorld): Promise<Victim> {
    const name = `person-${randomBytes(4).toString('hex')}`;
    const email = `${name}@example.org`;
    const folder = join(world.devnet.home.devices, name);
    const seen: Recorded[] = [];
    const way = { carry: fetchTransport(fetch) };
    for (const { passed } of Object.values(world.hops)) passed.length = 0;
    const device = await openFolder(world, folder, async (request) => {
      const answer = await way.carry(request);
      const { url, body, contentType: type = 'application/cbor' } = request;
      if (body !== undefined) seen.push({ url, type, body, answer: answer.body });
      return answer;
    });
    await signInByMail(world, device, email);
    const { wallet } = await device.client.create();
    const { subject } = readClaims(await device.session.token());
    const victim = new Victim({ world, email, folder, subject, device, seen, wallet }, way);
    await victim.sign();
    return victim;
  }

  get publicKey(): Uint8Array {
    return this.wallet.deed.keys.secp256k1 ?? new Uint8Array();
  }

  /** Signs what they want signed. `carry`: somebody on the way of their device. Throws as the client does. */
  async sign(carry: Transport = fetchTransport(fetch)): Promise<void> {
    const honest = this.#way.carry;
    this.#way.carry = carry;
    try {
      await this.device.client.sign({ type: 'evm-message', message: utf8('approved') });
    } finally {
      this.#way.carry = honest;
    }
  }

  /** The same device as after a restart: it remembers nothing of whom it trusted. `carry`: somebody on its way. */
  async restarted(carry: Transport): Promise<FolderDevice['client']> {
    return (await openFolder(this.world, this.folder, carry)).client;
  }

  /** Another device of theirs, let in by the first. */
  async secondDevice(): Promise<FolderDevice> {
    const device = await openFolder(this.world, `${this.folder}-2`);
    await signInByMail(this.world, device, this.email);
    await this.device.client.approve(device.key.point, 'another');
    await device.client.open();
    return device;
  }

  /** New shares. */
  async turn(): Promise<void> {
    this.wallet = (await this.device.client.rotate()).wallet;
  }

  /** Resolves when both stores have destroyed the keys of the old shares: they do it for many wallets at once, some seconds later. */
  async settled(): Promise<void> {
    for (let tries = 0; this.#keysOfEpochs() > 2; tries += 1) {
      if (tries === 1_000) throw new Error('the keys of the old shares are not destroyed');
      await sleep(20);
    }
  }

  #keysOfEpochs(): number {
    const sql = 'SELECT count(*) AS n FROM share_keys WHERE wallet = ?';
    const count = (store: Store) =>
      withStore(this.world, store, (database) => Number(database.prepare(sql).get(this.wallet.id)?.['n']));
    return count('kms') + count('cloud');
  }

  /** Both shares as they lie in the stores. */
  async shares(): Promise<SharePair> {
    const stored = { id: this.wallet.id, epoch: this.wallet.record.epoch };
    const read = (store: Store) => new Insider(this.world, store).readShare(stored, 'secp256k1');
    return { kms: await read('kms'), cloud: await read('cloud') };
  }
}

/** What nobody but its holder may come by, so that it is known when it is seen. */
export const canariesOf = ({ kms, cloud }: SharePair, key: Uint8Array): Canary[] => [
  { name: 'the key', bytes: key },
  { name: 'Key A', bytes: kms },
  { name: 'Key B', bytes: cloud },
];

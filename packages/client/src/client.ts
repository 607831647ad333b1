import type { Fidelity } from '@symbolon/attestation';
import type { EvmIntent } from '@symbolon/chains/evm';
import { equal, type Secret } from '@symbolon/crypto';
import { type Curve, curvesInOrder, type Deed, type Deployment, type Receipt } from '@symbolon/protocol';
import { type Created, create } from './create.ts';
import { Device, type TokenSource } from './device.ts';
import { type DeviceCrypto, libraryCrypto } from './deviceCrypto.ts';
import type { DeviceKey } from './deviceKey.ts';
import {
  approveDevice,
  type ListedDevice,
  listDevices,
  parseRequestText,
  requestText,
  revokeDevice,
} from './devices.ts';
import { ClientError, hasCode } from './errors.ts';
import { chainLock, type Lock } from './lock.ts';
import { joinByMail, requestMailCode } from './mailRecovery.ts';
import { type Opened, open, recall } from './open.ts';
import { type Observe, Parties } from './parties.ts';
import { type ReadReceipt, ReceiptChain } from './receipts.ts';
import { rotate } from './rotate.ts';
import { type SignedIntent, sign } from './sign.ts';
import { SignerTrust } from './signerTrust.ts';
import { Statements } from './statements.ts';
import type { DeviceStorage } from './storage.ts';
import { fetchTransport, type Transport } from './transport.ts';
import { epochSince, isEnrolled, type Wallet } from './wallet.ts';

const day = 24 * 60 * 60_000;

/** Everything a device brings with it; what is left out is the platform's. */
export interface WalletClientOptions {
  /** The pinned roots, parsed by `deploymentSchema`. */
  deployment: Deployment;
  storage: DeviceStorage;
  key: DeviceKey;
  /** A `Session`, or any other source of ID tokens. */
  tokens: TokenSource;
  /** As the deed names this device to the person's other devices. */
  name: string;
  /** The wallet page's own origin, or a command line's name. */
  origin: string;
  crypto?: DeviceCrypto;
  transport?: Transport;
  /** Whoever shares the storage shares the lock. */
  lock?: Lock;
  /** Gives the wallet new shares by itself, after a signature, once the present ones are so many days old; never unless said. */
  rotateAfterDays?: number;
  /** Evidence as one process verified it for many devices; each has its own otherwise. */
  signers?: SignerTrust;
  now?: () => number;
  /** ms a hop may take, 10,000 unless said. */
  timeout?: number;
  observe?: Observe;
}

/** One person's wallet on one device: the flows of design section 3, in the order in which a person meets them. */
export class WalletClient {
  readonly #device: Device;
  readonly #rotateAfter: number;
  #opened: { wallet: Wallet; receipts: ReceiptChain } | null = null;
  #rotating: Promise<void> | null = null;

  constructor(options: WalletClientOptions) {
    const { deployment, storage, key, tokens, name, origin, lock = chainLock() } = options;
    const { crypto = libraryCrypto, now = Date.now, timeout = 10_000, rotateAfterDays } = options;
    this.#rotateAfter = (rotateAfterDays ?? Number.POSITIVE_INFINITY) * day;
    const transport = options.transport ?? fetchTransport(fetch);
    const parties = new Parties(deployment, transport, timeout, options.observe);
    const statements = () => new Statements(deployment, crypto.checks, parties, storage, now);
    const signers = options.signers ?? new SignerTrust(deployment, parties, statements(), now);
    this.#device = new Device({ deployment, storage, key, tokens, name, origin, lock, crypto, now, parties, signers });
  }

  /** Finds the person's wallet and whether this device may use it. Throws as {@link open} does. */
  async open(): Promise<Opened> {
    const opened = await open(this.#device);
    if (opened.status === 'ready') this.#use(opened.wallet);
    else this.#opened = null;
    return opened;
  }

  /**
   * A new wallet with a key for each curve, or the one that another tab or device made first. Its address may be shown once this
   * resolves. Throws as {@link create} does, but for a race that was lost.
   */
  async create(curves: readonly Curve[] = curvesInOrder): Promise<Created & { created: boolean }> {
    const keys = Object.fromEntries(curves.map((curve) => [curve, this.#device.crypto.generateKey(curve)]));
    try {
      return { ...(await this.#make('created', keys)), created: true };
    } catch (error) {
      if (!hasCode(error, 'wallet-exists')) throw error;
      return { wallet: await this.#wallet(), alarm: null, created: false };
    }
  }

  /** A wallet of a key that the person has already; takes the key over and wipes it. Throws as {@link create} does. */
  async importKey(curve: Curve, key: Secret): Promise<Created> {
    return this.#make('imported', { [curve]: key });
  }

  /**
   * Signs what the person approved, for `origin`, unless said the wallet's own. Throws IntentError for what nobody would sign;
   * ClientError as {@link sign} does.
   */
  async sign(intent: EvmIntent, origin: string = this.#device.origin): Promise<SignedIntent> {
    const signed = await this.#sign(intent, origin);
    this.#rotateIfDue();
    return signed;
  }

  /** New shares for the same keys, at once; made by another device meanwhile, they serve as well. Throws as {@link rotate} does. */
  async rotate(): Promise<Created> {
    const { wallet, receipts } = await this.#current();
    try {
      const turned = await rotate(this.#device, wallet, receipts);
      this.#use(turned.wallet);
      return turned;
    } catch (error) {
      if (!hasCode(error, 'signing-refused', 'party-refused')) throw error;
      const now = await this.#wallet();
      if (equal(now.id, wallet.id) && now.record.epoch > wallet.record.epoch) return { wallet: now, alarm: null };
      throw error;
    }
  }

  /** Resolves once nothing goes on by itself any more: a rotation that was due at a signature. Never rejects. */
  async idle(): Promise<void> {
    await this.#rotating;
  }

  /** The wallet as last verified; opened now if it was not. Throws ClientError `no-wallet`, `not-enrolled`. */
  async wallet(): Promise<Wallet> {
    return (await this.#current()).wallet;
  }

  /** What stands behind the signer that this device would seal to: its screens say so. Throws as a signature would. */
  async signerFidelity(): Promise<Fidelity> {
    return (await this.#device.signers.current()).fidelity;
  }

  async devices(): Promise<ListedDevice[]> {
    return listDevices(this.#device, await this.#wallet());
  }

  /** What this device shows, to be approved on an enrolled one. */
  requestText(): string {
    return requestText(this.#device);
  }

  /** The key and its check from what a new device shows, to be compared by the person before {@link approve}. */
  readRequest(text: string): { key: Uint8Array; check: string } {
    return parseRequestText(this.#device, text);
  }

  /**
   * Enrols another device by its key (64 bytes). With an `origin` it is a key inside that site's page, which may sign for that site
   * only. Throws ClientError `device-known`, `device-revoked`, `deed-invalid` where the deed has no room.
   */
  async approve(key: Uint8Array, name: string, origin: string | null = null): Promise<Wallet> {
    return this.#change((wallet) => approveDevice(this.#device, wallet, key, name, origin));
  }

  /** Takes a device out, at once and for ever, by its thumbprint (32 bytes). Throws ClientError `device-unknown`. */
  async revoke(thumbprint: Uint8Array): Promise<Wallet> {
    return this.#change((wallet) => revokeDevice(this.#device, wallet, thumbprint));
  }

  /** Has a code mailed that lets this device in; resolves with its end, ms. Throws ClientError `no-wallet`, `sign-in-needed`. */
  async requestMailCode(): Promise<number> {
    return requestMailCode(this.#device, await this.#found());
  }

  /** Enrols this device by the mailed code. `made`: how and when the wallet came to be, which the person is to be told. */
  async joinByMail(code: string): Promise<{ wallet: Wallet; made: Deed['made'] }> {
    const wallet = await joinByMail(this.#device, await this.#found(), code);
    this.#use(wallet);
    return { wallet, made: wallet.deed.made };
  }

  /** All receipts of the wallet, oldest first, checked to lead to the newest. `others`: those this process did not ask for. */
  async receipts(): Promise<{ receipts: ReadReceipt[]; others: Receipt[] }> {
    const { receipts } = await this.#current();
    const others = await receipts.catchUp();
    return { receipts: await receipts.history(), others };
  }

  async #sign(intent: EvmIntent, origin: string): Promise<SignedIntent> {
    const { wallet, receipts } = this.#opened ?? (await this.#recall());
    try {
      return await sign(this.#device, wallet, receipts, intent, origin);
    } catch (error) {
      if (!hasCode(error, 'signing-refused', 'party-refused') || !(await this.#changedSince(wallet))) throw error;
    }
    // Another device changed deed or epoch meanwhile: what was approved still stands.
    const current = await this.#current();
    return sign(this.#device, current.wallet, current.receipts, intent, origin);
  }

  /** Nobody waits for it, and what fails is tried again at the next signature: the wallet signs on with the shares it has. */
  #rotateIfDue(): void {
    const wallet = this.#opened?.wallet;
    if (this.#rotating !== null || wallet === undefined) return;
    if (this.#device.now() - epochSince(wallet) < this.#rotateAfter) return;
    const turning = this.rotate().then(
      () => undefined,
      () => undefined,
    );
    this.#rotating = turning.finally(() => {
      this.#rotating = null;
    });
  }

  async #make(how: Deed['made']['how'], keys: Partial<Record<Curve, Secret>>): Promise<Created> {
    const created = await create(this.#device, how, keys);
    this.#use(created.wallet);
    return created;
  }

  /** Changes the newest version there is: one that another device changed meanwhile is read first. */
  async #change(change: (wallet: Wallet) => Promise<Wallet>): Promise<Wallet> {
    const wallet = await change(await this.#wallet());
    if (isEnrolled(this.#device, wallet)) this.#use(wallet);
    else this.#opened = null;
    return wallet;
  }

  /** Asks the stores. Throws ClientError `no-wallet`, `not-enrolled`. */
  async #wallet(): Promise<Wallet> {
    const opened = await this.open();
    if (opened.status === 'ready') return opened.wallet;
    if (opened.status === 'none') throw noWallet();
    throw new ClientError('not-enrolled', 'This device is not enrolled in the wallet.');
  }

  /** Asks the stores, as one who is not enrolled yet. */
  async #found(): Promise<Wallet> {
    const opened = await this.open();
    if (opened.status === 'none') throw noWallet();
    return opened.wallet;
  }

  async #current(): Promise<{ wallet: Wallet; receipts: ReceiptChain }> {
    return this.#opened ?? this.#use(await this.#wallet());
  }

  /** As this device knows it, so that a signature costs no question more; it asks only where it knows nothing. */
  async #recall(): Promise<{ wallet: Wallet; receipts: ReceiptChain }> {
    const known = await recall(this.#device);
    return known === null ? this.#current() : this.#use(known);
  }

  async #changedSince(wallet: Wallet): Promise<boolean> {
    const now = await this.#wallet();
    // Somebody else signed in meanwhile: nothing that one person approved is ever signed with another's wallet.
    if (!equal(now.id, wallet.id)) throw new ClientError('wallet-changed', 'Another person is signed in by now.');
    return now.record.epoch !== wallet.record.epoch || now.deed.number !== wallet.deed.number;
  }

  #use(wallet: Wallet): { wallet: Wallet; receipts: ReceiptChain } {
    const before = this.#opened;
    const same = before !== null && equal(before.wallet.id, wallet.id);
    this.#opened = { wallet, receipts: same ? before.receipts : new ReceiptChain(this.#device, wallet) };
    return this.#opened;
  }
}

function noWallet(): ClientError {
  return new ClientError('no-wallet', 'This person has no wallet.');
}

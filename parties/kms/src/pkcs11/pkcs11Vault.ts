import { setTimeout as sleep } from 'node:timers/promises';
import { equal, type Secret } from '@symbolon/crypto';
import type { VaultName } from '@symbolon/protocol';
import { type KeyVault, VaultError, type VaultReason, type WrappedKey } from '@symbolon/share-store';
import { HsmProcess } from './hsmProcess.ts';
import { prefixLength } from './individualKeys.ts';
import { PinCare } from './pin.ts';
import type { Pkcs11Settings } from './settings.ts';

/** How the vault stands: null where it serves. Told at every change. */
export type Stand = VaultReason | null;

export interface Pkcs11VaultOptions {
  /** Remembers, over restarts, that the HSM refused the PIN. */
  pinMemory: string;
  /** The root of this store, once it is known: another one's HSM is not taken for it. */
  identity: Uint8Array | null;
  onStand?: (stand: Stand) => void;
  /** Told of every request that could not be served. */
  onRefusal?: (reason: VaultReason) => void;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * A vault in any HSM that speaks PKCS#11. It connects by itself, and again whenever what it had is lost: whoever asks meanwhile gets a
 * VaultError at once. No call here blocks.
 */
export class Pkcs11Vault implements KeyVault, AsyncDisposable {
  readonly #settings: Pkcs11Settings;
  readonly #pin: PinCare;
  readonly #onStand: (stand: Stand) => void;
  readonly #onRefusal: (reason: VaultReason) => void;
  readonly #processes = new Set<HsmProcess>();
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #identity: Uint8Array | null;
  #stand: Stand = 'hsm-away';
  #told: Stand | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(settings: Pkcs11Settings, { pinMemory, identity, onStand, onRefusal }: Pkcs11VaultOptions) {
    this.#settings = settings;
    this.#pin = new PinCare(settings.pinFile, pinMemory);
    this.#identity = identity;
    this.#onStand = onStand ?? (() => undefined);
    this.#onRefusal = onRefusal ?? (() => undefined);
    this.#running = this.#keepUp();
  }

  /** Why it can't serve now, or null. */
  get stand(): Stand {
    return this.#stand;
  }

  /** Process ids of its sessions. */
  get pids(): number[] {
    return [...this.#processes].flatMap(({ pid }) => pid ?? []);
  }

  /** Resolves once it serves. Throws VaultError with the last reason after `ms`. */
  async connected(ms: number): Promise<void> {
    const late = AbortSignal.timeout(ms);
    while (this.#stand !== null) {
      if (late.aborted) throw new VaultError(this.#stand);
      await Promise.race([this.#changed.promise, sleep(50)]);
    }
  }

  async name(): Promise<VaultName> {
    if (this.#identity === null) throw new VaultError(this.#stand ?? 'hsm-away');
    return { kind: 'pkcs11', identity: this.#identity };
  }

  holds(key: WrappedKey): boolean {
    if (this.#identity === null) throw new VaultError(this.#stand ?? 'hsm-away');
    return equal(key.subarray(0, prefixLength), this.#identity.subarray(0, prefixLength));
  }

  createKey(context: Uint8Array): Promise<WrappedKey> {
    return this.#ask((hsm) => hsm.create(context));
  }

  protect(key: WrappedKey, context: Uint8Array, label: string, share: Secret): Promise<Uint8Array> {
    return this.#ask((hsm) => hsm.protect(key, context, label, share));
  }

  open(key: WrappedKey, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret> {
    return this.#ask((hsm) => hsm.open(key, context, label, sealed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#running;
    for (const one of this.#processes) one.end('hsm-away');
    await Promise.all([...this.#processes].map(({ ended }) => ended));
  }

  async #ask<T>(work: (hsm: HsmProcess) => Promise<T>): Promise<T> {
    try {
      return await work(this.#leastBusy());
    } catch (error) {
      if (error instanceof VaultError) this.#onRefusal(error.reason);
      throw error;
    }
  }

  #leastBusy(): HsmProcess {
    let free: HsmProcess | undefined;
    for (const one of this.#processes) if (free === undefined || one.waiting < free.waiting) free = one;
    if (free === undefined) throw new VaultError(this.#stand ?? 'hsm-away');
    return free;
  }

  async #keepUp(): Promise<void> {
    let pause = firstPauseMs;
    while (!this.#closing.signal.aborted) {
      if (this.#processes.size >= this.#settings.sessions) {
        await Promise.race([this.#changed.promise, this.#aborted()]);
        continue;
      }
      const failed = await this.#connectOne();
      if (failed === null) {
        pause = firstPauseMs;
        continue;
      }
      if (this.#processes.size === 0) this.#tell(failed);
      await sleep(pause, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, longestPauseMs);
    }
  }

  /** One after another: of several wrong PINs at once, the last might lock the token. */
  async #connectOne(): Promise<Stand> {
    if (!this.#pin.mayTry()) return 'pin-wrong';
    try {
      this.#take(await HsmProcess.start(this.#settings));
      return null;
    } catch (error) {
      const reason = error instanceof VaultError ? error.reason : 'hsm-refused';
      if (reason === 'pin-wrong') this.#pin.refused();
      return reason;
    }
  }

  #take(hsm: HsmProcess): void {
    this.#identity ??= hsm.identity;
    if (!equal(hsm.identity, this.#identity)) {
      hsm.end('key-other');
      throw new VaultError('key-other');
    }
    this.#processes.add(hsm);
    void hsm.ended.then((reason) => {
      this.#processes.delete(hsm);
      if (this.#processes.size === 0) this.#tell(reason);
      else this.#change();
    });
    this.#tell(null);
  }

  #tell(stand: Stand): void {
    this.#stand = stand;
    if (this.#told !== stand && !this.#closing.signal.aborted) this.#onStand(stand);
    this.#told = stand;
    this.#change();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #aborted(): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

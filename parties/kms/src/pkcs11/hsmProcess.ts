import { type ChildProcess, fork } from 'node:child_process';
import { CryptoError, type Secret, utf8 } from '@symbolon/crypto';
import { hpkeXWing, openAtRest, sealAtRest } from '@symbolon/crypto/native';
import { VaultError, type VaultReason } from '@symbolon/share-store';
import { type Answer, type Begin, channelInfo, shareIn, shareOut, type Work } from './messages.ts';
import type { Pkcs11Settings } from './settings.ts';

const program = new URL('./worker.ts', import.meta.url);
/** More than this waiting for one session would only be answered too late. */
const maximumWaiting = 512;
/** How soon an idle HSM's absence is noticed, ms. */
const pingEvery = 1_000;

interface Waiting {
  resolve: (bytes: Uint8Array) => void;
  reject: (error: unknown) => void;
}

/** The kms's side of one session in a process of its own. Whatever goes wrong with it ends it, and says why. */
export class HsmProcess {
  readonly identity: Uint8Array;
  /** Resolves when it has ended, with the reason. */
  readonly ended: Promise<VaultReason>;
  readonly #child: ChildProcess;
  readonly #channelKey: Secret;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #pings: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;
  #reason: VaultReason = 'hsm-away';
  #last = 0;

  private constructor(child: ChildProcess, identity: Uint8Array, channelKey: Secret, timeoutMs: number) {
    this.#child = child;
    this.identity = identity;
    this.#channelKey = channelKey;
    this.#timeoutMs = timeoutMs;
    child.on('message', (answer: Answer) => this.#take(answer));
    this.ended = new Promise((resolve) => child.once('exit', () => resolve(this.#over())));
    this.#pings = setInterval(() => this.#ping(), pingEvery);
  }

  /** Logs in, once. Throws VaultError. */
  static async start({ environment, timeoutMs, pinFile, ...place }: Pkcs11Settings): Promise<HsmProcess> {
    using channel = hpkeXWing.generate();
    const child = fork(program, {
      serialization: 'advanced',
      // What preloads or debugs the kms is not for it; what a library prints is nobody's.
      execArgv: ['--no-warnings'],
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const first = firstAnswer(child, timeoutMs);
    const { library, token, slot, keyLabel } = place;
    const named = token === undefined ? {} : { token };
    const numbered = slot === undefined ? {} : { slot };
    send(child, { place: { library, keyLabel, ...named, ...numbered }, pinFile, sealTo: channel.publicKey });
    try {
      const { identity, channelKey } = opened(channel, await first);
      return new HsmProcess(child, identity, channelKey, timeoutMs);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  create(context: Uint8Array): Promise<Uint8Array> {
    return this.#ask(() => ({ do: 'create', context }));
  }

  protect(key: Uint8Array, context: Uint8Array, label: string, share: Secret): Promise<Uint8Array> {
    return this.#ask((id) => {
      const sealed = sealAtRest(this.#channelKey, utf8(shareIn(id)), share);
      return { do: 'protect', key, context, label, share: sealed };
    });
  }

  async open(key: Uint8Array, context: Uint8Array, label: string, sealed: Uint8Array): Promise<Secret> {
    let number = 0;
    const bytes = await this.#ask((id) => {
      number = id;
      return { do: 'open', key, context, label, sealed };
    });
    return openAtRest(this.#channelKey, utf8(shareOut(number)), bytes);
  }

  end(reason: VaultReason): void {
    this.#reason = reason;
    this.#child.kill('SIGKILL');
  }

  #ask(work: (id: number) => Work): Promise<Uint8Array> {
    if (!this.#child.connected) return Promise.reject(new VaultError('hsm-away'));
    if (this.#waiting.size >= maximumWaiting) return Promise.reject(new VaultError('hsm-busy'));
    this.#last += 1;
    const id = this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    this.#waiting.set(id, { resolve, reject });
    if (this.#silence === undefined) this.#listen();
    send(this.#child, { ...work(id), id });
    return promise;
  }

  /** A library may hang in a call for ever: only the end of its process ends that. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#waiting.size === 0 ? undefined : setTimeout(() => this.end('hsm-slow'), this.#timeoutMs);
  }

  #ping(): void {
    // Its own end tells why it failed.
    if (this.#waiting.size === 0) this.#ask(() => ({ do: 'ping' })).catch(() => undefined);
  }

  #take(answer: Answer): void {
    if (answer.what === 'ready' || answer.what === 'failed') return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    this.#listen();
    if (answer.what === 'done') waiting?.resolve(answer.bytes);
    else if (answer.what === 'mismatch') waiting?.reject(new CryptoError('open-failed'));
    else {
      if (answer.reason === 'token-missing') this.#reason = answer.reason;
      waiting?.reject(new VaultError(answer.reason));
    }
  }

  #over(): VaultReason {
    clearInterval(this.#pings);
    clearTimeout(this.#silence);
    for (const { reject } of this.#waiting.values()) reject(new VaultError(this.#reason));
    this.#waiting.clear();
    this.#channelKey.wipe();
    return this.#reason;
  }
}

/** Nothing is thrown where the other end is gone: its exit tells that. */
function send(child: ChildProcess, message: Begin | (Work & { id: number })): void {
  child.send(message, () => undefined);
}

async function firstAnswer(child: ChildProcess, timeoutMs: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const late = setTimeout(() => resolve({ what: 'failed', reason: 'hsm-slow' }), timeoutMs + startMs);
  child.once('message', resolve);
  child.once('exit', () => resolve({ what: 'failed', reason: 'hsm-away' }));
  child.once('error', () => resolve({ what: 'failed', reason: 'hsm-away' }));
  return promise.finally(() => clearTimeout(late));
}

/** What a process of its own takes until it can speak to an HSM, on a busy machine. */
const startMs = 10_000;

type Channel = ReturnType<typeof hpkeXWing.generate>;

function opened(channel: Channel, answer: Answer): { identity: Uint8Array; channelKey: Secret } {
  if (answer.what !== 'ready') throw new VaultError(answer.what === 'failed' ? answer.reason : 'hsm-away');
  const { plaintext, reply } = channel.open(answer.channel, utf8(channelInfo), answer.identity);
  reply[Symbol.dispose]();
  return { identity: answer.identity, channelKey: plaintext };
}

import type { EvmIntent } from '@symbolon/chains/evm';
import { type ClientError, evmAddress, hasCode, type Opened, type SignedIntent } from '@symbolon/client';
import { equal } from '@symbolon/crypto';
import { type DeedChange, keyCheck, thumbprint } from '@symbolon/protocol';
import type { MailCode, Notice, Progress } from '../model.ts';
import type { EntryActions } from '../store.ts';
import type { World } from '../world.ts';
import { problemOf } from './problem.ts';

/** Somebody who is signed in, with a wallet that this device may use. */
export interface Person {
  /** Checksummed. */
  address: string;
  email: string | null;
  notices: Notice[];
  /** Throws as WalletClient.sign does. */
  sign: (intent: EvmIntent, origin: string) => Promise<SignedIntent>;
}

export interface EntryParts {
  world: World;
  show: (progress: Progress) => void;
  /** Begins a sign-in at an issuer, in the click. */
  openSignIn: (issuer: string) => void;
  /** Ends this device: its key was revoked, and only a new one can come back. */
  forgetDevice: () => void;
}

/** How many hops a creation has, about: what its progress counts up to. */
const creationHops = 12;
/** How often a new device looks whether an enrolled one has let it in, ms. */
const lookEvery = 4_000;

/** The way to a wallet on this device: signing in, making a wallet, or letting this device into the one there is. */
export class Entry implements EntryActions {
  readonly #parts: EntryParts;
  #wake: (woken: Woken) => void = () => {};

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** Resolves once this device may use the person's wallet; shows whatever that takes until then. */
  async person(): Promise<Person> {
    const { sessions } = this.#parts.world;
    for (;;) {
      try {
        if ((await sessions.who()) === null) await this.#signedIn();
        this.#parts.show({ step: 'loading' });
        return await this.#enter();
      } catch (error) {
        if (hasCode(error, 'not-signed-in', 'session-ended', 'sign-in-needed')) await sessions.end();
        else await this.#overcome(error);
      }
    }
  }

  /** The person, where nothing has to be shown for that; null otherwise. */
  async recalled(): Promise<Person | null> {
    try {
      return await this.#personOf([]);
    } catch {
      // Signed out, without a wallet, not enrolled, or a party that does not answer: all of it takes a screen.
      return null;
    }
  }

  /** The person, where this device is enrolled, as the stores say now. Throws ClientError. */
  async opened(): Promise<Person> {
    await this.#parts.world.client.open();
    return this.#personOf([]);
  }

  async #enter(): Promise<Person> {
    const { client } = this.#parts.world;
    const opened = await client.open();
    switch (opened.status) {
      case 'ready':
        return this.#personOf(noticesOf(opened.made, opened.news));
      case 'none':
        await this.#create();
        return this.#personOf([]);
      case 'not-enrolled':
        return this.#join(opened);
    }
  }

  async #create(): Promise<void> {
    const { client, observe } = this.#parts.world;
    let done = 0;
    const show = () => this.#parts.show({ step: 'creating', done, of: creationHops });
    show();
    const stop = observe(() => {
      done = Math.min(done + 1, creationHops - 1);
      show();
    });
    try {
      await client.create();
    } finally {
      stop();
    }
  }

  /** A device that the wallet does not know: by the kms's mail code, or approved on one that it knows. */
  async #join({ wallet, made }: Opened & { status: 'not-enrolled' }): Promise<Person> {
    const { client, devicePoint } = this.#parts.world;
    const print = thumbprint(devicePoint);
    if (wallet.deed.revoked.some((one) => equal(one, print))) return this.#revoked();
    let mail: MailCode = { state: 'not-asked' };
    const keyCheckText = keyCheck(devicePoint);
    for (;;) {
      const requestText = client.requestText();
      this.#parts.show({ step: 'new-device', keyCheck: keyCheckText, requestText, mail });
      const woken = await this.#woken(lookEvery);
      if (woken.what === 'ask-code') mail = { state: 'sent', until: await this.#mailed(), wrong: false };
      if (woken.what === 'code') {
        this.#parts.show({ step: 'new-device', keyCheck: keyCheckText, requestText, mail: { state: 'checking' } });
        const until: number = mail.state === 'sent' ? mail.until : 0;
        if (await this.#joinedBy(woken.code)) return this.#personOf([{ what: 'made', ...made }]);
        mail = { state: 'sent', until, wrong: true };
      }
      if (woken.what === 'time' || woken.what === 'retry') {
        const opened = await client.open();
        if (opened.status === 'ready') return this.#personOf([{ what: 'made', ...made }]);
      }
    }
  }

  /** The mailed code's end, ms. One that was mailed less than a minute ago still serves. */
  async #mailed(): Promise<number> {
    try {
      return await this.#parts.world.client.requestMailCode();
    } catch (error) {
      if (hasCode(error, 'party-refused') && error.reason === 'mail-too-soon') return Date.now() + 9 * 60_000;
      throw error;
    }
  }

  /** False where the code was wrong. */
  async #joinedBy(code: string): Promise<boolean> {
    try {
      await this.#parts.world.client.joinByMail(code);
      return true;
    } catch (error) {
      if (hasCode(error, 'party-refused') && isWrongCode(error)) return false;
      throw error;
    }
  }

  async #revoked(): Promise<never> {
    this.#parts.show({ step: 'problem', problem: { code: 'device-revoked', retry: true, party: null } });
    await this.#until('retry');
    this.#parts.forgetDevice();
    return new Promise<never>(() => {});
  }

  async #signedIn(): Promise<void> {
    const { config, news, sessions } = this.#parts.world;
    this.#parts.show({ step: 'sign-in', issuers: config.issuers, busy: false });
    const stop = news.listen((one) => {
      if (one === 'signed-in') this.#wake({ what: 'signed-in' });
    });
    try {
      for (;;) {
        // Between looking and listening another tab may have signed in.
        if ((await sessions.who()) !== null) return;
        await this.#until('signed-in');
      }
    } finally {
      stop();
    }
  }

  async #overcome(error: unknown): Promise<void> {
    this.#parts.show({ step: 'problem', problem: problemOf(error) });
    await this.#until('retry');
  }

  async #personOf(notices: Notice[]): Promise<Person> {
    const { client, sessions } = this.#parts.world;
    const [wallet, claims] = [await client.wallet(), await sessions.who()];
    return {
      address: evmAddress(wallet),
      email: claims?.mailbox ?? null,
      notices,
      sign: (intent, origin) => client.sign(intent, origin),
    };
  }

  /** The next thing that the person or the time does. */
  #woken(within?: number): Promise<Woken> {
    return new Promise((resolve) => {
      const timer = within === undefined ? undefined : setTimeout(() => this.#wake({ what: 'time' }), within);
      this.#wake = (woken) => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve(woken);
      };
    });
  }

  async #until(what: Woken['what']): Promise<void> {
    while ((await this.#woken()).what !== what);
  }

  signIn(issuer: string): void {
    this.#parts.openSignIn(issuer);
  }

  retry(): void {
    this.#wake({ what: 'retry' });
  }

  lookAgain(): void {
    this.#wake({ what: 'retry' });
  }

  requestCode(): void {
    this.#wake({ what: 'ask-code' });
  }

  giveCode(code: string): void {
    this.#wake({ what: 'code', code: code.replace(/\D/g, '') });
  }

  signOut(): void {
    void this.#parts.world.sessions.end();
  }
}

type Woken = { what: 'time' | 'retry' | 'ask-code' | 'signed-in' } | { what: 'code'; code: string };

function noticesOf(made: { how: 'created' | 'imported'; at: number } | null, news: readonly DeedChange[]): Notice[] {
  const changes = news.map(
    (change): Notice =>
      change.kind === 'enrol'
        ? { what: 'device-added', name: change.device.name, at: change.device.added }
        : { what: 'device-revoked' },
  );
  return made === null ? changes : [{ what: 'made', ...made }, ...changes];
}

const isWrongCode = (error: ClientError): boolean => error.reason === 'code-wrong';

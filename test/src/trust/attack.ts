import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { addressOf, digest as intentDigest, parseIntent } from '@symbolon/chains/evm';
import { Secret, toHex } from '@symbolon/crypto';
import { publicKeySecp256k1, verifySecp256k1 } from '@symbolon/crypto/native';
import { type Authorised, decodeData, type Store } from '@symbolon/protocol';
import type { HandWallet } from '../support/creation.ts';
import { type DeviceKey, Hand } from '../support/hand.ts';
import { Insider } from '../support/insider.ts';
import { messageIntent } from '../support/signing.ts';
import type { Half, Party } from './cells.ts';
import { openFolder, readingMailbox, signInByMail } from './folderDevice.ts';
import { type Loot, passedBy } from './loot.ts';
import { SignInKey } from './signInKey.ts';
import type { TrustWorld } from './trustWorld.ts';
import type { Victim } from './victim.ts';

/** What an attempt comes home with; whether it is worth anything is judged by others. */
export interface Haul {
  /** 32 bytes that may be the wallet key. */
  keys?: Uint8Array[];
  /** Whose address `keys` are for; left out: the victim's. */
  of?: string;
  /** 64 bytes that may be a signature over the attacker's own message. */
  signatures?: Uint8Array[];
  /** What was given to them that ought to have been refused. */
  given?: string[];
}

const nothing = new Uint8Array(32);

/** Somebody with everything that some parties really hold, against one person. */
export class Attack {
  readonly world: TrustWorld;
  readonly who: ReadonlySet<Party>;
  readonly victim: Victim;
  readonly loot: Loot;
  /** The wallet's record. Not everyone has it; nothing rests on its being secret. Keys and shares in it are blank. */
  readonly record: HandWallet;
  /** What they want signed: the person never saw it. */
  readonly intent: Uint8Array;
  /** Whether they come before a rotation or after it. */
  readonly half: Half;
  /** A device of their own, under the best sign-in that they can have. */
  readonly thief: Hand;
  /** The person's device, where they hold it. */
  readonly device: Hand | null;
  readonly signInKey: SignInKey;

  private constructor(of: Pick<Attack, 'who' | 'half' | 'victim' | 'loot' | 'thief' | 'device' | 'signInKey'>) {
    const { id, deed, head, record } = of.victim.wallet;
    const blank = { secp256k1: nothing, ed25519: nothing };
    const public_ = { id, deed, head, chain: record.deed, epoch: record.epoch, salt: record.salt };
    this.world = of.victim.world;
    this.who = of.who;
    this.half = of.half;
    this.victim = of.victim;
    this.loot = of.loot;
    this.thief = of.thief;
    this.device = of.device;
    this.signInKey = of.signInKey;
    this.record = { ...public_, keys: blank, shares: { kms: blank, cloud: blank } };
    this.intent = messageIntent(`never approved ${toHex(randomBytes(8))}`);
  }

  static async prepare(victim: Victim, who: ReadonlySet<Party>, half: Half, loot: Loot): Promise<Attack> {
    const { world } = victim;
    const signInKey = await SignInKey.read(world);
    const own = await openFolder(world, join(world.devnet.home.devices, `thief-${toHex(randomBytes(4))}`));
    const stolen = passedBy(loot.traffic).at(-1)?.token;
    // Best first: a sign-in for the thief's own key; the person's, for theirs; the thief's, as somebody else.
    const token = async (): Promise<string> => {
      if (who.has('issuer')) return signInKey.mint(victim.subject, victim.email, own.key.nonce);
      if (who.has('mailbox')) {
        if ((await own.session.who()) === null) await signInByMail(world, own, victim.email);
        return own.session.token();
      }
      return stolen ?? signInKey.mint('the thief', 'thief@example.org', own.key.nonce);
    };
    const device = who.has('one device') ? await openFolder(world, victim.folder) : null;
    return new Attack({
      who,
      half,
      victim,
      loot,
      signInKey,
      thief: new Holder(world, victim, own.key, token),
      device: device && new Holder(world, victim, device.key, () => device.session.token()),
    });
  }

  has(...parties: Party[]): boolean {
    return parties.every((party) => this.who.has(party));
  }

  /** Whoever of the two a party is more likely to listen to. */
  get hand(): Hand {
    return this.device ?? this.thief;
  }

  insider(store: Store): Insider | null {
    return this.who.has(store) ? new Insider(this.world, store) : null;
  }

  /** The share as it lies at a store that they hold, decrypted. */
  async share(store: Store): Promise<Uint8Array | null> {
    return (await this.insider(store)?.readShare(this.record, 'secp256k1')) ?? null;
  }

  /** Tokens and proofs that passed by them. */
  get passed(): Authorised[] {
    return passedBy(this.loot.traffic);
  }

  /** The code that the kms mails, where they read it; otherwise a guess. */
  async mailedCode(ask: () => Promise<unknown>): Promise<string> {
    if (!this.has('mailbox')) {
      await ask();
      return '00000000';
    }
    const mailbox = await readingMailbox(this.world, this.victim.email);
    await ask();
    return mailbox(8);
  }

  isKey(bytes: Uint8Array, of = addressOf(this.victim.publicKey)): boolean {
    try {
      using key = Secret.take(bytes.slice());
      return addressOf(publicKeySecp256k1(key)) === of;
    } catch {
      return false;
    }
  }

  isSignature(bytes: Uint8Array): boolean {
    const digest = intentDigest(parseIntent(decodeData('intent', this.intent)));
    return verifySecp256k1(this.victim.publicKey, digest, bytes);
  }
}

/** A hand whose tokens come from wherever its holder has them. */
class Holder extends Hand {
  readonly #token: () => Promise<string>;

  constructor(world: TrustWorld, { subject, email }: Victim, key: DeviceKey, token: () => Promise<string>) {
    super(world, { subject, email }, key);
    this.#token = token;
  }

  override token(): Promise<string> {
    return this.#token();
  }
}

import { equal, type Secret } from '@symbolon/crypto';
import {
  type Authorised,
  addressOf,
  type Curve,
  curvesOf,
  type Deed,
  identityHash,
  type Keep,
  keepCodec,
  keptStatement,
  mailboxHash,
  type Opening,
  paths,
  requestLife,
  type Signed,
  sealInfo,
  signStatement,
  unpackKeep,
} from '@symbolon/protocol';
import { checkDevice, checkIdentity, checkSignInFor, type Identity, Refusal } from '@symbolon/verify';
import type { ShareStore } from './shareStore.ts';

/** First set of shares of every wallet. */
const firstEpoch = 1;
/** Creations of one person that may be under way; who finds them full waits until the oldest is forgotten. */
const maximumPending = 20;

/** An index of this store alone; the deed's own hash is salted. */
export const personOf = (identity: Identity): Uint8Array =>
  identityHash(new Uint8Array(32), identity.issuer, identity.subject);

/**
 * Creation at one store: its shares become durable, once and unchangeable, and the wallet stays pending. Asked again with the same
 * shares (a lost answer) it says so again; with other shares it refuses and keeps the first.
 */
export async function keep(store: ShareStore, request: Authorised): Promise<{ kept: Signed }> {
  const { message, identity, key } = await store.authoriser.authorise(
    keepCodec,
    addressOf(store.url, paths.keep),
    request,
  );
  checkSignInFor(identity, key, store.now());

  const version = { body: message.deed, authority: { by: 'creation' } } as const;
  const { deed, head } = store.deeds.verify(message.wallet, [version]);
  checkDevice(deed, key, null);

  const { opening, shares } = await openKeep(store, message);
  try {
    checkIdentity(deed, opening.salt, identity);
    if (!sameCurves(opening.curves, curvesOf(deed.keys))) throw new Refusal('deed-invalid', 'Shares of other curves.');
    checkMailbox(store, deed, opening, identity);
    checkMoment(deed.made.at, store.now());

    const person = personOf(identity);
    if (store.wallets.find(message.wallet) === null && store.wallets.pendingOf(person) >= maximumPending) {
      throw new Refusal('wallet-state', 'Too many creations of this person are pending.');
    }
    const kept = await store.wallets.keep(
      {
        id: message.wallet,
        person,
        salt: opening.salt,
        mailbox: opening.mailbox,
        epoch: firstEpoch,
        version,
        made: store.now(),
        shares: await store.protect(message.wallet, firstEpoch, shares),
      },
      head,
    );
    if (!kept) await checkSameShares(store, message.wallet, shares);
    const says = {
      v: 1,
      deployment: store.deployment.id,
      wallet: message.wallet,
      epoch: firstEpoch,
      at: store.now(),
    } as const;
    return { kept: signStatement(keptStatement, says, store.signing) };
  } finally {
    for (const share of Object.values(shares)) share.wipe();
  }
}

async function openKeep(store: ShareStore, message: Keep) {
  const purpose = store.store === 'kms' ? 'keep-kms' : 'keep-cloud';
  const { plaintext, reply } = await opened(store, message, sealInfo(purpose, store.deployment.id));
  reply[Symbol.dispose]();
  return unpackKeep(plaintext);
}

async function opened({ sealing }: ShareStore, { sealed, wallet }: Keep, info: Uint8Array) {
  try {
    return await sealing.open(sealed, info, wallet);
  } catch {
    throw new Refusal('share-mismatch', 'The shares are not sealed to this store for this wallet.');
  }
}

/** The kms is told the mailbox that the issuer verified and that stands hashed in the deed; the cloud is not told. */
function checkMailbox({ store }: ShareStore, deed: Deed, { salt, mailbox }: Opening, identity: Identity): void {
  const expected = identity.mailbox === null ? null : mailboxHash(salt, identity.mailbox);
  const right =
    mailbox === (store === 'kms' ? identity.mailbox : null) &&
    (expected === null ? deed.mailbox === null : deed.mailbox !== null && equal(deed.mailbox, expected));
  if (!right) throw new Refusal('deed-invalid', "The deed's mailbox is not the one that the issuer verified.");
}

/** The deed's own times are its maker's word: what a joining device is told of them is not to be made up. */
function checkMoment(at: number, now: number): void {
  if (Math.abs(at - now) > requestLife) throw new Refusal('deed-invalid', 'The deed was not made just now.');
}

async function checkSameShares(
  store: ShareStore,
  wallet: Uint8Array,
  shares: Partial<Record<Curve, Secret>>,
): Promise<void> {
  const curves = curvesOf(shares);
  const stored = await store.open(wallet, firstEpoch, curves);
  try {
    const same = curves.every((curve, index) => {
      const [offered, kept] = [shares[curve], stored[index]];
      return offered !== undefined && kept !== undefined && equal(offered.expose(), kept.expose());
    });
    if (!same) throw new Refusal('share-mismatch', 'Other shares of this wallet are kept already.');
  } finally {
    for (const share of stored) share.wipe();
  }
}

const sameCurves = (a: readonly Curve[], b: readonly Curve[]) =>
  a.length === b.length && a.every((name, i) => name === b[i]);

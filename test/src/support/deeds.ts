import {
  type Deed,
  type DeedAuthority,
  type DeedChain,
  type DeedDevice,
  deedCodec,
  deedFollowCodec,
  deedHash,
  deedUpdateAnswer,
  deedUpdateCodec,
  paths,
  type Signed,
  tagged,
} from '@symbolon/protocol';
import type { HandWallet } from './creation.ts';
import type { DeviceKey, Hand } from './hand.ts';
import type { Answer } from './http.ts';

export const enrolled = (key: DeviceKey, how: DeedDevice['how'], name = 'another'): DeedDevice => ({
  key: key.point,
  name,
  added: Date.now(),
  how,
  origin: null,
});

/** Exact bytes of the wallet's next version, whatever it changes. */
export const nextBody = (wallet: HandWallet, change: Partial<Deed>): Uint8Array =>
  deedCodec.encode({ ...wallet.deed, number: wallet.deed.number + 1, previous: wallet.head, ...change });

export const vouchedBy = (key: DeviceKey, body: Uint8Array): DeedAuthority => ({
  by: 'device',
  key: key.point,
  signature: key.sign(tagged('deed', body)),
});

/** Brings the next version to the kms, which orders it. */
export const bring = (hand: Hand, wallet: HandWallet, body: Uint8Array, authority: DeedAuthority): Promise<Answer> =>
  hand.ask('kms', paths.deed, deedUpdateCodec, {
    ...hand.head('deed'),
    wallet: wallet.id,
    version: { body, authority },
  });

/** Brings to the cloud what it lacks, with what is said to be the kms's order. */
export const bringAlong = (hand: Hand, wallet: HandWallet, versions: DeedChain, order: Signed): Promise<Answer> =>
  hand.ask('cloud', paths.followDeed, deedFollowCodec, {
    ...hand.head('follow-deed'),
    wallet: wallet.id,
    versions,
    order,
  });

export const orderIn = (answer: Answer): Signed => deedUpdateAnswer.decode(answer.body).order;

/** The wallet with this version as its newest. */
export const followedBy = (wallet: HandWallet, body: Uint8Array, authority: DeedAuthority): HandWallet => ({
  ...wallet,
  deed: deedCodec.decode(body),
  chain: [...wallet.chain, { body, authority }],
  head: deedHash(body),
});

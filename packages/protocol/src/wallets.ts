import * as v from 'valibot';
import { messageHead, walletHead } from './authorised.ts';
import { codec } from './codec.ts';
import { deedChain, deedVersion } from './deed.ts';
import { bytes, bytesBetween, epoch, hash32, millis, signatures, uint } from './fields.ts';
import { deedBytes } from './limits.ts';
import { signedSchema } from './signed.ts';

/** Creation, to each store with its own shares: the deed's first version, and the opening and shares sealed to the store. */
export const keep = v.strictObject({
  ...walletHead('keep'),
  deed: bytesBetween(1, deedBytes),
  sealed: bytesBetween(1, 4_096),
});
export type Keep = v.InferOutput<typeof keep>;
export const keepCodec = codec('keep', keep);
export const keepAnswer = codec('keepAnswer', v.strictObject({ kept: signedSchema }));

/** To the kms: the first signatures, made from the stored shares through the whole path. It decides (law 7). */
export const activate = v.strictObject({ ...walletHead('activate'), epoch, signatures });
export type Activate = v.InferOutput<typeof activate>;
export const activateCodec = codec('activate', activate);
export const activateAnswer = codec('activateAnswer', v.strictObject({ activation: signedSchema }));

/** To the cloud: the kms has decided. */
export const follow = v.strictObject({ ...walletHead('follow'), activation: signedSchema });
export type Follow = v.InferOutput<typeof follow>;
export const followCodec = codec('follow', follow);

/** What the kms has decided on a wallet: null while it is pending, and for ever once it is forgotten. */
export const activationAnswer = codec('activationAnswer', v.strictObject({ activation: v.nullable(signedSchema) }));

/** Which wallet does this identity have? Asked by an enrolled key, or by a new one that the token's nonce names. */
export const find = v.strictObject(messageHead('find'));
export const findCodec = codec('find', find);

/**
 * `salt` opens the deed's hashes; `activation` null: still pending; `order` the kms's word on the newest version, if past 1;
 * `flip` its word on the epoch, if past the first.
 */
export const walletRecord = v.strictObject({
  wallet: hash32,
  epoch,
  deed: deedChain,
  salt: bytes(32),
  activation: v.nullable(signedSchema),
  order: v.nullable(signedSchema),
  flip: v.nullable(signedSchema),
});
export type WalletRecord = v.InferOutput<typeof walletRecord>;
export const findAnswer = codec('findAnswer', v.strictObject({ found: v.nullable(walletRecord) }));

/** The next deed version, to the kms: it orders. */
export const deedUpdate = v.strictObject({ ...walletHead('deed'), version: deedVersion });
export type DeedUpdate = v.InferOutput<typeof deedUpdate>;
export const deedUpdateCodec = codec('deedUpdate', deedUpdate);

/** What the cloud lacks of a deed, in order, with the kms's word on the last of it. */
export const deedFollow = v.strictObject({ ...walletHead('follow-deed'), versions: deedChain, order: signedSchema });
export type DeedFollow = v.InferOutput<typeof deedFollow>;
export const deedFollowCodec = codec('deedFollow', deedFollow);

export const deedUpdateAnswer = codec('deedUpdateAnswer', v.strictObject({ order: signedSchema }));

/** Mailbox recovery, step 1: mail a code for the key that the token's nonce names. */
export const mailCode = v.strictObject(walletHead('mail-code'));
export type MailCode = v.InferOutput<typeof mailCode>;
export const mailCodeCodec = codec('mailCode', mailCode);
export const mailCodeAnswer = codec('mailCodeAnswer', v.strictObject({ expires: millis }));

/** Step 2, to the kms: the code, and the one version that it is to confirm. */
export const confirmMail = v.strictObject({
  ...walletHead('confirm-mail'),
  code: v.pipe(v.string(), v.regex(/^\d{8}$/)),
  deed: bytesBetween(1, deedBytes),
});
export type ConfirmMail = v.InferOutput<typeof confirmMail>;
export const confirmMailCodec = codec('confirmMail', confirmMail);

/** Step 3, to the cloud: its own check of the token, and of the kms's confirmation. */
export const countersign = v.strictObject({
  ...walletHead('countersign'),
  deed: bytesBetween(1, deedBytes),
  confirmation: signedSchema,
});
export type Countersign = v.InferOutput<typeof countersign>;
export const countersignCodec = codec('countersign', countersign);
export const confirmationAnswer = codec('confirmationAnswer', v.strictObject({ confirmation: signedSchema }));

/** Receipts of one wallet by number, for its devices. */
export const receipts = v.strictObject({
  ...walletHead('receipts'),
  from: v.pipe(uint, v.minValue(1)),
  count: v.pipe(uint, v.minValue(1), v.maxValue(100)),
});
export type Receipts = v.InferOutput<typeof receipts>;
export const receiptsCodec = codec('receipts', receipts);
export const receiptsAnswer = codec(
  'receiptsAnswer',
  v.strictObject({ receipts: v.pipe(v.array(signedSchema), v.maxLength(100)) }),
);

import { concat, utf8 } from '@symbolon/crypto';
import * as v from 'valibot';
import { authorised, walletHead } from './authorised.ts';
import { codec } from './codec.ts';
import { tagged } from './digest.ts';
import {
  bytes,
  bytesBetween,
  type Curve,
  deploymentId,
  epoch,
  hash32,
  millis,
  signatures,
  uint,
  version,
} from './fields.ts';
import { type Statement, signedSchema } from './signed.ts';

/** Wallets that one preparation rotates together. */
export const rotationsPerBatch = 128;
/** Of a share, of a key, and of the R that turns one share into the next: bytes. */
const shareLength = 32;

/** To the cloud, by a device of the wallet's own: prepare a new epoch. `forKms`: the same person's word to the kms, who asks anew. */
export const rotate = v.strictObject({ ...walletHead('rotate'), from: epoch });
export type Rotate = v.InferOutput<typeof rotate>;
export const rotateCodec = codec('rotate', rotate);
export const rotateAsk = codec('rotateAsk', v.strictObject({ cloud: authorised, kms: authorised }));
export const rotateAnswer = codec('rotateAnswer', v.strictObject({ epoch }));

const head = { v: version, deployment: deploymentId, attempt: hash32, at: millis } as const;
const prepared = v.strictObject({ wallet: hash32, epoch, commitment: hash32 });
const preparedList = v.pipe(v.array(prepared), v.maxLength(rotationsPerBatch));
export type PreparedEpoch = v.InferOutput<typeof prepared>;

/**
 * The cloud proposes new epochs, signed. `contribution`: 32 random bytes sealed to the kms's own key; `ephemeral`: an X-Wing key
 * made for this attempt, so that nobody who later comes by either store's lasting keys learns R. `why`: the person's own word, or
 * the statement that orders everyone's rotation.
 */
export const rotationProposal = v.strictObject({
  ...head,
  ephemeral: bytes(1_216),
  contribution: bytesBetween(1_120, 1_200),
  wallets: v.pipe(
    v.array(v.strictObject({ wallet: hash32, from: epoch })),
    v.minLength(1),
    v.maxLength(rotationsPerBatch),
  ),
  why: v.variant('by', [
    v.strictObject({ by: v.literal('person'), asked: authorised }),
    v.strictObject({ by: v.literal('statement'), number: v.pipe(uint, v.minValue(1)) }),
  ]),
});
export type RotationProposal = v.InferOutput<typeof rotationProposal>;
export const rotationProposalStatement: Statement<RotationProposal> = {
  domain: 'rotation-proposal',
  body: codec('rotationProposal', rotationProposal),
};

/** The kms has made its half of the new epochs durable, reread it, and says which: those left out it refused. */
export const rotationPrepared = v.strictObject({
  ...head,
  contribution: bytesBetween(1_120, 1_200),
  wallets: preparedList,
});
export type RotationPrepared = v.InferOutput<typeof rotationPrepared>;
export const rotationPreparedStatement: Statement<RotationPrepared> = {
  domain: 'rotation-prepared',
  body: codec('rotationPrepared', rotationPrepared),
};

/** The cloud has made its half durable as well, reread it, and came to the same commitments. */
export const rotationAgreed = v.strictObject({ ...head, wallets: preparedList });
export type RotationAgreed = v.InferOutput<typeof rotationAgreed>;
export const rotationAgreedStatement: Statement<RotationAgreed> = {
  domain: 'rotation-agreed',
  body: codec('rotationAgreed', rotationAgreed),
};

/** Where a statement ordered the rotation nobody is there to check the pair: the kms flips at once, each wallet or none. */
export const rotationAgreedAnswer = codec(
  'rotationAgreedAnswer',
  v.strictObject({ flips: v.pipe(v.array(signedSchema), v.maxLength(rotationsPerBatch)) }),
);

/** To the kms, by the device: the pending pair makes the wallet's keys. It decides, as at creation. */
export const flip = v.strictObject({ ...walletHead('flip'), epoch, signatures });
export type Flip = v.InferOutput<typeof flip>;
export const flipCodec = codec('flip', flip);

/**
 * The kms's word that a wallet's epoch is another one now. `log` its place on the kms's log. `order`: the statement that had everyone's
 * shares turned, and until when the older ones are kept, locked (ms); null where the person asked, and a signer checked the pair.
 */
export const flipped = v.strictObject({
  v: version,
  deployment: deploymentId,
  wallet: hash32,
  from: epoch,
  epoch,
  at: millis,
  log: v.pipe(uint, v.minValue(1)),
  order: v.nullable(v.strictObject({ number: v.pipe(uint, v.minValue(1)), lockedUntil: millis })),
});
export type Flipped = v.InferOutput<typeof flipped>;
export const flippedStatement: Statement<Flipped> = { domain: 'flip', body: codec('flipped', flipped) };
export const flipAnswer = codec('flipAnswer', v.strictObject({ flip: signedSchema }));

/** To the cloud, by the device: the kms has decided. */
export const followFlip = v.strictObject({ ...walletHead('follow-flip'), flip: signedSchema });
export type FollowFlip = v.InferOutput<typeof followFlip>;
export const followFlipCodec = codec('followFlip', followFlip);

/**
 * The kms's word on where a wallet stands: its epoch, the flip that made it so (null: that of its creation), and the attempt that
 * may still flip, answering `challenge`. The cloud gives up no prepared epoch but by this word.
 */
export const epochState = v.strictObject({
  v: version,
  deployment: deploymentId,
  wallet: hash32,
  epoch,
  flip: v.nullable(signedSchema),
  attempt: v.nullable(hash32),
  challenge: hash32,
  at: millis,
});
export type EpochState = v.InferOutput<typeof epochState>;
export const epochStateStatement: Statement<EpochState> = {
  domain: 'epoch-state',
  body: codec('epochState', epochState),
};

/** The cloud holds these flips durably: from here on the kms needs no older epoch. */
export const flipsFollowed = v.strictObject({
  v: version,
  deployment: deploymentId,
  at: millis,
  wallets: v.pipe(v.array(v.strictObject({ wallet: hash32, epoch })), v.minLength(1), v.maxLength(rotationsPerBatch)),
});
export type FlipsFollowed = v.InferOutput<typeof flipsFollowed>;
export const flipsFollowedStatement: Statement<FlipsFollowed> = {
  domain: 'flips-followed',
  body: codec('flipsFollowed', flipsFollowed),
};

/** The kms's word on how far an ordered rotation of everyone is; the last one, with nothing left, stands on its log. Times ms. */
export const rotationReport = v.strictObject({
  v: version,
  deployment: deploymentId,
  number: v.pipe(uint, v.minValue(1)),
  state: v.picklist(['unknown', 'waiting', 'running', 'paused', 'done']),
  rotated: uint,
  left: uint,
  first: v.nullable(millis),
  last: v.nullable(millis),
  at: millis,
});
export type RotationReport = v.InferOutput<typeof rotationReport>;
export const rotationReportStatement: Statement<RotationReport> = {
  domain: 'rotation-report',
  body: codec('rotationReport', rotationReport),
};

/** HKDF `info` of one R: the deployment, wallet, epoch and curve that it is for. */
export function rotationInfo(deployment: string, wallet: Uint8Array, number: number, curve: Curve): Uint8Array {
  return tagged('rotation', concat(wallet, u64(number), utf8(`${curve}/${deployment}`)));
}

/** What a commitment is the hash of, before the R of every curve, in protocol order, is added. */
export function commitmentPrefix(deployment: string, wallet: Uint8Array, number: number): Uint8Array {
  return tagged('rotation-commitment', concat(wallet, u64(number), utf8(`${deployment}\0`)));
}

const check = codec(
  'rotationCheck',
  v.strictObject({
    v: version,
    deployment: deploymentId,
    wallet: hash32,
    curve: v.picklist(['secp256k1', 'ed25519']),
    epoch,
  }),
);

/** What the wallet's key signs to show that the pending shares make it; no chain accepts it. Forms as for a creation. */
export function rotationBytes(deployment: string, wallet: Uint8Array, curve: Curve, number: number): Uint8Array {
  return tagged('rotation-check', check.encode({ v: 1, deployment, wallet, curve, epoch: number }));
}

export const rotationShareLength = shareLength;

function u64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

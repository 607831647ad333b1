import { sha256 } from '@symbolon/crypto';
import * as v from 'valibot';
import { codec } from './codec.ts';
import { tagged } from './digest.ts';
import { type Curve, curve, deploymentId, epoch, hash32, millis, uint, version } from './fields.ts';
import type { Statement } from './signed.ts';

const creation = codec(
  'creation',
  v.strictObject({ v: version, deployment: deploymentId, wallet: hash32, curve, epoch }),
);

/**
 * What a new wallet's key signs first, to show that the stored shares make it: no chain accepts these bytes. ed25519 signs the
 * bytes; secp256k1 their SHA-256 ({@link creationDigest}).
 */
export function creationBytes(deployment: string, wallet: Uint8Array, name: Curve, number: number): Uint8Array {
  return tagged('creation', creation.encode({ v: 1, deployment, wallet, curve: name, epoch: number }));
}

export const creationDigest = (message: Uint8Array): Uint8Array => sha256(message);

/** A store's word that its shares of a wallet are durable, and still pending. */
export const kept = v.strictObject({ v: version, deployment: deploymentId, wallet: hash32, epoch, at: millis });
export type Kept = v.InferOutput<typeof kept>;
export const keptStatement: Statement<Kept> = { domain: 'kept', body: codec('kept', kept) };

/** The kms's word that a wallet exists. `log` its index on the kms's log. */
export const activation = v.strictObject({
  v: version,
  deployment: deploymentId,
  wallet: hash32,
  epoch,
  at: millis,
  log: v.pipe(uint, v.minValue(1)),
});
export type Activation = v.InferOutput<typeof activation>;
export const activationStatement: Statement<Activation> = {
  domain: 'activation',
  body: codec('activation', activation),
};

/** The kms's word on which deed version is a wallet's newest. The cloud follows it. */
export const deedOrder = v.strictObject({
  v: version,
  deployment: deploymentId,
  wallet: hash32,
  number: v.pipe(uint, v.minValue(1)),
  head: hash32,
  at: millis,
});
export type DeedOrder = v.InferOutput<typeof deedOrder>;
export const deedOrderStatement: Statement<DeedOrder> = { domain: 'deed-order', body: codec('deedOrder', deedOrder) };

/** A store's own check of a mailbox recovery: this version (by hash) enrols this key (RFC 7638 hash), and nothing else. */
export const mailConfirmation = v.strictObject({
  v: version,
  deployment: deploymentId,
  wallet: hash32,
  deed: hash32,
  key: hash32,
  at: millis,
});
export type MailConfirmation = v.InferOutput<typeof mailConfirmation>;
export const mailConfirmationStatement: Statement<MailConfirmation> = {
  domain: 'mail-confirmation',
  body: codec('mailConfirmation', mailConfirmation),
};

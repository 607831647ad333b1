import { equal } from '@symbolon/crypto';
import {
  activationStatement,
  type Deed,
  type DeedOrder,
  deedOrderStatement,
  enrolledDevice,
  flippedStatement,
  identityHash,
  openStatement,
  ProtocolError,
  type Signed,
  type Statement,
  type Store,
  type WalletRecord,
} from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';
import { personName, type TokenClaims } from './claims.ts';
import type { Device, WalletMemory } from './device.ts';
import { ClientError, type Party } from './errors.ts';

/** A wallet as this device has verified it. */
export interface Wallet {
  /** Hash of the deed's first version, 32 bytes. */
  id: Uint8Array;
  record: WalletRecord;
  deed: Deed;
  /** Hash of the deed's newest version, 32 bytes. */
  head: Uint8Array;
  memory: WalletMemory;
}

/**
 * Verifies what a store says of a person's wallet: the deed from the wallet id on, whose it is, the kms's activation, and its
 * word on the newest version. Throws ClientError `deed-invalid`.
 */
export function verifyRecord(device: Device, record: WalletRecord, claims: TokenClaims, from: Party): Wallet {
  try {
    const { deed, head } = device.deeds.verify(record.wallet, record.deed);
    if (!equal(deed.identity, identityHash(record.salt, claims.issuer, claims.subject))) {
      throw invalid(from, 'is not of the person who signed in');
    }
    const activation = saidBy(device, 'kms', activationStatement, record.activation);
    if (activation === null || !equal(activation.wallet, record.wallet))
      throw invalid(from, 'is not activated by the kms');
    if (
      deed.number > 1 &&
      !ordersHead(saidBy(device, 'kms', deedOrderStatement, record.order), record.wallet, deed, head)
    ) {
      throw invalid(from, "lacks the kms's word that it is the newest");
    }
    if (!epochHolds(device, record)) throw invalid(from, "lacks the kms's word on its epoch");
    return { id: record.wallet, record, deed, head, memory: device.memoryOf(personName(claims)) };
  } catch (error) {
    if (error instanceof Refusal) throw invalid(from, 'does not verify');
    throw error;
  }
}

/** What a store says, if it signed this for this deployment; null for anything else. */
export function saidBy<T extends { deployment: string }>(
  { deployment, crypto }: Device,
  store: Store,
  kind: Statement<T>,
  signed: Signed | null,
): T | null {
  try {
    const said = signed && openStatement(kind, signed, deployment[store].signing, crypto.checks.ed25519);
    return said?.deployment === deployment.id ? said : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/** Whether an order of the kms names exactly this version as the newest. */
export function ordersHead(order: DeedOrder | null, wallet: Uint8Array, deed: Deed, head: Uint8Array): boolean {
  return order !== null && equal(order.wallet, wallet) && order.number === deed.number && equal(order.head, head);
}

/** The first epoch comes with the wallet; every later one is by the kms's own flip (law 6). */
function epochHolds(device: Device, { wallet, epoch, flip }: WalletRecord): boolean {
  if (epoch === 1) return true;
  const said = saidBy(device, 'kms', flippedStatement, flip);
  return said !== null && equal(said.wallet, wallet) && said.epoch === epoch;
}

/** Since when the wallet has its present shares, by the kms's own word or, before any rotation, its deed's, ms. */
export function epochSince({ record, deed }: Wallet): number {
  return record.flip === null ? deed.made.at : flippedStatement.body.decode(record.flip.body).at;
}

/** Whether this device is enrolled now. */
export const isEnrolled = (device: Device, { deed }: Wallet): boolean =>
  enrolledDevice(deed, device.key.point) !== null;

function invalid(party: Party, what: string): ClientError {
  return new ClientError('deed-invalid', `The wallet's record that the ${party} serves ${what}.`, { party });
}

import { equal } from '@symbolon/crypto';
import {
  type RotationProposal,
  type RotationReport,
  rotationReportStatement,
  type Signed,
  signedCodec,
  signStatement,
  tagged,
} from '@symbolon/protocol';
import type { Turning } from '@symbolon/share-store';
import { type OrderedRotation, Refusal } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { append } from './log.ts';
import { noteReport } from './store.ts';

/** The rotation that a statement orders, if it counts now and is not paused. Throws Refusal `wallet-state`. */
export function orderInForce({ statements }: Kms, number: number): OrderedRotation {
  const order = statements.orderedRotations().find((one) => one.number === number);
  if (order === undefined || order.paused) throw new Refusal('wallet-state', 'Nobody orders this rotation.');
  return order;
}

/**
 * Those of the wallets that a statement has not reached yet and that are as the cloud says; the others are left out. No wallet but the
 * canaries before each of them has signed with its new shares: a fault shows on few. Throws Refusal `wallet-state`.
 */
export function askedByStatement(
  kms: Kms,
  number: number,
  wallets: RotationProposal['wallets'],
): Omit<Turning, 'epoch'>[] {
  const { shares, store } = kms;
  const { canaries } = orderInForce(kms, number);
  const isCanary = (wallet: Uint8Array) => canaries.some((one) => equal(one, wallet));
  const proven = (wallet: Uint8Array) => {
    const reached = shares.wallets.isReached(wallet, number);
    return reached === null || (reached && store.hasSigned(wallet));
  };
  if (!wallets.every(({ wallet }) => isCanary(wallet)) && !canaries.every(proven))
    throw new Refusal('wallet-state', 'Not every canary has signed with its new shares.');
  const seen = new Set<string>();
  const turning = wallets.flatMap(({ wallet, from }) => {
    const name = Buffer.from(wallet).toString('hex');
    if (seen.has(name) || shares.wallets.isReached(wallet, number) !== false) return [];
    seen.add(name);
    const isThere = shares.wallets.find(wallet)?.epoch === from;
    return isThere ? [{ wallet, from, curves: shares.wallets.curves(wallet, from) }] : [];
  });
  if (turning.length === 0) throw new Refusal('wallet-state', 'None of these wallets is to be turned.');
  return turning;
}

/** How far an ordered rotation is, signed: for whoever asks. */
export function reportOf(kms: Kms, number: number): Signed {
  const { shares, store } = kms;
  const last = store.orderedRotation(number)?.report ?? null;
  return last === null
    ? signStatement(rotationReportStatement, progressOf(kms, number), shares.signing)
    : signedCodec.decode(last);
}

/** Puts the last word on each rotation that has reached every wallet onto the log, once. */
export async function logReports(kms: Kms): Promise<void> {
  const { shares, store, statements } = kms;
  for (const { number } of statements.orderedRotations()) {
    if (store.orderedRotation(number)?.report !== null) continue;
    const report = progressOf(kms, number);
    if (report.state !== 'done') continue;
    await store.commit.submit((database) => {
      const { body } = append(database, 'rotation-report', () => rotationReportStatement.body.encode(report));
      const signed = { body, signature: shares.signing.sign(tagged(rotationReportStatement.domain, body)) };
      noteReport(database, number, signedCodec.encode(signed));
    });
  }
}

function progressOf({ shares, store, statements }: Kms, number: number): RotationReport {
  const order = statements.orderedRotations().find((one) => one.number === number);
  const { rotated, first, last } = store.orderedRotation(number) ?? { rotated: 0, first: null, last: null };
  const left = order === undefined ? 0 : shares.wallets.unreachedCount(number, order.since);
  const common = {
    v: 1,
    deployment: shares.deployment.id,
    number,
    rotated,
    left,
    first,
    last,
    at: shares.now(),
  } as const;
  if (order === undefined) return { ...common, state: 'unknown' };
  if (left === 0) return { ...common, state: 'done' };
  if (order.paused) return { ...common, state: 'paused' };
  return { ...common, state: rotated === 0 ? 'waiting' : 'running' };
}

import { equal, type Secret, split } from '@symbolon/crypto';
import {
  curvesOf,
  deedHash,
  keepAnswer,
  keepCodec,
  keptStatement,
  packKeep,
  paths,
  type Store,
  sealInfo,
} from '@symbolon/protocol';
import type { Attempt } from './attempt.ts';
import type { Device } from './device.ts';
import { invalidAnswer, readAnswer } from './parties.ts';
import { withRetries } from './retry.ts';
import { askStore, headOf } from './stores.ts';
import { saidBy } from './wallet.ts';
import { keyOf, type WalletKeys } from './walletKeys.ts';

/** First set of shares of every wallet. */
export const firstEpoch = 1;

/** Splits every key and seals its halves, A to the kms and B to the cloud; nothing unsealed is left. The keys are the caller's. */
export async function sealShares(
  device: Device,
  mailbox: string | null,
  { body, deed, salt }: Attempt,
  keys: WalletKeys,
): Promise<Record<Store, Uint8Array>> {
  const curves = curvesOf(deed.keys);
  const halves = curves.map((curve) => split(keyOf(keys, curve)));
  const seal = async (store: Store, shares: Secret[]) => {
    // The cloud confirms through no mailbox, so it is told of none.
    using packed = packKeep({ salt, mailbox: store === 'kms' ? mailbox : null, curves }, shares);
    const info = sealInfo(store === 'kms' ? 'keep-kms' : 'keep-cloud', device.deployment.id);
    const recipient = device.deployment[store].sealing;
    const { sealed, reply } = await device.crypto.hpke.seal(recipient, info, deedHash(body), packed.expose());
    reply[Symbol.dispose]();
    return sealed;
  };
  try {
    const [sharesA, sharesB] = [halves.map(({ a }) => a), halves.map(({ b }) => b)];
    const [kms, cloud] = await Promise.all([seal('kms', sharesA), seal('cloud', sharesB)]);
    return { kms, cloud };
  } finally {
    for (const { a, b } of halves) {
      a.wipe();
      b.wipe();
    }
  }
}

/**
 * Gives a store its sealed shares and has it sign that they are durable. Asked again with the same shares it says so again: a
 * lost answer costs nothing. Throws ClientError `party-answer-invalid`, and as {@link askStore} does.
 */
export async function keep(device: Device, store: Store, { body }: Attempt, sealed: Uint8Array): Promise<void> {
  const wallet = deedHash(body);
  const answer = await withRetries(() =>
    askStore(device, store, paths.keep, keepCodec, { ...headOf(device, 'keep'), wallet, deed: body, sealed }),
  );
  const said = saidBy(device, store, keptStatement, readAnswer(store, keepAnswer, answer).kept);
  const right = said !== null && equal(said.wallet, wallet) && said.epoch === firstEpoch;
  if (!right) throw invalidAnswer(store, 'did not sign that it keeps the shares');
}

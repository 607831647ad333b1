import { equal, toBase64url } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  type Authorised,
  activationAnswer,
  activationStatement,
  addressOf,
  followCodec,
  openStatement,
  paths,
  type Signed,
} from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';
import { activateWallet, type WalletRow } from '@symbolon/share-store';
import { checkDevice, checkIdentity, enrolledOrigin, Refusal, readBytes } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';

/** Creation, last step: the kms has decided that this wallet exists, and says so signed. Asked again it answers the same. */
export async function follow(cloud: Cloud, request: Authorised): Promise<Record<string, never>> {
  const { shares } = cloud;
  const address = addressOf(shares.url, paths.follow);
  const { message, identity, key } = await shares.authoriser.authorise(followCodec, address, request);
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, enrolledOrigin(verified.deed, key));

  await followActivation(cloud, row, message.activation);
  return {};
}

/**
 * Creations that nobody finished here since `before` (ms): the kms is asked what it decided. Only what it has forgotten as well is
 * forgotten, since Key B of a wallet that exists there must not be lost. Throws fetch's errors.
 */
export async function settlePending(cloud: Cloud, before: number): Promise<void> {
  const { wallets } = cloud.shares;
  for (const row of wallets.pendingSince(before)) {
    const activation = await askKms(cloud, row.id);
    if (activation === null) await wallets.forget(row.id);
    else await followActivation(cloud, row, activation).catch(() => wallets.setAside(row.id, cloud.shares.now()));
  }
}

/** The kms's signed word speaks for itself, whoever brings it. */
async function followActivation({ shares, store }: Cloud, row: WalletRow, activation: Signed): Promise<void> {
  const { deployment } = shares;
  const says = openStatement(activationStatement, activation, deployment.kms.signing, verifyEd25519);
  if (says === null || says.deployment !== deployment.id || !equal(says.wallet, row.id) || says.epoch !== row.epoch) {
    throw new Refusal('wallet-state', 'The kms has not activated this wallet.');
  }
  await store.commit.submit((database) => {
    if (!activateWallet(database, row.id, row.person, activation)) throw walletExists();
  });
}

async function askKms({ shares }: Cloud, wallet: Uint8Array): Promise<Signed | null> {
  const address = `${addressOf(shares.deployment.kms.url, paths.activation)}?wallet=${toBase64url(wallet)}`;
  const response = await fetch(address, { signal: AbortSignal.timeout(timeout) });
  if (!response.ok) throw new Error('the kms did not say what it decided');
  return activationAnswer.decode(await readBytes(response, maximumBytes)).activation;
}

const timeout = 5_000;
const maximumBytes = 65_536;

const walletExists = () =>
  new ServiceError({
    status: 409,
    code: 'wallet-exists',
    message: 'This person has a wallet already.',
    hint: 'Open it; this creation is dropped.',
  });

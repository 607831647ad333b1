import { equal } from '@symbolon/crypto';
import { verifyEd25519 } from '@symbolon/crypto/native';
import { type Authorised, activationStatement, addressOf, followCodec, openStatement, paths } from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';
import { checkDevice, checkIdentity, enrolledOrigin, Refusal } from '@symbolon/verify';
import type { Cloud } from './cloud.ts';

/** Creation, last step: the kms has decided that this wallet exists, and says so signed. Asked again it answers the same. */
export async function follow({ shares, store }: Cloud, request: Authorised): Promise<Record<string, never>> {
  const address = addressOf(shares.url, paths.follow);
  const { message, identity, key } = await shares.authoriser.authorise(followCodec, address, request);
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, enrolledOrigin(verified.deed, key));

  const { deployment } = shares;
  const says = openStatement(activationStatement, message.activation, deployment.kms.signing, verifyEd25519);
  if (says === null || says.deployment !== deployment.id || !equal(says.wallet, row.id) || says.epoch !== row.epoch) {
    throw new Refusal('wallet-state', 'The kms has not activated this wallet.');
  }
  const other = shares.wallets.activeOf(row.person);
  if (other !== null && !equal(other.id, row.id)) throw walletExists();
  await store.follow(row.id, message.activation, says);
  return {};
}

const walletExists = () =>
  new ServiceError({
    status: 409,
    code: 'wallet-exists',
    message: 'This person has a wallet already.',
    hint: 'Open it; this creation is dropped.',
  });

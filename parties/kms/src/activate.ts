import { verifyEd25519, verifySecp256k1 } from '@symbolon/crypto/native';
import {
  type Activate,
  type Authorised,
  activateCodec,
  activationStatement,
  addressOf,
  creationBytes,
  creationDigest,
  creationLife,
  curvesOf,
  type PublicKeys,
  paths,
  type Signed,
  tagged,
} from '@symbolon/protocol';
import { ServiceError } from '@symbolon/service';
import { activateWallet } from '@symbolon/share-store';
import { checkDevice, checkIdentity, Refusal } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { append } from './log.ts';

/**
 * Law 7: a wallet exists from here on. Each curve's first signature, made from the stored shares, verifies; a person has one
 * wallet, whichever device wins. Asked again it answers the same. Throws ServiceError 409 `wallet-exists` for the one who lost.
 */
export async function activate(kms: Kms, request: Authorised): Promise<{ activation: Signed }> {
  const { shares, store } = kms;
  const address = addressOf(shares.url, paths.activate);
  const { message, identity, key } = await shares.authoriser.authorise(activateCodec, address, request);
  const { row, verified } = shares.wallet(message.wallet);
  checkIdentity(verified.deed, row.salt, identity);
  checkDevice(verified.deed, key, null);
  if (row.activation !== null) return { activation: row.activation };

  // The cloud forgets what the kms can no longer activate: no wallet may come to be without Key B.
  if (row.made < shares.now() - creationLife) throw new Refusal('wallet-state', 'The creation took too long.');
  if (message.epoch !== row.epoch) throw new Refusal('wallet-state', 'Of another epoch.');
  // Whoever holds the whole key could make these signatures without any share; the release shows that the path was walked.
  if (!store.hasRelease(row.id)) throw new Refusal('wallet-state', 'No release of this wallet is on record.');
  checkFirstSignatures(shares.deployment.id, message, verified.deed.keys);

  await store.commit.submit((database) => {
    // Another tab may have come first with the same wallet: what was said once stays said.
    if (shares.wallets.find(row.id)?.state === 'active') return;
    const { body } = append(database, 'activation', ({ index: log }) =>
      activationStatement.body.encode({
        v: 1,
        deployment: shares.deployment.id,
        wallet: row.id,
        epoch: row.epoch,
        at: shares.now(),
        log,
      }),
    );
    const signed = { body, signature: shares.signing.sign(tagged(activationStatement.domain, body)) };
    if (!activateWallet(database, row.id, row.person, signed)) throw walletExists();
  });
  const { activation } = activationOf(kms, row.id);
  if (activation === null) throw new Refusal('wallet-unknown', 'The wallet was forgotten meanwhile.');
  return { activation };
}

/** What this kms has decided on a wallet, for whoever knows its id: the cloud asks before it forgets a pending one. */
export function activationOf({ shares }: Kms, wallet: Uint8Array): { activation: Signed | null } {
  return { activation: shares.wallets.find(wallet)?.activation ?? null };
}

function checkFirstSignatures(deployment: string, message: Activate, keys: PublicKeys): void {
  const verifiers = {
    secp256k1: (key: Uint8Array, bytes: Uint8Array, signature: Uint8Array) =>
      verifySecp256k1(key, creationDigest(bytes), signature),
    ed25519: verifyEd25519,
  };
  for (const curve of curvesOf(keys)) {
    const [key, signature] = [keys[curve], message.signatures[curve]];
    const bytes = creationBytes(deployment, message.wallet, curve, message.epoch);
    if (key === undefined || signature === undefined || !verifiers[curve](key, bytes, signature)) {
      throw new Refusal('share-mismatch', 'The first signatures do not verify.');
    }
  }
}

const walletExists = () =>
  new ServiceError({
    status: 409,
    code: 'wallet-exists',
    message: 'This person has a wallet already.',
    hint: 'Open it; this creation is dropped.',
  });

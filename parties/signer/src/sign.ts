import { randomBytes } from 'node:crypto';
import { equal, join, type Secret } from '@symbolon/crypto';
import {
  addressOf,
  envelopeCodec,
  paths,
  requestHash,
  type SignerAnswer,
  type SignerRequest,
  thumbprint,
} from '@symbolon/protocol';
import { checkDevice, checkHead, checkIdentity, Refusal } from '@symbolon/verify';
import { type Asked, checkAgreement, checkReceipt, openShare } from './agree.ts';
import type { Signer } from './signer.ts';
import { prepare, type Task } from './task.ts';

/**
 * One request: verify the person and the device, parse what is to be signed, have Key A released on record, join it with Key B,
 * check the key, sign, verify, wipe. Throws Refusal, IntentError, ProtocolError or CryptoError; then nothing was signed.
 */
export async function sign(signer: Signer, request: SignerRequest): Promise<SignerAnswer> {
  const asked = await verify(signer, request);
  const task = prepare(signer.deployment.id, asked.envelope, asked.deed.keys);

  const keyB = openShare(signer, 'cloud', request.sealedShare, { ...asked, curves: task.curves });
  try {
    const challenge = randomBytes(32);
    const released = await signer.kms.release({ ...request.release, token: request.token, challenge });
    const onRecord = checkReceipt(signer, released.receipt, challenge, asked);
    const signed = signer.outcomes.reporting(onRecord, () => {
      const keyA = openShare(signer, 'kms', released.sealed, { ...asked, curves: task.curves });
      try {
        checkAgreement(keyA.header, keyB.header, onRecord);
        return signWith(task, keyA.shares, keyB.shares);
      } finally {
        wipe(keyA.shares);
      }
    });
    return { ...signed, receipt: released.receipt };
  } finally {
    wipe(keyB.shares);
  }
}

/** Laws 3 and 4 for this party: who asks, from which device, about which wallet, of this very signer. */
async function verify(signer: Signer, request: SignerRequest): Promise<Asked> {
  const envelope = envelopeCodec.decode(request.envelope);
  checkHead(envelope, signer.deployment.id, signer.now());
  if (!equal(envelope.signer, signer.id)) throw new Refusal('signer-unknown', 'The request is for another signer.');

  const identity = await signer.tokens.verify(request.token);
  const rh = requestHash(request.envelope);
  const htu = addressOf(signer.deployment.signer.url, paths.requests);
  const key = signer.proofs.verify(request.proof, { htu, token: request.token, rh, message: request.envelope });

  const { deed, head } = signer.deeds.verify(envelope.wallet, request.deed);
  if (!equal(head, envelope.deed)) throw new Refusal('deed-invalid', 'The request names another version.');
  checkIdentity(deed, request.salt, identity);
  checkDevice(deed, key, envelope.origin);
  return { envelope, rh, deed, identity, device: thumbprint(key) };
}

/** The wallet key is whole from here to the end of the task, and nowhere else. */
function signWith(task: Task, sharesA: readonly Secret[], sharesB: readonly Secret[]) {
  const keys: Secret[] = [];
  try {
    for (const [index, a] of sharesA.entries()) {
      const b = sharesB[index];
      if (b === undefined) throw new Refusal('share-mismatch', 'The stores gave different numbers of shares.');
      keys.push(join(a, b));
    }
    return task.run(keys);
  } finally {
    wipe(keys);
  }
}

function wipe(secrets: readonly Secret[]): void {
  for (const secret of secrets) secret.wipe();
}

import { equal } from '@symbolon/crypto';
import {
  digest,
  flipAnswer,
  flipCodec,
  flippedStatement,
  followFlipCodec,
  paths,
  rotateAnswer,
  rotateAsk,
  rotateCodec,
  rotationBytes,
  type Signatures,
  type Signed,
} from '@symbolon/protocol';
import type { Device } from './device.ts';
import type { ClientError } from './errors.ts';
import { requireKeySignatures } from './keySignatures.ts';
import { invalidAnswer, readAnswer } from './parties.ts';
import { alarmOf, type ReceiptChain } from './receipts.ts';
import { askSigner } from './request.ts';
import { withRetries } from './retry.ts';
import { askStore, headOf } from './stores.ts';
import { saidBy, type Wallet } from './wallet.ts';

/**
 * New shares, same keys, same address (design 3, Rotation): kms and cloud prepare a new epoch, the signer shows that the new pair
 * makes the wallet's keys, the kms flips, the cloud follows. Killed anywhere, the wallet goes on with the old epoch or the new.
 * `alarm`: the wallet is whole, and yet the kms's receipts do not fit together. Throws ClientError `party-refused`, also where a later attempt of another device came between, and as
 * the ordinary path does.
 */
export async function rotate(
  device: Device,
  wallet: Wallet,
  receipts: ReceiptChain,
): Promise<{ wallet: Wallet; alarm: ClientError | null }> {
  const from = wallet.record.epoch;
  const epoch = await prepare(device, wallet, from);
  const { signatures, receipt } = await checkPair(device, wallet, epoch, receipts);
  const flip = await decide(device, wallet, from, epoch, signatures);
  // Where this gets lost, the cloud asks the kms for itself before it serves the new epoch.
  await followFlip(device, wallet, flip).catch(() => undefined);
  const turned = { ...wallet, record: { ...wallet.record, epoch, flip } };
  await wallet.memory.record.write(turned.record);
  return { wallet: turned, alarm: await alarmOf(receipts.follow(receipt)) };
}

/** The person's word to both stores, one proof for each: the kms takes nothing of this on the cloud's word. */
async function prepare(device: Device, wallet: Wallet, from: number): Promise<number> {
  const body = await withRetries(async () => {
    const message = rotateCodec.encode({ ...headOf(device, 'rotate'), wallet: wallet.id, from });
    const token = await device.tokens.token();
    const proven = async (store: 'kms' | 'cloud') => {
      const htu = device.parties.address(store, paths.rotate);
      const proof = await device.prover.prove({ htu, token, rh: digest('request', message), message });
      return { message, token, proof };
    };
    const ask = rotateAsk.encode({ cloud: await proven('cloud'), kms: await proven('kms') });
    return device.parties.post('cloud', paths.rotate, ask);
  });
  const { epoch } = readAnswer('cloud', rotateAnswer, body);
  if (epoch <= from) throw invalidAnswer('cloud', 'prepared an epoch that is not a later one');
  return epoch;
}

async function checkPair(device: Device, wallet: Wallet, epoch: number, receipts: ReceiptChain) {
  const pending = { ...wallet, record: { ...wallet.record, epoch } };
  const approved = { kind: 'rotate', curve: null, intent: new Uint8Array(), origin: device.origin } as const;
  const answer = await askSigner(device, pending, approved, (rh) => receipts.expect(rh));
  if (answer.status !== 'turned') throw invalidAnswer('signer', 'answered a rotation with something else');
  requireKeySignatures(device, wallet.deed, answer.signatures, (curve) =>
    rotationBytes(device.deployment.id, wallet.id, curve, epoch),
  );
  return answer;
}

async function decide(
  device: Device,
  { id }: Wallet,
  from: number,
  epoch: number,
  signatures: Signatures,
): Promise<Signed> {
  const message = () => ({ ...headOf(device, 'flip'), wallet: id, epoch, signatures });
  const body = await withRetries(() => askStore(device, 'kms', paths.flip, flipCodec, message()));
  const { flip } = readAnswer('kms', flipAnswer, body);
  const said = saidBy(device, 'kms', flippedStatement, flip);
  if (said === null || !equal(said.wallet, id) || said.from !== from || said.epoch !== epoch)
    throw invalidAnswer('kms', 'did not sign the flip');
  return flip;
}

/** Tells the cloud that the kms has flipped. */
export async function followFlip(device: Device, wallet: Pick<Wallet, 'id'>, flip: Signed): Promise<void> {
  await askStore(device, 'cloud', paths.followFlip, followFlipCodec, {
    ...headOf(device, 'follow-flip'),
    wallet: wallet.id,
    flip,
  });
}

import { type Assembled, assemble, digest, type EvmIntent, parseIntent } from '@symbolon/chains/evm';
import { equal } from '@symbolon/crypto';
import { encodeData, type Receipt } from '@symbolon/protocol';
import type { Device } from './device.ts';
import { ClientError } from './errors.ts';
import { invalidAnswer } from './parties.ts';
import { alarmOf, type ReceiptChain } from './receipts.ts';
import { askSigner } from './request.ts';
import type { Wallet } from './wallet.ts';

/**
 * A signature that this device has verified against its own digest. `others`: releases that it did not ask for, found on the way.
 * `alarm`: the signature holds, but the kms's receipts do not fit what this device knows, or could not be compared.
 */
export interface SignedIntent extends Assembled {
  others: Receipt[];
  alarm: ClientError | null;
}

/**
 * Signs one intent as the person approved it, for `origin`. Throws IntentError for an intent that nobody would sign, ClientError
 * `signature-invalid`, and as {@link askSigner} does.
 */
export async function sign(
  device: Device,
  wallet: Wallet,
  receipts: ReceiptChain,
  value: EvmIntent,
  origin: string,
): Promise<SignedIntent> {
  const intent = parseIntent(value);
  const publicKey = wallet.deed.keys.secp256k1;
  if (publicKey === undefined) throw new ClientError('curve-missing', 'This wallet has no secp256k1 key.');

  const approved = { kind: 'sign', curve: 'secp256k1', intent: encodeData(intent), origin } as const;
  const answer = await askSigner(device, wallet, approved, (rh) => receipts.expect(rh));
  if (answer.status !== 'signed' || answer.recovery === null) throw invalidAnswer('signer', 'answered something else');

  if (!device.crypto.verifySignature('secp256k1', publicKey, digest(intent), answer.signature)) throw otherThing();
  const assembled = assemble(intent, { compact: answer.signature, recovery: answer.recovery });
  if (!sameBytes(answer.signed, assembled.signed ?? null)) throw otherThing();

  let others: Receipt[] = [];
  const following = receipts.follow(answer.receipt).then((found) => {
    others = found;
  });
  const alarm = await alarmOf(following);
  return { ...assembled, others, alarm };
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equal(a, b);
}

function otherThing(): ClientError {
  return new ClientError('signature-invalid', 'What came back is not a signature of what was asked for.', {
    party: 'signer',
  });
}

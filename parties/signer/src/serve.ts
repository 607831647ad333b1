import { IntentError } from '@symbolon/chains/evm';
import { utf8 } from '@symbolon/crypto';
import { pad, type SignerAnswer, sealInfo, signerAnswerCodec, signerRequestCodec, unpad } from '@symbolon/protocol';
import { Refusal } from '@symbolon/verify';
import { ReleaseError } from './kmsLink.ts';
import { sign } from './sign.ts';
import type { Signer } from './signer.ts';

/**
 * Opens a sealed request, has it served, and seals the answer back to the device that asked: whoever carries it learns sizes and
 * times. Throws Refusal `signer-unknown` for what is not sealed to this process.
 */
export async function serve(signer: Signer, sealed: Uint8Array, note: (error: unknown) => void): Promise<Uint8Array> {
  const aad = utf8(signer.deployment.id);
  const { plaintext, reply } = open(signer, sealed, aad);
  using _reply = reply;
  let answer: SignerAnswer;
  try {
    using opened = plaintext;
    answer = await sign(signer, signerRequestCodec.decode(unpad(opened.expose())));
  } catch (error) {
    note(error);
    answer = refusal(error);
  }
  return reply.sealReply(aad, pad(signerAnswerCodec.encode(answer)));
}

function open({ sealing, deployment }: Signer, sealed: Uint8Array, aad: Uint8Array) {
  try {
    return sealing.open(sealed, sealInfo('signer-request', deployment.id), aad);
  } catch {
    throw new Refusal('signer-unknown', 'The request is not sealed to this signer.');
  }
}

/** One constant answer outwards, but for what the person wrote (law 8) and what a new request mends. */
function refusal(error: unknown): SignerAnswer {
  const told = (code: string, message: string, hint: string) => ({ status: 'refused', code, message, hint }) as const;
  // What is cut may end within a character of the person's own field names, which the answer cannot carry.
  const cut = (text: string) => text.slice(0, 300).toWellFormed();
  if (error instanceof IntentError) return told(error.code, cut(error.message), cut(error.hint));
  if (error instanceof ReleaseError && error.code !== 'refused')
    return told(error.code, 'The kms could not release.', 'Try again.');
  if (error instanceof Refusal && error.code !== 'refused') return told(error.code, error.message, error.hint);
  return told('refused', 'The request was refused.', 'Make the request anew with the client library.');
}

import { addressOf, paths, releasesAnswer, releasesCodec } from '@symbolon/protocol';
import { type Hand, prove } from './hand.ts';
import { post } from './http.ts';
import type { Prepared } from './signing.ts';

/** Asks the kms for Key A as if one were a signer. `served`, or the code of the refusal. */
export async function askRelease(hand: Hand, { shareBytes: message, rh }: Prepared, token?: string): Promise<string> {
  const htu = addressOf(hand.world.deployment.kms.url, paths.releases);
  const used = token ?? (await hand.token());
  const proof = prove(hand.key, { htu, token: used, rh, message });
  const ask = { message, token: used, proof, challenge: new Uint8Array(32) };
  const answer = await post(htu, releasesCodec.encode({ asks: [ask] }));
  const [result] = releasesAnswer.decode(answer.body).results;
  return result?.status === 'refused' ? result.code : 'served';
}

import { addressOf, authorisedCodec, paths, releasesAnswer, releasesCodec } from '@symbolon/protocol';
import { post } from '../../support/http.ts';
import { again } from '../../support/recording.ts';
import { prepare } from '../../support/signing.ts';
import { signerOf } from '../../support/world.ts';
import type { Attack, Haul } from '../attack.ts';

/** Brings everything that passed by once more, as it was. What may not happen twice shows on the records. */
export async function bringAgain({ world, loot }: Attack): Promise<Haul> {
  const given: string[] = [];
  for (const one of loot.traffic) {
    const answer = await again(one);
    const releases = one.url.endsWith(paths.releases) && answer.status === 200;
    if (releases && releasesAnswer.decode(answer.body).results.some(({ status }) => status === 'released'))
      given.push('a second release');
    if (one.url === addressOf(world.deployment.cloud.url, paths.seals) && answer.status === 200)
      given.push('a second seal of Key B');
  }
  return { given };
}

/** Puts their own request under each token and proof that passed by. */
export async function putOwnUnderTheirs(attack: Attack): Promise<Haul> {
  const { world, hand, record, passed } = attack;
  const { shareBytes: message } = prepare(hand, record, await signerOf(world), { intent: attack.intent });
  const { cloud, kms } = world.deployment;
  const given: string[] = [];
  for (const { token, proof } of passed.slice(-4)) {
    const seal = await post(addressOf(cloud.url, paths.seals), authorisedCodec.encode({ message, token, proof }));
    if (seal.status === 200) given.push('Key B for a request of their own');
    const ask = { message, token, proof, challenge: new Uint8Array(32) };
    const release = await post(addressOf(kms.url, paths.releases), releasesCodec.encode({ asks: [ask] }));
    const [result] = release.status === 200 ? releasesAnswer.decode(release.body).results : [];
    if (result?.status === 'released') given.push('Key A for a request of their own');
  }
  return { given };
}

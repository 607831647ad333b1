import { fetchTransport, type Transport } from '@symbolon/client';
import {
  authorisedCodec,
  paths,
  receiptHash,
  receiptStatement,
  releasesAnswer,
  releasesCodec,
  type Store,
  sealAnswer,
  shareRequestCodec,
  thumbprint,
} from '@symbolon/protocol';
import type { Meddle } from '../../support/between.ts';
import { post } from '../../support/http.ts';
import { flipped } from '../../support/insider.ts';
import { recordsOf } from '../../support/records.ts';
import { signerOf } from '../../support/world.ts';
import type { Attack, Haul } from '../attack.ts';
import { meddling } from '../trustWorld.ts';

/** What a store gives in place of the share that it keeps. */
export type Bend = (share: Uint8Array) => Uint8Array;

const bends: Bend[] = [(share) => flipped(share, 0), (share) => flipped(share, 255), () => new Uint8Array(32).fill(1)];

/** Gives other shares than the stored ones while the person signs: signatures under bent keys give the key away bit by bit. */
export async function bendShares(attack: Attack): Promise<Haul> {
  const given: string[] = [];
  for (const store of ['kms', 'cloud'] as const) {
    if (!attack.has(store)) continue;
    for (const bend of bends)
      if (await signsUnder(attack, store, bend)) given.push(`a signature under a bent share of the ${store}`);
  }
  return { given };
}

/** Whether the person gets a signature while a store gives a share that `bend` makes of its own. */
export async function signsUnder(attack: Attack, store: Store, bend: Bend): Promise<boolean> {
  using _ = store === 'kms' ? meddling(attack.world.hops.signer, await bentA(attack, bend)) : null;
  return await gotSignature(attack, store === 'kms' ? undefined : await bentB(attack, bend));
}

/** Holds back what the person's device sends to the signer, brings it spoilt, and then twice as it was. */
export async function spoilSealed(attack: Attack): Promise<Haul> {
  const given: string[] = [];
  const before = recordsOf(attack.world).releases;
  const carry: Transport = async (request) => {
    if (!request.url.endsWith(paths.requests)) return fetchTransport(fetch)(request);
    const { url, body = new Uint8Array() } = request;
    const bring = (bytes: Uint8Array) => post(url, bytes, 'application/octet-stream');
    for (const at of [0, 600, 1_119, 1_500, body.length - 1])
      if ((await bring(flipped(body, at * 8))).status === 200) given.push('an answer to a spoilt request');
    const answer = await bring(body);
    await bring(body);
    return answer;
  };
  if (!(await gotSignature(attack, carry)))
    given.push('no signature for the person, though one request came as it was');
  if (recordsOf(attack.world).releases !== before + 1) given.push('another release than the one that was asked for');
  return { given };
}

const gotSignature = ({ victim }: Attack, carry?: Transport): Promise<boolean> =>
  victim.sign(carry).then(
    () => true,
    () => false,
  );

async function bentB(attack: Attack, bend: Bend): Promise<Transport> {
  const cloud = attack.insider('cloud');
  const share = await attack.share('cloud');
  const signer = await signerOf(attack.world);
  const says = { device: thumbprint(attack.victim.device.key.point), issuerKeys: [attack.signInKey.thumbprint] };
  return async (request) => {
    if (!request.url.endsWith(paths.seals) || cloud === null || share === null) return fetchTransport(fetch)(request);
    const asked = shareRequestCodec.decode(authorisedCodec.decode(request.body ?? new Uint8Array()).message);
    const sealed = await cloud.sealAsAsked(asked, signer, bend(share), says);
    return { status: 200, body: sealAnswer.encode({ sealed }) };
  };
}

async function bentA(attack: Attack, bend: Bend): Promise<Meddle> {
  const kms = attack.insider('kms');
  const share = await attack.share('kms');
  const signer = await signerOf(attack.world);
  const device = thumbprint(attack.victim.device.key.point);
  return async ({ path, body }, forward) => {
    const answer = await forward();
    if (path !== paths.releases || kms === null || share === null) return answer;
    const { asks } = releasesCodec.decode(body);
    const bent = releasesAnswer.decode(answer.body).results.map(async (result, index) => {
      const ask = asks[index];
      if (result.status !== 'released' || ask === undefined) return result;
      const { at } = receiptStatement.body.decode(result.receipt.body);
      const says = { device, at, issuerKeys: [attack.signInKey.thumbprint], receipt: receiptHash(result.receipt.body) };
      const asked = shareRequestCodec.decode(ask.message);
      return { ...result, sealed: await kms.sealAsAsked(asked, signer, bend(share), says) };
    });
    return { ...answer, body: releasesAnswer.encode({ results: await Promise.all(bent) }) };
  };
}

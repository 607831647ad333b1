import {
  type Authorised,
  about,
  authorisedCodec,
  confirmationAnswer,
  empty,
  evidenceCodec,
  findAnswer,
  keepAnswer,
  paths,
  rotateAnswer,
  rotateAsk,
  sealAnswer,
  signedCodec,
} from '@symbolon/protocol';
import { type Route, route } from '@symbolon/service';
import { find, keep, openOutcomes, type Reasons } from '@symbolon/share-store';
import * as v from 'valibot';
import type { Cloud } from './cloud.ts';
import { countersign, followDeed } from './deed.ts';
import { followFlip } from './epochs.ts';
import { follow } from './follow.ts';
import { rotate } from './rotation.ts';
import { seal } from './seal.ts';
import { present } from './signers.ts';

const timeoutMs = 10_000;
/** From one address: above what people do, below what checking signatures for a stranger would cost. */
const people = { perMinute: 6_000, by: 'address' } as const;
/** Devices behind one address may be many, and a sealing is asked for at every signature. */
const signatures = { perMinute: 120_000, by: 'address' } as const;

/** The cloud's whole face: what it can be asked, by whom, and which operation answers. */
export function routes(cloud: Cloud, reasons: Reasons): Route[] {
  const { shares, store } = cloud;
  const authorised = { method: 'POST', body: authorisedCodec, maxBytes: 65_536, timeoutMs, limit: people } as const;
  const asked = <A>(path: string, operation: (message: Authorised) => Promise<A>) => ({
    path,
    handler: reasons.watch(path, operation),
  });
  return [
    route({
      ...authorised,
      ...asked(paths.keep, (message) => keep(shares, message)),
      summary: 'Creation: keep Key B, write-once and pending.',
      answer: keepAnswer,
    }),
    route({
      ...authorised,
      ...asked(paths.follow, (message) => follow(cloud, message)),
      summary: 'Creation: the kms has decided that a wallet exists.',
      answer: empty,
    }),
    route({
      ...authorised,
      ...asked(paths.find, (message) => find(shares, message)),
      summary: "The wallet of a token's person.",
      answer: findAnswer,
    }),
    route({
      ...authorised,
      ...asked(paths.followDeed, (message) => followDeed(cloud, message)),
      summary: "What this party lacks of a deed, in the kms's order.",
      answer: empty,
    }),
    route({
      ...authorised,
      ...asked(paths.countersign, (message) => countersign(cloud, message)),
      summary: 'Confirm a new device, beside the kms.',
      answer: confirmationAnswer,
    }),
    route({
      ...authorised,
      ...asked(paths.seals, (message) => seal(cloud, message)),
      limit: signatures,
      summary: 'Seal Key B of one request to one attested signer.',
      answer: sealAnswer,
    }),
    route({
      method: 'POST',
      path: paths.rotate,
      summary: 'Rotation: prepare a new epoch together with the kms.',
      body: rotateAsk,
      answer: rotateAnswer,
      maxBytes: 32_768,
      timeoutMs: 20_000,
      limit: people,
      handler: reasons.watch(paths.rotate, (asked) => rotate(cloud, asked)),
    }),
    route({
      ...authorised,
      ...asked(paths.followFlip, (message) => followFlip(cloud, message)),
      summary: 'Rotation: the kms has flipped the epoch.',
      answer: empty,
    }),
    route({
      method: 'POST',
      path: paths.signers,
      handler: reasons.watch(paths.signers, (evidence) => present(cloud, evidence)),
      summary: "Present a signer's evidence.",
      body: evidenceCodec,
      answer: empty,
      maxBytes: 32_768,
      timeoutMs,
      limit: { perMinute: 600, by: 'address' },
    }),
    route({
      method: 'POST',
      path: paths.outcomes,
      summary: 'How releases ended, in the words of the signer.',
      body: signedCodec,
      answer: empty,
      maxBytes: 32_768,
      timeoutMs,
      limit: signatures,
      handler: reasons.watch(paths.outcomes, async (signed) => {
        await store.recordOutcomes(openOutcomes(shares, signed).items);
        return {};
      }),
    }),
    route({
      method: 'GET',
      path: paths.about,
      summary: 'Who answers here, and what its clock says.',
      query: v.strictObject({}),
      answer: about,
      timeoutMs,
      limit: people,
      handler: async () => {
        const { id: deployment, mode } = shares.deployment;
        return { v: 1, party: 'cloud', deployment, mode, time: shares.now() } as const;
      },
    }),
  ];
}

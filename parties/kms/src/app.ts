import {
  type Authorised,
  about,
  activateAnswer,
  activationAnswer,
  authorisedCodec,
  base64url,
  confirmationAnswer,
  deedUpdateAnswer,
  empty,
  evidenceCodec,
  findAnswer,
  flipAnswer,
  keepAnswer,
  mailCodeAnswer,
  paths,
  type ReleaseAsk,
  type ReleaseResult,
  receiptsAnswer,
  releasesAnswer,
  releasesCodec,
  rotationAgreedAnswer,
  signedCodec,
  statementAnswer,
  statementCodec,
  statementListCodec,
} from '@symbolon/protocol';
import { type Route, route } from '@symbolon/service';
import { find, keep, openOutcomes, type Reasons } from '@symbolon/share-store';
import * as v from 'valibot';
import { activate, activationOf } from './activate.ts';
import { updateDeed } from './deed.ts';
import type { Kms } from './kms.ts';
import { confirmMail, sendMailCode } from './mailRecovery.ts';
import { reportOf } from './orderedRotation.ts';
import { receipts } from './receipts.ts';
import { release } from './release.ts';
import { agreeRotation, epochStateOf, flip, flipsFollowed, proposeRotation } from './rotation.ts';

const timeoutMs = 10_000;
/** From one address: above what people do, below what checking signatures for a stranger would cost. */
const people = { perMinute: 6_000, by: 'address' } as const;
/** Signers come from few addresses and send many releases at once. */
const signers = { perMinute: 120_000, by: 'address' } as const;

/** The kms's whole face: what it can be asked, by whom, and which operation answers. */
export function routes(kms: Kms, reasons: Reasons): Route[] {
  const { shares, statements, store } = kms;
  const authorised = { method: 'POST', body: authorisedCodec, maxBytes: 65_536, timeoutMs, limit: people } as const;
  const asked = <A>(path: string, operation: (kms: Kms, message: Authorised) => Promise<A>) => ({
    path,
    handler: reasons.watch(path, (message: Authorised) => operation(kms, message)),
  });
  return [
    route({
      ...authorised,
      path: paths.keep,
      summary: 'Creation: keep Key A, write-once and pending.',
      answer: keepAnswer,
      handler: reasons.watch(paths.keep, (message) => keep(shares, message)),
    }),
    route({
      ...authorised,
      ...asked(paths.activate, activate),
      summary: 'Creation: decide that a wallet exists.',
      answer: activateAnswer,
    }),
    route({
      method: 'GET',
      path: paths.activation,
      summary: 'Whether a wallet exists, for whoever knows its id (base64url).',
      query: v.strictObject({ wallet: base64url(32) }),
      answer: activationAnswer,
      timeoutMs,
      limit: people,
      handler: async ({ wallet }) => activationOf(kms, wallet),
    }),
    route({
      ...authorised,
      path: paths.find,
      summary: "The wallet of a token's person.",
      answer: findAnswer,
      handler: reasons.watch(paths.find, (message) => find(shares, message)),
    }),
    route({
      ...authorised,
      ...asked(paths.deed, updateDeed),
      summary: 'The next version of a deed.',
      answer: deedUpdateAnswer,
    }),
    route({
      ...authorised,
      ...asked(paths.mailCode, sendMailCode),
      summary: 'Mail a code for a new device.',
      answer: mailCodeAnswer,
    }),
    route({
      ...authorised,
      ...asked(paths.confirmMail, confirmMail),
      summary: 'Confirm a new device by the mailed code.',
      answer: confirmationAnswer,
    }),
    route({
      ...authorised,
      ...asked(paths.receipts, receipts),
      summary: "A wallet's receipts by number.",
      answer: receiptsAnswer,
    }),
    route({
      method: 'POST',
      path: paths.releases,
      summary: 'Release Key A to attested signers, each release on record first.',
      body: releasesCodec,
      answer: releasesAnswer,
      maxBytes: 1_048_576,
      timeoutMs,
      limit: signers,
      handler: async ({ asks }) => ({ results: await Promise.all(asks.map((ask) => tryRelease(kms, ask, reasons))) }),
    }),
    route({
      ...authorised,
      ...asked(paths.flip, flip),
      summary: 'Rotation: the new pair makes the keys; the epoch is another one from here on.',
      answer: flipAnswer,
    }),
    route({
      method: 'GET',
      path: paths.epoch,
      summary: "Where a wallet's epoch stands.",
      query: v.strictObject({ wallet: base64url(32), challenge: base64url(32) }),
      answer: signedCodec,
      timeoutMs,
      limit: people,
      handler: reasons.watch(paths.epoch, async ({ wallet, challenge }) => epochStateOf(kms, wallet, challenge)),
    }),
    ...fromCloud(kms, reasons),
    route({
      method: 'GET',
      path: paths.rotationReport,
      summary: 'How far a rotation of everyone is, by the number of its statement.',
      query: v.strictObject({ number: v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/)) }),
      answer: signedCodec,
      timeoutMs,
      limit: people,
      handler: reasons.watch(paths.rotationReport, async ({ number }) => reportOf(kms, Number(number))),
    }),
    route({
      method: 'POST',
      path: paths.signers,
      summary: "Present a signer's evidence.",
      body: evidenceCodec,
      answer: empty,
      maxBytes: 32_768,
      timeoutMs,
      limit: { perMinute: 600, by: 'address' },
      handler: reasons.watch(paths.signers, async (evidence) => {
        await shares.evidence.present(evidence);
        return {};
      }),
    }),
    route({
      method: 'POST',
      path: paths.outcomes,
      summary: 'How releases ended, in the words of the signer.',
      body: signedCodec,
      answer: empty,
      maxBytes: 32_768,
      timeoutMs,
      limit: signers,
      handler: reasons.watch(paths.outcomes, async (signed) => {
        await store.recordOutcomes(openOutcomes(shares, signed));
        return {};
      }),
    }),
    route({
      method: 'POST',
      path: paths.statements,
      summary: 'Submit the next k-of-n statement.',
      body: statementCodec,
      answer: statementAnswer,
      maxBytes: 16_384,
      timeoutMs,
      limit: { perMinute: 60, by: 'address' },
      handler: reasons.watch(paths.statements, (statement) => statements.submit(statement)),
    }),
    route({
      method: 'GET',
      path: paths.statements,
      summary: 'All statements, with the word of this log on each.',
      query: v.strictObject({}),
      answer: statementListCodec,
      timeoutMs,
      limit: people,
      handler: async () => ({ statements: statements.list() }),
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
        return { v: 1, party: 'kms', deployment, mode, time: shares.now() } as const;
      },
    }),
  ];
}

/** What the cloud alone asks, under its own signature. */
function fromCloud(kms: Kms, reasons: Reasons): Route[] {
  const signed = { method: 'POST', body: signedCodec, maxBytes: 131_072, timeoutMs, limit: signers } as const;
  return [
    route({
      ...signed,
      path: paths.proposeRotation,
      summary: 'Rotation: prepare new epochs together with the cloud.',
      answer: signedCodec,
      handler: reasons.watch(paths.proposeRotation, (message) => proposeRotation(kms, message)),
    }),
    route({
      ...signed,
      path: paths.agreeRotation,
      summary: 'Rotation: the cloud has prepared the same; where a statement orders it, the epochs flip.',
      answer: rotationAgreedAnswer,
      handler: reasons.watch(paths.agreeRotation, (message) => agreeRotation(kms, message)),
    }),
    route({
      ...signed,
      path: paths.flipsFollowed,
      summary: 'Rotation: the cloud holds the flips; older epochs are destroyed.',
      answer: empty,
      handler: reasons.watch(paths.flipsFollowed, (message) => flipsFollowed(kms, message)),
    }),
  ];
}

/** One constant code towards the signer, but for what it can mend itself. */
async function tryRelease(kms: Kms, ask: ReleaseAsk, reasons: Reasons): Promise<ReleaseResult> {
  try {
    return await release(kms, ask);
  } catch (error) {
    reasons.note(error, paths.releases);
    return { status: 'refused', code: codeFor(error) };
  }
}

function codeFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'signer-unknown' || code === 'store-unavailable' || code === 'issuer-unreachable' ? code : 'refused';
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { hpkeXWing } from '@symbolon/crypto/native';
import {
  type Authorised,
  activateCodec,
  addressOf,
  type Codec,
  confirmMailCodec,
  deedUpdateCodec,
  findCodec,
  keepCodec,
  mailCodeCodec,
  paths,
  receiptsCodec,
  sealInfo,
  shareRequestCodec,
} from '@symbolon/protocol';
import { find, keep } from '@symbolon/share-store';
import * as fc from 'fast-check';
import { messages } from '../../../packages/protocol/src/testing.ts';
import {
  activateAskOf,
  allowedPair,
  byDevice,
  entryOf,
  evidenceOf,
  filled,
  keepAsk,
  makeSigner,
  makeWallet,
  makeWorld,
  nextBody,
  releaseAskOf,
  shareRequestOf,
  TestDevice,
} from '../../../packages/verify/src/testing.ts';
import { activate } from './activate.ts';
import { updateDeed } from './deed.ts';
import { confirmMail, sendMailCode } from './mailRecovery.ts';
import { receipts } from './receipts.ts';
import { release } from './release.ts';
import { openKms } from './testing.ts';

const world = await makeWorld();
const { clock, deployment, issuer } = world;
const folder = mkdtempSync(join(tmpdir(), 'kms-hostile-'));
after(() => rmSync(folder, { recursive: true }));
const parts = { deployment, ...world.kms, now: clock.now, allowed: [allowedPair(deployment)] };
const kms = openKms(join(folder, 'kms.sqlite'), parts);
const [signer, device] = [makeSigner(), new TestDevice()];
const wallet = makeWallet(world, device, 'alice');
const pending = makeWallet(world, device, 'alice');
await kms.shares.evidence.present(evidenceOf(world, signer));
for (const each of [wallet, pending]) await keep(kms.shares, await keepAsk(world, 'kms', each, device));
const create = shareRequestOf(world, wallet, signer, { kind: 'create', publicKeys: wallet.deed.keys });
await release(kms, await releaseAskOf(world, 'alice', device, create));
await activate(kms, await activateAskOf(world, wallet, device));

const [entry] = wallet.deed.devices;
const enrols = nextBody(wallet.deed, { devices: entry ? [entry, entryOf(new TestDevice(), 'mail')] : [] });
const garbage = fc.uint8Array({ minLength: 1, maxLength: 200 });
const sealedGarbage = fc.uint8Array({ maxLength: 120 }).map((bytes) => {
  const info = sealInfo('keep-kms', deployment.id);
  return hpkeXWing.seal(deployment.kms.sealing, info, wallet.id, bytes).sealed;
});

/** Values that lead past the first checks, for fields of these names. */
const telling: Record<string, fc.Arbitrary<unknown>> = {
  deployment: fc.constant(deployment.id),
  expires: fc.constant(clock.at + 60_000),
  wallet: fc.constantFrom(wallet.id, pending.id, filled(32, 1)),
  epoch: fc.constantFrom(1, 2, 2 ** 53 - 1),
  deed: fc.oneof(fc.constantFrom(wallet.id, wallet.first.body, pending.first.body, enrols), garbage),
  signer: fc.constantFrom(signer.id, filled(32, 1)),
  publicKeys: fc.constantFrom(wallet.deed.keys, { secp256k1: filled(33, 2) }),
  sealed: fc.oneof(garbage, sealedGarbage),
  version: fc.constantFrom(wallet.first, byDevice(enrols, device), byDevice(filled(9, 1), device)),
};

/** Nothing but what may be answered: a refusal with a status below 500. */
function checkRefusal(error: unknown): void {
  assert.ok(error instanceof Error);
  const { code, status } = error as Error & { code?: unknown; status?: unknown };
  assert.match(String(code), /^[a-z-]+$/, String(error.stack));
  assert.ok(typeof status === 'number' && status >= 400 && status < 500, String(error.stack));
}

const operations: [
  string,
  Codec<unknown>,
  (typeof paths)[keyof typeof paths],
  (asked: Authorised) => Promise<unknown>,
][] = [
  ['keep', keepCodec, paths.keep, (asked) => keep(kms.shares, asked)],
  ['activate', activateCodec, paths.activate, (asked) => activate(kms, asked)],
  ['find', findCodec, paths.find, (asked) => find(kms.shares, asked)],
  ['deed', deedUpdateCodec, paths.deed, (asked) => updateDeed(kms, asked)],
  ['mail code', mailCodeCodec, paths.mailCode, (asked) => sendMailCode(kms, asked)],
  ['confirm mail', confirmMailCodec, paths.confirmMail, (asked) => confirmMail(kms, asked)],
  ['receipts', receiptsCodec, paths.receipts, (asked) => receipts(kms, asked)],
  ['release', shareRequestCodec, paths.releases, (asked) => release(kms, { ...asked, challenge: filled(32, 1) })],
] as [string, Codec<unknown>, (typeof paths)[keyof typeof paths], (asked: Authorised) => Promise<unknown>][];

describe('whatever a signed-in device asks, with every proof in order, is done or refused, and never a fault', () => {
  for (const [name, codec, path, operation] of operations) {
    it(name, async () => {
      const { entries = {} } = codec.schema as unknown as { entries?: Record<string, unknown> };
      const known = Object.keys(entries).filter((field) => field in telling);
      const steered = fc.record(Object.fromEntries(known.map((field) => [field, telling[field] ?? fc.constant(null)])));
      const asker = fc.constantFrom(device, new TestDevice());
      await fc.assert(
        fc.asyncProperty(messages(codec), steered, asker, async (message, fields, by) => {
          const to = { htu: addressOf(deployment.kms.url, path), token: await issuer.token('alice', by), at: clock.at };
          let asked: Authorised;
          try {
            asked = by.ask(codec, { ...(message as object), ...fields }, to);
          } catch {
            return fc.pre(false);
          }
          await operation(asked).catch(checkRefusal);
        }),
        { seed: 1, numRuns: 150 },
      );
    });
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { utf8 } from '@symbolon/crypto';
import { addressOf, paths, releasesAnswer, thumbprint } from '@symbolon/protocol';
import { type Between, standBetween } from '../support/between.ts';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { codeAfter, mailArrives, mailsTo } from '../support/mail.ts';
import { signaturesMade } from '../support/metrics.ts';
import { again, type Recorded, recordingTransport } from '../support/recording.ts';
import { nothingHappens } from '../support/records.ts';
import { bootWorld, introduceSigner, type World } from '../support/world.ts';

const email = 'replay@example.org';

describe('law 5: every message that ever passed, sent again, has no second effect', () => {
  let world: World;
  let between: Between;
  const captured: Recorded[] = [];
  let began = 0;

  before(async () => {
    world = await bootWorld();
    between = await standBetween(world, 'signer', (_hop, forward) => forward());
    await introduceSigner(world);
    const transport = recordingTransport(captured);
    began = Date.now();

    // A whole life of a wallet, so that every message there is passes at least once.
    const laptop = new Hand(world, { email });
    const client = clientOf(laptop, { transport });
    await client.create();
    await client.sign({ type: 'evm-message', message: utf8('once') });
    const phone = new Hand(world, { subject: laptop.subject, email });
    const onPhone = clientOf(phone, { transport });
    const code = await codeAfter(world, email, 8, () => onPhone.requestMailCode());
    await onPhone.joinByMail(code);
    const tablet = new Hand(world, { subject: laptop.subject, email });
    await client.open();
    await client.approve(tablet.key.point, 'tablet');
    await client.revoke(thumbprint(tablet.key.point));
    await client.sign({ type: 'evm-message', message: utf8('twice') });
    await client.receipts();
    assert.equal(await signaturesMade(world), 3);
    await mailArrives(world, email, 'A device was removed from your wallet');

    const kms = world.deployment.kms.url;
    for (const { path, body } of between.hops.filter((hop) => hop.body.length > 0)) {
      captured.push({ url: kms + path, type: 'application/cbor', body, answer: new Uint8Array() });
    }
  });
  after(async () => {
    await between[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** Sends everything again, each `times` over at once, and wants nothing to come of it. */
  const replayAll = async (times: number): Promise<void> => {
    const mails = await mailsTo(world, email);
    const made = await signaturesMade(world);
    await nothingHappens(world, async () => {
      for (const message of captured) {
        const answers = await Promise.all(Array.from({ length: times }, () => again(message)));
        for (const { status, body } of answers) {
          assert.ok(status < 500, `${message.url}: ${status}`);
          if (!message.url.endsWith(paths.releases) || status !== 200) continue;
          for (const result of releasesAnswer.decode(body).results) assert.equal(result.status, 'refused');
        }
      }
    });
    assert.deepEqual(await mailsTo(world, email), mails);
    assert.equal(await signaturesMade(world), made);
    // All this is about single use, not about proofs growing old.
    assert.ok(Date.now() - began < 58_000, 'too slow to show anything');
  };

  test('what was captured covers every address that a device or a signer writes to', () => {
    const { kms, cloud, signer } = world.deployment;
    const seen = new Set(captured.map(({ url }) => url));
    const wanted = [
      ...[paths.keep, paths.activate, paths.find, paths.deed, paths.mailCode, paths.confirmMail, paths.receipts].map(
        (path) => addressOf(kms.url, path),
      ),
      ...[paths.releases, paths.signers].map((path) => addressOf(kms.url, path)),
      ...[paths.keep, paths.follow, paths.find, paths.followDeed, paths.countersign, paths.seals].map((path) =>
        addressOf(cloud.url, path),
      ),
      addressOf(signer.url, paths.requests),
    ];
    assert.deepEqual(
      wanted.filter((url) => !seen.has(url)),
      [],
    );
  });

  test('once more', () => replayAll(1));

  test('a hundred times at once', () => replayAll(100));

  for (const party of ['kms', 'cloud', 'signer'] as const) {
    test(`after a restart of the ${party}, which forgot every proof that it saw`, async () => {
      await world.devnet.restart(party);
      await introduceSigner(world);
      await replayAll(2);
    });
  }

  test('after a crash of all three at once', async () => {
    await Promise.all((['kms', 'cloud', 'signer'] as const).map((party) => world.devnet.kill(party, 'SIGKILL')));
    for (const party of ['kms', 'cloud', 'signer'] as const) await world.devnet.restart(party);
    await introduceSigner(world);
    await replayAll(2);
  });
});

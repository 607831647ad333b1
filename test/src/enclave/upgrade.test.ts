import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Measurement, verifyDocument } from '@symbolon/attestation';
import { MemoryStorage } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import { type Image, measureImage, readEif, writeEif } from '@symbolon/enclave';
import {
  addressOf,
  configurationHash,
  type Decision,
  evidenceCodec,
  paths,
  signerConfigurationOf,
} from '@symbolon/protocol';
import { clientOf } from '../support/client.ts';
import { imageOf, playHost } from '../support/enclave.ts';
import { Hand } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { nothingHappens, withStore } from '../support/records.ts';
import { listAt, nextBodyOn, organisations, signedBy, submit } from '../support/statements.ts';
import { bootWorld, signerOf, type World } from '../support/world.ts';
import { brokenBuild, nextBuild } from './otherImages.ts';
import { startTraffic } from './traffic.ts';

const deviceCount = 4;
const message = { type: 'evm-message', message: utf8('hello') } as const;

describe('upgrading the signer from one image to the next, under traffic', () => {
  let world: World;
  let people: { hand: Hand; storage: MemoryStorage; id: Uint8Array }[];

  before(async () => {
    world = await bootWorld({ signer: 'enclave' });
    people = await Promise.all(
      Array.from({ length: deviceCount }, async () => {
        const [hand, storage] = [new Hand(world), new MemoryStorage()];
        const { wallet } = await clientOf(hand, { storage }).create();
        return { hand, storage, id: wallet.id };
      }),
    );
  });
  after(() => world?.[Symbol.asyncDispose]());

  const devices = () => people.map(({ hand, storage }) => clientOf(hand, { storage }));
  const measuredOf = (image: Image): Measurement => ({ ...measureImage(image) });

  /** What the signer says that it is, to whoever asks. */
  async function running(): Promise<{ measurement: Measurement; id: Uint8Array }> {
    const { evidence, id } = await signerOf(world);
    const roots = world.deployment.attestationRoots.map((root) => new Uint8Array(Buffer.from(root, 'base64')));
    const { document } = evidenceCodec.decode(evidence);
    return { measurement: { ...(await verifyDocument(document, { roots, at: Date.now() })).measurement }, id };
  }

  /** The machines that the signer's host runs. */
  const machines = (): string[] => {
    const { signer } = world.devnet.pids();
    return readFileSync(`/proc/${signer}/task/${signer}/children`, 'utf8').trim().split(' ');
  };

  async function decide(what: 'allow-signer' | 'withdraw-signer', measurement: Measurement): Promise<void> {
    const configuration = configurationHash(signerConfigurationOf(world.deployment));
    const decision: Decision = { what, pair: { ...measurement, configuration }, note: 'upgrade' };
    const body = nextBodyOn(world, await listAt(world), decision);
    assert.equal((await submit(world, signedBy(body, organisations(world).slice(0, 2)))).status, 200);
  }

  /** Whatever `during` does, every request that a device made while it did ended in a signature, by a release of its own. */
  async function underTraffic(during: () => Promise<void>): Promise<void> {
    const clients = devices();
    const numbers = () =>
      Promise.all(
        clients.map(async (client) => (await client.receipts()).receipts.map(({ receipt }) => receipt.number)),
      );
    const before = await numbers();
    const traffic = startTraffic(clients);
    await traffic.more(2);
    await during();
    await traffic.more(2);
    const signed = await traffic.stop();
    for (const { alarm, others } of signed.flat()) assert.deepEqual([alarm, others], [null, []]);
    for (const [index, found] of (await numbers()).entries()) {
      const gapless = Array.from(found, (_, number) => number + 1);
      assert.deepEqual(found, gapless, 'no gap');
      // On a busy machine an answer may come too late for its device: the number that it had stays taken (law 5).
      assert.ok(found.length >= (before[index]?.length ?? 0) + (signed[index]?.length ?? 0), 'a release for each');
    }
    for (const [index, client] of clients.entries()) {
      assert.deepEqual((await client.wallet()).id, people[index]?.id, 'no wallet is lost');
    }
  }

  test('an image that nobody allowed, one that does not boot, one that is none: the one that runs goes on', async () => {
    const file = imageOf(world);
    const refusals = {
      'nobody allowed it': { image: writeEif(nextBuild(file)), why: /evidence-not-allowed/ },
      'its signer ends': { image: writeEif(brokenBuild(file)), why: /did not boot: the signer ended/ },
    };
    const [before, itsMachines] = [await running(), machines()];
    for (const [what, { image, why }] of Object.entries(refusals)) {
      await underTraffic(async () => {
        const { event, message: said } = await world.devnet.upgradeSigner(image);
        assert.equal(event, 'upgrade-refused', what);
        assert.match(said, why);
      });
      assert.deepEqual(machines(), itsMachines, 'the other machine is gone');
      assert.deepEqual(await running(), before, what);
    }
    await assert.rejects(world.devnet.upgradeSigner(file.subarray(0, -1)), { code: 'image-malformed' });
  });

  test('an image that was allowed: no request is lost, no wallet, and evidence is of the next', async () => {
    const next = nextBuild(imageOf(world));
    const measurement = measuredOf(next);
    const before = await running();
    assert.notDeepEqual(before.measurement, measurement);
    await decide('allow-signer', measurement);
    const itsMachines = machines();
    await underTraffic(async () => {
      assert.deepEqual(await world.devnet.upgradeSigner(writeEif(next)), {
        event: 'upgraded',
        message: '',
        cutOff: false,
      });
    });
    const after = await running();
    assert.deepEqual(after.measurement, measurement);
    assert.notDeepEqual(after.id, before.id);
    assert.equal(machines().length, 1);
    assert.ok(!machines().some((machine) => itsMachines.includes(machine)), 'the machine before is ended');
  });

  test('once the one before is withdrawn, a machine that boots it again gets nothing; the next one goes on', async () => {
    await decide('withdraw-signer', measuredOf(readEif(imageOf(world))));
    const known = () =>
      withStore(world, 'cloud', (database) => database.prepare('SELECT count(*) AS n FROM statements').get()?.['n']);
    while (known() !== 3) await sleep(100);
    {
      await using _ = await playHost(world);
      const { evidence } = await signerOf(world);
      await nothingHappens(world, async () => {
        for (const store of ['kms', 'cloud'] as const) {
          const { code } = await post(addressOf(world.deployment[store].url, paths.signers), evidence);
          assert.equal(code, 'evidence-not-allowed', store);
        }
        for (const device of devices()) await assert.rejects(device.sign(message), { code: 'evidence-refused' });
      });
    }
    // Its host starts what it went over to.
    await world.devnet.restart('signer');
    assert.deepEqual((await running()).measurement, measuredOf(nextBuild(imageOf(world))));
    for (const device of devices()) assert.equal((await device.sign(message)).alarm, null);
  });
});

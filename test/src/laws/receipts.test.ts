import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fetchTransport, MemoryStorage, type Transport } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import {
  paths,
  type Receipt,
  receiptHash,
  receiptStatement,
  receiptsAnswer,
  releasesAnswer,
  releasesCodec,
  type Signed,
  shareRequestCodec,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { type Between, standBetween } from '../support/between.ts';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { Insider } from '../support/insider.ts';
import { bootWorld, introduceSigner, type World } from '../support/world.ts';

/** What a lying kms says in a receipt in place of the truth; it has the key to sign it. */
type Lie = (truth: Receipt) => Partial<Receipt>;

describe('law 5: a kms that hides, reorders or forks its releases is caught by the devices that compare', () => {
  let world: World;
  let between: Between;
  let lie: Lie | null = null;

  before(async () => {
    world = await bootWorld();
    const kms = new Insider(world, 'kms');
    between = await standBetween(world, 'signer', async ({ path, body }, forward) => {
      const answer = await forward();
      const told = lie;
      if (path !== paths.releases || told === null) return answer;
      const { asks } = releasesCodec.decode(body);
      const results = releasesAnswer.decode(answer.body).results.map(async (result, index) => {
        if (result.status !== 'released') return result;
        const asked = shareRequestCodec.decode(asks[index]?.message ?? new Uint8Array());
        const truth = receiptStatement.body.decode(result.receipt.body);
        const receipt = signStatement(receiptStatement, { ...truth, ...told(truth) }, kms.signing);
        const share = await kms.readShare({ id: asked.wallet, epoch: asked.epoch }, 'secp256k1');
        const says = { device: truth.device, at: truth.at, receipt: receiptHash(receipt.body) };
        return { ...result, receipt, sealed: await kms.sealAsAsked(asked, signer, share, says) };
      });
      return { ...answer, body: releasesAnswer.encode({ results: await Promise.all(results) }) };
    });
    const signer = await introduceSigner(world);
  });
  after(async () => {
    await between[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** A wallet with two releases that its device knows of. */
  async function settled() {
    const hand = new Hand(world);
    const storage = new MemoryStorage();
    const client = clientOf(hand, { storage });
    await client.create();
    assert.equal((await client.sign(intent)).alarm, null);
    return { hand, storage, client };
  }
  const intent = { type: 'evm-message', message: utf8('compare') } as const;

  const lies: Record<string, Lie> = {
    'a number given twice, to hide a release': ({ number }) => ({ number: number - 1 }),
    'a number left out': ({ number }) => ({ number: number + 1 }),
    'another past': () => ({ previous: new Uint8Array(32) }),
    'no past at all': () => ({ previous: null }),
    'a beginning anew': () => ({ number: 1, previous: null }),
  };
  for (const [what, tell] of Object.entries(lies)) {
    test(`${what}: the device raises an alarm, over a restart of it too`, async () => {
      const { hand, storage, client } = await settled();
      lie = tell;
      const signed = await client.sign(intent).finally(() => {
        lie = null;
      });
      assert.equal(signed.alarm?.code, 'receipts-inconsistent');
      lie = tell;
      const again = await clientOf(hand, { storage })
        .sign(intent)
        .finally(() => {
          lie = null;
        });
      assert.equal(again.alarm?.code, 'receipts-inconsistent');
    });
  }

  test('releases that this device did not ask for are named to it', async () => {
    const { hand, client } = await settled();
    const other = new Hand(world, { subject: hand.subject });
    await client.approve(other.key.point, 'other');
    const second = clientOf(other);
    await second.open();
    await second.sign(intent);
    await second.sign(intent);
    const { others, alarm } = await client.sign(intent);
    assert.equal(alarm, null);
    assert.deepEqual(
      others.map(({ number }) => number),
      [3, 4],
    );
    for (const { device } of others) assert.deepEqual(device, thumbprint(other.key.point));
  });

  describe('what the kms serves by number', () => {
    const changes: Record<string, (receipts: Signed[]) => Signed[]> = {
      'the newest dropped': (receipts) => receipts.slice(0, -1),
      'one in the middle dropped': (receipts) => receipts.filter((_, index) => index !== 1),
      'in another order': (receipts) => receipts.toReversed(),
      'one twice': (receipts) =>
        receipts.flatMap((one, index) => (index === 0 ? [one, one] : [one])).slice(0, receipts.length),
      none: () => [],
      'one not signed': (receipts) =>
        receipts.map((one, index) => (index === 1 ? { ...one, signature: new Uint8Array(64) } : one)),
      'one altered': (receipts) =>
        receipts.map((one, index) => (index === 1 ? { ...one, body: one.body.with(one.body.length - 1, 0) } : one)),
    };
    for (const [what, change] of Object.entries(changes)) {
      test(`${what}: the device does not take it for its history`, async () => {
        const { hand, storage, client } = await settled();
        await client.sign(intent);
        await client.sign(intent);
        const lying: Transport = async (request) => {
          const answer = await fetchTransport(fetch)(request);
          if (!request.url.endsWith(paths.receipts)) return answer;
          const { receipts } = receiptsAnswer.decode(answer.body);
          return {
            ...answer,
            body: receiptsAnswer.encode({ receipts: receipts.length > 1 ? change(receipts) : receipts }),
          };
        };
        const sceptic = clientOf(hand, { storage, transport: lying });
        await assert.rejects(sceptic.receipts(), { code: 'receipts-inconsistent' });
        assert.equal((await client.receipts()).receipts.length, 4, 'the control: the kms as it is');
      });
    }

    test("another wallet's receipts", async () => {
      const one = await settled();
      const two = await settled();
      let theirs: Uint8Array = new Uint8Array();
      const reading: Transport = async (request) => {
        const answer = await fetchTransport(fetch)(request);
        if (request.url.endsWith(paths.receipts) && receiptsAnswer.decode(answer.body).receipts.length > 0)
          theirs = answer.body;
        return answer;
      };
      await clientOf(two.hand, { storage: two.storage, transport: reading }).receipts();
      assert.ok(theirs.length > 0);
      const swapped: Transport = async (request) => {
        const answer = await fetchTransport(fetch)(request);
        return request.url.endsWith(paths.receipts) ? { ...answer, body: theirs } : answer;
      };
      const client = clientOf(one.hand, { storage: one.storage, transport: swapped });
      await assert.rejects(client.receipts(), { code: 'receipts-inconsistent' });
    });
  });

  test('a kms that gives the signer a receipt of another request gets no signature', async () => {
    const { client } = await settled();
    const others: Record<string, Lie> = {
      'another rh': () => ({ rh: new Uint8Array(32) }),
      'another challenge': () => ({ challenge: new Uint8Array(32) }),
      'another wallet': () => ({ wallet: new Uint8Array(32) }),
      'another device': () => ({ device: new Uint8Array(32) }),
      'another signer': () => ({ signer: new Uint8Array(32) }),
      'another kind': () => ({ kind: 'create' }),
      'another deed': () => ({ deed: new Uint8Array(32) }),
      'an hour ago': ({ at }) => ({ at: at - 3_600_000 }),
      'another expiry': ({ expires }) => ({ expires: expires + 1 }),
      'no key of the issuer vouched for': () => ({ issuerKeys: [new Uint8Array(32)] }),
    };
    for (const [what, tell] of Object.entries(others)) {
      lie = tell;
      await assert.rejects(client.sign(intent), { code: 'signing-refused', reason: 'refused' }, what);
      lie = null;
    }
    assert.equal((await client.sign(intent)).alarm, null);
    // Creation, the two signatures that were made, and between them each release that was lied about: all on record.
    assert.equal((await client.receipts()).receipts.length, 3 + Object.keys(others).length);
  });
});

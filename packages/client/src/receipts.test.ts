import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { messageFromJson } from '@symbolon/chains/evm';
import { receiptHash, receiptsAnswer, type Signed } from '@symbolon/protocol';
import { hasCode } from './errors.ts';
import { World } from './testing.ts';

const message = messageFromJson('hello');
let world: World;
let device: ReturnType<World['device']>;
let wallet: Uint8Array;

beforeEach(async () => {
  world = new World();
  device = world.device();
  wallet = (await device.client.create()).wallet.id;
});

/** Releases that another device of the wallet asked for. */
const elsewhere = (count: number): Signed[] => Array.from({ length: count }, () => world.receipt({ wallet }));
const served = (receipts: () => Signed[]) =>
  world.on('kms/receipts', () => () => receiptsAnswer.encode({ receipts: receipts() }));
const alarms = async () => {
  const { alarm, signature } = await device.client.sign(message);
  assert.equal(signature.length, 65, 'what was signed is given to the person all the same');
  return alarm;
};

describe("the kms's receipts, as a device sees them", () => {
  it("follow one another; another device's are fetched, verified and told", async () => {
    elsewhere(230);
    const { alarm, others } = await device.client.sign(message);
    assert.equal(alarm, null);
    assert.deepEqual(
      others.map(({ number }) => number),
      Array.from({ length: 230 }, (_, index) => index + 2),
    );
    assert.equal((await device.client.receipts()).receipts.length, 232);
  });

  it('that overtake each other are no alarm', async () => {
    const results = await Promise.all(Array.from({ length: 12 }, () => device.client.sign(message)));
    assert.deepEqual(
      results.map(({ alarm, others }) => [alarm, others.length]),
      Array(12).fill([null, 0]),
    );
  });

  it('seen by two tabs with one storage are no alarm', async () => {
    const tab = world.device(device);
    await tab.client.open();
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await tab.client.sign(message)).alarm, null);
      assert.equal((await device.client.sign(message)).alarm, null);
    }
  });

  it('one of them dropped is an alarm, each time until it is there again', async () => {
    const hidden = elsewhere(2);
    served(() => hidden.slice(1));
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'));
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'));
    world.honest();
    assert.equal(await alarms(), null);
  });

  it('reordered, or padded, are an alarm', async () => {
    const gap = elsewhere(2);
    served(() => [...gap].reverse());
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'));
    served(() => [...gap, ...gap]);
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'));
  });

  it('forked are an alarm: a number given twice, a past that is another', async () => {
    await device.client.sign(message);
    world.receipts.pop();
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'), 'number 2 twice');
    world.receipts = world.receipts.slice(0, 1);
    elsewhere(3);
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'), 'grown past the known one by another way');
  });

  it('of a rolled-back log are an alarm', async () => {
    for (let count = 0; count < 3; count += 1) await device.client.sign(message);
    world.receipts = [];
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'));
  });

  it('of another wallet, or not signed by the kms, are an alarm', async () => {
    world.receipt({});
    assert.ok(hasCode(await alarms(), 'receipts-inconsistent'));
  });

  it('that can not be had are an alarm that names the kms, and are looked at again', async () => {
    elsewhere(1);
    world.on('kms/receipts', () => () => {
      throw new Error('connection refused');
    });
    assert.ok(hasCode(await alarms(), 'party-unreachable'));
    world.honest();
    const { alarm, others } = await device.client.sign(message);
    assert.equal(alarm, null);
    assert.equal(others.length, 1);
  });

  it('lead from the first to the newest when all are listed', async () => {
    await device.client.sign(message);
    const { receipts } = await device.client.receipts();
    assert.deepEqual(
      receipts.map(({ receipt }) => [receipt.number, receipt.kind]),
      [
        [1, 'create'],
        [2, 'sign'],
      ],
    );
    assert.deepEqual(receipts[1]?.receipt.previous, receiptHash(world.receipts[0]?.body ?? new Uint8Array()));
  });
});

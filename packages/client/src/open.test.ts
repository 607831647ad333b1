import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { messageFromJson } from '@symbolon/chains/evm';
import { equal } from '@symbolon/crypto';
import { findAnswer, keyCheck, thumbprint } from '@symbolon/protocol';
import { hasCode } from './errors.ts';
import { World } from './testing.ts';

let world: World;
let first: ReturnType<World['device']>;
beforeEach(async () => {
  world = new World();
  first = world.device();
  await first.client.create();
});
const kmsCopy = () => [...world.kept.kms.values()][0];
const cloudCopy = () => [...world.kept.cloud.values()][0];

describe('opening', () => {
  it('of a person without wallet finds none', async () => {
    assert.deepEqual(await new World().device().client.open(), { status: 'none' });
  });

  it('brings the cloud along where it has not followed the kms', async () => {
    world.followed = false;
    assert.equal((await first.client.open()).status, 'ready');
    assert.equal(world.followed, true);
  });

  it('brings the cloud the versions that it missed, with the order of the kms', async () => {
    world.on('cloud/wallets/follow-deed', () => () => {
      throw new Error('connection reset');
    });
    await assert.rejects(first.client.approve(world.device().key.point, 'phone'), (error) =>
      hasCode(error, 'party-unreachable'),
    );
    world.honest();
    assert.equal((await first.client.open()).status, 'ready');
    assert.equal(cloudCopy()?.chain.length, 2);
  });

  it('refuses a record older than the one this device knows', async () => {
    await first.client.approve(world.device().key.point, 'phone');
    for (const copy of [kmsCopy(), cloudCopy()]) {
      copy?.chain.pop();
      if (copy) copy.order = null;
    }
    await assert.rejects(first.client.open(), (error) => hasCode(error, 'deed-rolled-back'));
  });

  it('refuses a record whose newest version the kms has not ordered', async () => {
    await first.client.approve(world.device().key.point, 'phone');
    const copy = kmsCopy();
    if (copy) copy.order = null;
    await assert.rejects(first.client.open(), (error) => hasCode(error, 'deed-invalid'));
  });

  it('takes no for an answer only where this device knows of no wallet', async () => {
    world.on('kms/wallets/find', () => () => findAnswer.encode({ found: null }));
    world.on('cloud/wallets/find', () => () => findAnswer.encode({ found: null }));
    await assert.rejects(first.client.open(), (error) => hasCode(error, 'wallet-missing'));
    await assert.rejects(first.client.create(), (error) => hasCode(error, 'wallet-missing'));
  });

  it('refuses a cloud that has what the kms has not', async () => {
    await first.client.approve(world.device().key.point, 'phone');
    kmsCopy()?.chain.pop();
    const copy = kmsCopy();
    if (copy) copy.order = null;
    await assert.rejects(world.device().client.open(), (error) => hasCode(error, 'stores-disagree'));
  });

  it('is not misled by a wallet that is made between the two answers', async () => {
    world.on('kms/wallets/find', () => () => {
      world.honest();
      return findAnswer.encode({ found: null });
    });
    assert.equal((await world.device().client.open()).status, 'not-enrolled');
  });

  it("refuses another person's wallet", async () => {
    await assert.rejects(world.device({ person: 'mallory' }).client.open(), (error) => hasCode(error, 'deed-invalid'));
  });

  it('refuses a wallet that the kms has not activated', async () => {
    const { activation } = world;
    assert.ok(activation !== null);
    world.activation = { ...activation, signature: new Uint8Array(64) };
    await assert.rejects(world.device().client.open(), (error) => hasCode(error, 'deed-invalid'));
  });
});

describe('devices', () => {
  it('a device that did not make the wallet is told when and how it was made, and may not use it yet', async () => {
    const opened = await world.device().client.open();
    assert.ok(opened.status === 'not-enrolled' && opened.made.how === 'created');
    await assert.rejects(world.device().client.sign(messageFromJson('hello')), (error) =>
      hasCode(error, 'not-enrolled'),
    );
  });

  it('one is let in by the text it shows, and then signs; every other is told of it', async () => {
    const third = world.device();
    await first.client.approve(third.key.point, 'tablet');
    const phone = world.device();
    const { key, check } = first.client.readRequest(phone.client.requestText());
    assert.equal(check, keyCheck(phone.key.point));
    await first.client.approve(key, 'phone');
    assert.equal((await phone.client.sign(messageFromJson('hello'))).alarm, null);

    const told = await third.client.open();
    assert.ok(told.status === 'ready' && told.made?.how === 'created');
    await first.client.revoke(thumbprint(phone.key.point));
    const opened = await third.client.open();
    assert.ok(opened.status === 'ready');
    assert.deepEqual(
      opened.news.map(({ kind }) => kind),
      ['revoke'],
    );
    assert.deepEqual(
      (await third.client.devices()).map(({ name, thisOne }) => [name, thisOne]),
      [
        ['a device', false],
        ['tablet', true],
      ],
    );
  });

  it('one that was changed on its way, or is of another deployment, is not let in', async () => {
    const text = world.device().client.requestText();
    const parts = text.split(':');
    const other = world.device().client.requestText().split(':')[2];
    for (const wrong of [
      '',
      `${text}:more`,
      [parts[0], 'other-world', parts[2], parts[3]].join(':'),
      [parts[0], parts[1], other, parts[3]].join(':'),
      [parts[0], parts[1], '*', parts[3]].join(':'),
    ]) {
      assert.throws(
        () => first.client.readRequest(wrong),
        (error) => hasCode(error, 'request-text-invalid'),
      );
    }
  });

  it('a revoked key never returns, and the last device stays', async () => {
    const phone = world.device();
    await first.client.approve(phone.key.point, 'phone');
    await assert.rejects(first.client.approve(phone.key.point, 'phone'), (error) => hasCode(error, 'device-known'));
    await first.client.revoke(thumbprint(phone.key.point));
    await assert.rejects(first.client.approve(phone.key.point, 'phone'), (error) => hasCode(error, 'device-revoked'));
    await assert.rejects(first.client.revoke(thumbprint(phone.key.point)), (error) => hasCode(error, 'device-unknown'));
    await assert.rejects(first.client.revoke(thumbprint(first.key.point)), (error) => hasCode(error, 'device-unknown'));
  });

  it('a key let in for one origin may change nothing, and is listed as such', async () => {
    const dialog = world.device();
    await first.client.approve(dialog.key.point, 'in a page', 'https://app.example');
    const listed = (await first.client.devices()).find(({ name }) => name === 'in a page');
    assert.equal(listed?.origin, 'https://app.example');
    assert.equal((await dialog.client.open()).status, 'ready');
    await assert.rejects(dialog.client.approve(world.device().key.point, 'another'), (error) =>
      hasCode(error, 'deed-invalid'),
    );
  });

  it('one that another device changed the deed of signs on after one more look', async () => {
    await first.client.sign(messageFromJson('hello'));
    const phone = world.device();
    await first.client.approve(phone.key.point, 'phone');
    await phone.client.open();
    await phone.client.approve(world.device().key.point, 'tablet');
    const head = kmsCopy()?.chain.length;
    assert.equal(head, 3);
    const changes = await first.client.open();
    assert.ok(changes.status === 'ready' && changes.news.length === 1);
    assert.ok(equal(changes.wallet.deed.devices[1]?.key ?? new Uint8Array(), phone.key.point));
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainLock, MemoryStorage } from '@symbolon/client';
import { Permissions } from './permissions.ts';

const site = 'https://app.example';
const [ada, grace] = ['0xAda', '0xGrace'];
const granted = { name: null, icon: null, since: 1 };

test('a permission is of one site and one address, and of no other', async () => {
  const permissions = new Permissions(new MemoryStorage(), chainLock());
  await permissions.grant({ ...granted, origin: site, address: ada });
  await permissions.grant({ ...granted, origin: site, address: ada });
  assert.deepEqual((await permissions.of(site)).length, 1);
  assert.equal(await permissions.has(site, grace), false);
  for (const origin of ['https://app.example:444', 'http://app.example', 'https://sub.app.example', 'null']) {
    assert.equal(await permissions.has(origin, ada), false, origin);
  }
});

test('taking one back leaves the others', async () => {
  const permissions = new Permissions(new MemoryStorage(), chainLock());
  for (const address of [ada, grace]) await permissions.grant({ ...granted, origin: site, address });
  await permissions.grant({ ...granted, origin: 'https://other.example', address: ada });
  await permissions.revoke(site, ada);
  assert.deepEqual(
    (await permissions.ofPerson(ada)).map(({ origin }) => origin),
    ['https://other.example'],
  );
  assert.equal(await permissions.has(site, grace), true);
});

test('tabs that grant at once lose nothing, and what cannot be read grants nothing', async () => {
  const [storage, lock] = [new MemoryStorage(), chainLock()];
  const tabs = [new Permissions(storage, lock), new Permissions(storage, lock)];
  await Promise.all(
    tabs.map((tab, index) => tab.grant({ ...granted, origin: `https://${index}.example`, address: ada })),
  );
  assert.equal((await new Permissions(storage, lock).ofPerson(ada)).length, 2);
  await storage.set('permissions', new TextEncoder().encode('[{"origin":"https://app.example"}]'));
  assert.deepEqual(await new Permissions(storage, lock).of(site), []);
});

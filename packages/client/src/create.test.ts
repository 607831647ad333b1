import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { equal, join, Secret, toHex } from '@symbolon/crypto';
import { deedCodec, findAnswer, mailboxHash } from '@symbolon/protocol';
import { libraryCrypto } from './deviceCrypto.ts';
import { hasCode } from './errors.ts';
import { evmAddress } from './evm.ts';
import { nativeCrypto } from './node/nativeCrypto.ts';
import { MemoryStorage } from './storage.ts';
import { Refuse, World } from './testing.ts';

const only = <T>(values: Iterable<T>): T => {
  const [first, ...more] = values;
  assert.ok(first !== undefined && more.length === 0);
  return first;
};
const crash = () => () => {
  throw new Error('connection reset');
};

/** Remembers every byte that was ever stored. */
class WatchedStorage extends MemoryStorage {
  readonly written: Uint8Array[] = [];
  override async set(name: string, bytes: Uint8Array): Promise<void> {
    this.written.push(bytes.slice());
    await super.set(name, bytes);
  }
}

describe('creation', () => {
  it('gives each store its own half, sealed to it, and the halves make the keys of the deed', async () => {
    const world = new World();
    const { wallet, created, alarm } = await world.device().client.create();
    assert.equal(created, true);
    assert.equal(alarm, null);
    const [kms, cloud] = [only(world.kept.kms.values()), only(world.kept.cloud.values())];
    for (const curve of ['secp256k1', 'ed25519'] as const) {
      const [a, b] = [kms.shares[curve], cloud.shares[curve]];
      assert.ok(a !== undefined && b !== undefined && a.length === 32 && b.length === 32);
      using key = join(a, b);
      assert.deepEqual(nativeCrypto.publicKeyOf(curve, key), wallet.deed.keys[curve]);
    }
  });

  it("opens the deed's hashes to the stores, and the mailbox to the kms alone", async () => {
    const world = new World();
    const { wallet } = await world.device().client.create();
    const [kms, cloud] = [only(world.kept.kms.values()), only(world.kept.cloud.values())];
    assert.equal(kms.opening.mailbox, 'alice@example.com');
    assert.equal(cloud.opening.mailbox, null);
    assert.deepEqual(wallet.deed.mailbox, mailboxHash(kms.opening.salt, 'alice@example.com'));
    assert.ok(!equal(wallet.deed.salt, kms.opening.salt), 'who holds the deed alone opens nothing');
  });

  it('works alike over the library that browsers use', async () => {
    const { client } = new World().device({ crypto: libraryCrypto });
    assert.match(evmAddress((await client.create()).wallet), /^0x[0-9a-fA-F]{40}$/);
  });

  it('resolves only once the kms has decided and the cloud has followed', async () => {
    const world = new World();
    await world.device().client.create();
    const steps = world.asked.filter((hop) => /keep|requests|activate|follow/.test(hop));
    assert.deepEqual(steps.slice(2), ['signer/requests', 'kms/wallets/activate', 'cloud/wallets/follow']);
    assert.deepEqual(steps.slice(0, 2).sort(), ['cloud/wallets/keep', 'kms/wallets/keep']);
  });

  it('killed after both stores kept, goes on with the same wallet, without new shares', async () => {
    for (const hop of ['cloud/seals', 'signer/requests', 'kms/wallets/activate', 'cloud/wallets/follow']) {
      const world = new World();
      const { client, storage, key } = world.device();
      world.on(hop, crash);
      await assert.rejects(client.create(), (error) => hasCode(error, 'party-unreachable'));
      world.honest();
      const { wallet, created } = await world.device({ storage, key }).client.create();
      assert.equal(created, true, hop);
      assert.equal(world.asked.filter((one) => one === 'kms/wallets/keep').length, 1, hop);
      assert.equal(toHex(wallet.id), only(world.kept.kms.keys()), hop);
    }
  });

  it('killed before both stores kept, begins anew with other keys', async () => {
    const world = new World();
    const { client, storage, key } = world.device();
    world.on('cloud/wallets/keep', crash);
    await assert.rejects(client.create(), (error) => hasCode(error, 'party-unreachable'));
    const lost = only(world.kept.kms.keys());
    world.honest();
    const { wallet } = await world.device({ storage, key }).client.create();
    assert.notEqual(toHex(wallet.id), lost);
    assert.ok(world.kept.kms.has(toHex(wallet.id)) && world.kept.cloud.has(toHex(wallet.id)));
  });

  it('never stores key material on the device', async () => {
    const world = new World();
    const storage = new WatchedStorage();
    await world.device({ storage }).client.create();
    const secrets = [...world.kept.kms.values(), ...world.kept.cloud.values()]
      .flatMap(({ shares }) => Object.values(shares))
      .map((share) => toHex(share.expose()));
    const disk = storage.written.map(toHex).join();
    assert.ok(secrets.length === 4 && disk.includes(only(world.kept.kms.keys())), 'the control finds what is there');
    for (const secret of secrets) assert.ok(!disk.includes(secret));
  });

  it('a person has one wallet: whoever loses the race comes to the one that won', async () => {
    const world = new World();
    const winner = await world.device().client.create();
    const rival = world.device();
    const none = () => () => findAnswer.encode({ found: null });
    world.on('kms/wallets/find', none);
    world.on('cloud/wallets/find', none);
    world.on('kms/wallets/activate', () => () => {
      world.honest();
      throw new Refuse(409, 'wallet-exists');
    });
    await assert.rejects(rival.client.create(), (error) => hasCode(error, 'not-enrolled'));
    const opened = await rival.client.open();
    assert.ok(opened.status === 'not-enrolled' && equal(opened.wallet.id, winner.wallet.id));
  });

  it('a first signature that is not of the new key, or a store that does not sign that it keeps, stops it', async () => {
    const forged = new World();
    forged.on(
      'cloud/wallets/keep',
      () => () =>
        forged
          .transport({ url: 'https://kms.example/v1/statements', method: 'GET', timeout: 1 })
          .then(({ body }) => body),
    );
    await assert.rejects(forged.device().client.create(), (error) => hasCode(error, 'party-answer-invalid'));

    const world = new World();
    const honest = world.answer.bind(world);
    world.answer = (request) => {
      const answer = honest(request);
      if (answer.status !== 'created') return answer;
      return { ...answer, signatures: { ...answer.signatures, secp256k1: new Uint8Array(64).fill(1) } };
    };
    await assert.rejects(world.device().client.create(), (error) => hasCode(error, 'signature-invalid'));
    assert.equal(world.activation, null);
  });
});

describe('import', () => {
  it('makes a wallet of a given key, says so in the deed, and wipes the key', async () => {
    const world = new World();
    const key = Secret.alloc(32);
    key.expose().fill(1);
    const { wallet } = await world.device().client.importKey('secp256k1', key);
    assert.equal(evmAddress(wallet), '0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1');
    assert.equal(wallet.deed.made.how, 'imported');
    assert.deepEqual(Object.keys(wallet.deed.keys), ['secp256k1']);
    assert.throws(() => key.expose());
  });

  it('takes ed25519 alike, and refuses what is no key, and wipes that too', async () => {
    const { wallet } = await new World().device().client.importKey('ed25519', Secret.random(32));
    assert.deepEqual(Object.keys(wallet.deed.keys), ['ed25519']);
    const wrong = Secret.alloc(32);
    await assert.rejects(new World().device().client.importKey('secp256k1', wrong), (error) =>
      hasCode(error, 'key-invalid'),
    );
    assert.throws(() => wrong.expose());
  });

  it('of another key does not go on with a creation under way', async () => {
    const world = new World();
    const { client, storage, key } = world.device();
    world.on('cloud/seals', crash);
    await assert.rejects(client.create(), (error) => hasCode(error, 'party-unreachable'));
    world.honest();
    const { wallet } = await world.device({ storage, key }).client.importKey('secp256k1', Secret.random(32));
    const record = world.kept.kms.get(toHex(wallet.id));
    assert.equal(deedCodec.decode(record?.chain[0]?.body ?? new Uint8Array()).made.how, 'imported');
  });
});

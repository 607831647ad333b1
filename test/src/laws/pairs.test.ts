import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { equal, join, Secret } from '@symbolon/crypto';
import { publicKeySecp256k1 } from '@symbolon/crypto/native';
import {
  confirmationAnswer,
  countersignCodec,
  deedHash,
  mailConfirmationStatement,
  paths,
  type Signed,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { bring, enrolled, nextBody } from '../support/deeds.ts';
import { Hand } from '../support/hand.ts';
import type { Answer } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { nothingHappens } from '../support/records.ts';
import { bootWorld, type World } from '../support/world.ts';

describe('what two parties can do together, as SECURITY.md states it, and what they still cannot', () => {
  let world: World;
  let person: Hand;
  let wallet: HandWallet;

  before(async () => {
    world = await bootWorld();
    person = new Hand(world, { email: 'pairs@example.org' });
    wallet = await createWallet(person);
  });
  after(() => world[Symbol.asyncDispose]());

  /** A store's insider vouches for a mail code that nobody ever typed. */
  const vouch = (store: 'kms' | 'cloud', body: Uint8Array, key: Uint8Array): Signed =>
    signStatement(
      mailConfirmationStatement,
      {
        v: 1,
        deployment: world.deployment.id,
        wallet: wallet.id,
        deed: deedHash(body),
        key: thumbprint(key),
        at: Date.now(),
      },
      new Insider(world, store).signing,
    );

  const joining = (intruder: Hand) =>
    nextBody(wallet, { devices: [...wallet.deed.devices, enrolled(intruder.key, 'mail')] });

  const countersign = (intruder: Hand, deed: Uint8Array, confirmation: Signed): Promise<Answer> =>
    intruder.ask('cloud', paths.countersign, countersignCodec, {
      ...intruder.head('countersign'),
      wallet: wallet.id,
      deed,
      confirmation,
    });

  test('kms and cloud together rebuild the key: with two shares there is no way round that', async () => {
    using a = Secret.take(await new Insider(world, 'kms').readShare(wallet, 'secp256k1'));
    using b = Secret.take(await new Insider(world, 'cloud').readShare(wallet, 'secp256k1'));
    using key = join(a, b);
    assert.ok(equal(publicKeySecp256k1(key), wallet.deed.keys.secp256k1 ?? new Uint8Array()));
  });

  test('issuer and cloud together let no device in', async () => {
    const intruder = new Hand(world, { subject: person.subject });
    await nothingHappens(world, async () => {
      const body = joining(intruder);
      const cloud = vouch('cloud', body, intruder.key.point);
      for (const kms of [cloud, { ...cloud, signature: new Uint8Array(64) }]) {
        assert.equal((await bring(intruder, wallet, body, { by: 'mail', kms, cloud })).code, 'refused');
      }
    });
  });

  test('kms and cloud without the issuer let no device in: each version is brought under a token for its key', async () => {
    const intruder = new Hand(world, { subject: 'not-the-person' });
    await nothingHappens(world, async () => {
      const body = joining(intruder);
      const [kms, cloud] = [vouch('kms', body, intruder.key.point), vouch('cloud', body, intruder.key.point)];
      assert.equal((await bring(intruder, wallet, body, { by: 'mail', kms, cloud })).code, 'refused');
    });
  });

  test('issuer and kms together enrol a device, until there is a passkey; the person is told by their devices', async () => {
    const intruder = new Hand(world, { subject: person.subject });
    const body = joining(intruder);
    const kms = vouch('kms', body, intruder.key.point);
    const answer = await countersign(intruder, body, kms);
    assert.equal(answer.status, 200);
    const { confirmation: cloud } = confirmationAnswer.decode(answer.body);
    assert.equal((await bring(intruder, wallet, body, { by: 'mail', kms, cloud })).status, 200);
  });
});

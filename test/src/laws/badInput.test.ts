import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sendBadInput } from '../support/badInput.ts';
import { sendBadSignIns } from '../support/badSignIns.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { Hand } from '../support/hand.ts';
import { liftIssuerLimits } from '../support/issuerLimits.ts';
import { nothingHappens } from '../support/records.ts';
import { assertSigns } from '../support/signing.ts';
import { bootWorld, signerOf, type World } from '../support/world.ts';

describe('bad input, everywhere: a clear 4xx with a stable code, and nobody falls over', () => {
  let world: World;
  let person: Hand;
  let wallet: HandWallet;

  before(async () => {
    world = await bootWorld();
    await liftIssuerLimits(world);
    person = new Hand(world);
    wallet = await createWallet(person);
  });
  after(() => world[Symbol.asyncDispose]());

  test('at least 2,000 requests to every address of kms, cloud, signer and issuer: no 5xx, no crash, no hang, no effect', async () => {
    const before = world.devnet.pids();
    let requests = 0;
    await nothingHappens(world, async () => {
      const parties = await sendBadInput(world, 1, 2);
      const issuer = await sendBadSignIns(world, 1);
      requests = parties.requests + issuer.requests;
      for (const code of ['malformed', 'too-large', 'wrong-media-type', 'method-not-allowed', 'sealed refused']) {
        assert.ok((parties.codes.get(code) ?? 0) > 10, `${code}: ${JSON.stringify([...parties.codes])}`);
      }
      assert.ok((issuer.codes.get('malformed-body') ?? 0) > 10, JSON.stringify([...issuer.codes]));
    });
    assert.ok(requests >= 2_000, `${requests}`);
    assert.deepEqual(world.devnet.pids(), before, 'the same processes as before');
    await assertSigns(person, wallet, await signerOf(world));
  });
});

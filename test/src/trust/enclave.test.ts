import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { attackOn, carryOut } from './cell.ts';
import type { Party } from './cells.ts';
import { bootTrustWorld, type TrustWorld } from './trustWorld.ts';
import { Victim } from './victim.ts';

/** Of the cells with the signer's host, those that nobody else in it opens: here over an emulated machine, booted once. */
const cells: readonly (readonly Party[])[] = [['signer host'], ['issuer', 'signer host'], ['cloud', 'signer host']];

// The host's own means, clock, entropy, image and relay of the machine, each take a boot: they stand in test/src/enclave.
describe('the trust matrix, where the signer runs in an emulated enclave', () => {
  let world: TrustWorld & AsyncDisposable;
  before(async () => {
    world = await bootTrustWorld({ signer: 'enclave' });
  });
  after(() => world?.[Symbol.asyncDispose]());

  for (const who of cells) {
    test(`${who.join(' + ')} (emulated), before and after a rotation: safe`, async () => {
      assert.deepEqual(await carryOut(await attackOn(await Victim.arrive(world), new Set(who), 'after')), {
        key: null,
        signature: null,
      });
    });
  }
});

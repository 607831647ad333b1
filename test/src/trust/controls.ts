import assert from 'node:assert/strict';
import { toHex, utf8 } from '@symbolon/crypto';
import { addressOf, paths, releasesAnswer, releasesCodec, type Store } from '@symbolon/protocol';
import { developmentRoot } from '../support/forgery.ts';
import { prove } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { prepare } from '../support/signing.ts';
import { organisations, submit } from '../support/statements.ts';
import { signerOf } from '../support/world.ts';
import type { Attack } from './attack.ts';
import { attackOn } from './cell.ts';
import type { Party } from './cells.ts';
import { searchEverything } from './strategies/disks.ts';
import { signsUnder } from './strategies/meddle.ts';
import { evidenceOfAnybody, ownStatement, sharesFor, signerUnder } from './strategies/ownSigner.ts';
import { bringAgain } from './strategies/replay.ts';
import { askToTurn } from './strategies/turn.ts';
import type { TrustWorld } from './trustWorld.ts';
import { Victim } from './victim.ts';

type Control = (world: TrustWorld) => Promise<void>;

const fresh = async (world: TrustWorld, ...who: Party[]): Promise<Attack> =>
  attackOn(await Victim.arrive(world), new Set(who), 'before');

/**
 * Each attack that fails in the table succeeds here, given the one piece that it lacks there; those that are not named here succeed
 * in a cell of the table. The last one changes whom this world trusts.
 */
export const controls: Readonly<Record<string, Control>> = {
  'a share written anywhere as text is found': async (world) => {
    const attack = await fresh(world, 'dApp');
    const { cloud } = await attack.victim.shares();
    attack.loot.disks.push({ where: 'a note', bytes: utf8(`it is ${toHex(cloud)}.`) });
    assert.deepEqual((await searchEverything(attack)).given, ['a note holds Key B as hex']);
  },

  'what passed by and was held back is served when it is brought first, and not again': async (world) => {
    const attack = await fresh(world, 'one device');
    const { shareBytes: message, rh } = prepare(attack.hand, attack.record, await signerOf(world));
    const token = await attack.hand.token();
    const url = addressOf(world.deployment.kms.url, paths.releases);
    const proof = prove(attack.hand.key, { htu: url, token, rh, message });
    const body = releasesCodec.encode({ asks: [{ message, token, proof, challenge: new Uint8Array(32) }] });
    attack.loot.traffic.splice(0, Number.POSITIVE_INFINITY, {
      url,
      type: 'application/cbor',
      body,
      answer: new Uint8Array(),
    });
    assert.deepEqual((await bringAgain(attack)).given, ['a second release']);
    assert.deepEqual((await bringAgain(attack)).given, []);
    const { results } = releasesAnswer.decode((await post(url, body)).body);
    assert.equal(results[0]?.status, 'refused');
  },

  'a signer of their own with genuine evidence of the right image gets both shares': async (world) => {
    const attack = await fresh(world, 'one device');
    const signer = await signerUnder(world, developmentRoot(world));
    assert.ok((await sharesFor(attack, signer)).some((key) => attack.isKey(key)));
  },

  'a rotation is prepared for the word of an enrolled device': async (world) => {
    const attack = await fresh(world, 'one device');
    assert.equal(await askToTurn(attack, attack.hand), 200);
  },

  ...Object.fromEntries(
    (['kms', 'cloud'] as const).map((store: Store): [string, Control] => [
      `the share of the ${store}, given in the same way and not bent, signs`,
      async (world) => assert.ok(await signsUnder(await fresh(world, store), store, (share) => share)),
    ]),
  ),

  'an image of their own is trusted once two organisations sign for it': async (world) => {
    const attack = await fresh(world, 'one device');
    const signers = async () => (await evidenceOfAnybody(world)).slice(1);
    for (const signer of await signers()) assert.deepEqual(await sharesFor(attack, signer), []);
    assert.equal((await submit(world, await ownStatement(attack, organisations(world).slice(0, 2)))).status, 200);
    for (const signer of await signers()) assert.ok((await sharesFor(attack, signer)).some((key) => attack.isKey(key)));
  },
};

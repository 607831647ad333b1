import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from './errors.ts';
import { nativeCrypto } from './node/nativeCrypto.ts';
import { Parties } from './parties.ts';
import { Statements } from './statements.ts';
import { MemoryStorage } from './storage.ts';
import { World } from './testing.ts';

const make = (world: World, storage = new MemoryStorage()) =>
  new Statements(
    world.deployment,
    nativeCrypto.checks,
    new Parties(world.deployment, world.transport, 1_000, undefined),
    storage,
    world.clock.now,
  );
const refused = (error: unknown) => hasCode(error, 'statements-refused');

describe('the list of allowed signers', () => {
  it('only grows: a shorter one is refused, after a restart of the device too', async () => {
    const world = new World();
    world.decide({ what: 'withdraw-signer', pair: world.pair(1), note: '' });
    const storage = new MemoryStorage();
    await make(world, storage).refresh();
    world.statements.pop();
    await assert.rejects(make(world, storage).refresh(), refused);
    await make(world).refresh();
  });

  it('keeps its past: a fork is refused', async () => {
    const world = new World();
    const statements = make(world);
    await statements.refresh();
    world.statements = [];
    world.decide({ what: 'allow-signer', pair: world.pair(2), note: '' });
    world.decide({ what: 'allow-signer', pair: world.pair(3), note: '' });
    await assert.rejects(statements.refresh(), refused);
    assert.deepEqual(statements.allowed(), [world.pair(1)]);
  });

  it('is signed by as many organisations as the deployment says', async () => {
    const world = new World();
    const [entry] = world.statements;
    assert.ok(entry !== undefined);
    const [one] = entry.statement.signatures;
    assert.ok(one !== undefined);
    world.statements = [{ ...entry, statement: { ...entry.statement, signatures: [one, one] } }];
    await assert.rejects(make(world).refresh(), refused);
  });

  it('allows after the waiting time, and withdraws at once', async () => {
    const world = new World();
    world.deployment.waitSeconds = 60;
    const statements = make(world);
    await statements.refresh();
    assert.deepEqual(statements.allowed(), []);
    world.clock.at += 60_000;
    assert.equal(statements.allowed().length, 1);
    world.decide({ what: 'withdraw-signer', pair: world.pair(1), note: '' });
    await statements.refresh();
    assert.deepEqual(statements.allowed(), []);
  });
});

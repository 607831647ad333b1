import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyDocument } from '@symbolon/attestation';
import { utf8 } from '@symbolon/crypto';
import { measureImage, readEif } from '@symbolon/enclave';
import { evidenceCodec } from '@symbolon/protocol';
import { clientOf } from '../support/client.ts';
import { imageOf, machineOf } from '../support/enclave.ts';
import { assertForgotten, exerciseWallets, plantedOrigins } from '../support/forgotten.ts';
import { Hand } from '../support/hand.ts';
import { memoryOfProcess } from '../support/memory.ts';
import { bootWorld, signerOf, type World } from '../support/world.ts';

const wallets = 5;
const signaturesEach = 20;

describe('the signer in an emulated enclave', () => {
  let world: World;
  before(async () => {
    world = await bootWorld({ signer: 'enclave', origins: plantedOrigins });
  });
  after(() => world?.[Symbol.asyncDispose]());

  test('reports the PCRs that are computed from its image file, and says that it is emulated', async () => {
    const { document } = evidenceCodec.decode((await signerOf(world)).evidence);
    const roots = world.deployment.attestationRoots.map((root) => new Uint8Array(Buffer.from(root, 'base64')));
    const { measurement, moduleId } = await verifyDocument(document, { roots, at: Date.now() });
    assert.deepEqual({ ...measurement }, { ...measureImage(readEif(imageOf(world))) });
    assert.equal(moduleId, 'symbolon-emulated-enclave');
  });

  test(`after ${wallets * signaturesEach} signatures no wallet key, no Key A and no Key B is in its memory`, async () => {
    const secrets = await exerciseWallets(world, wallets, signaturesEach);
    await assertForgotten(world, secrets, memoryOfProcess(machineOf(world)));
  });

  test('killed in the middle of a request it is booted again, and the device has its signature by fresh evidence', async () => {
    const client = clientOf(new Hand(world));
    await client.create();
    const before = await signerOf(world);
    const message = { type: 'evm-message', message: utf8('through a crash') } as const;
    const asked = client.sign(message);
    setTimeout(() => process.kill(machineOf(world), 'SIGKILL'), 30);
    assert.equal((await asked).alarm, null);
    assert.notDeepEqual((await signerOf(world)).id, before.id, 'its keys died with it');
    assert.match(readFileSync(join(world.devnet.home.logs, 'signer.log'), 'utf8'), /enclave-ended.*SIGKILL/);
    assert.equal((await client.sign(message)).alarm, null);
  });

  test('nothing of the machine outlives its host, also when that is killed', async () => {
    const machine = machineOf(world);
    await world.devnet.kill('signer', 'SIGKILL');
    for (let waited = 0; existsSync(`/proc/${machine}/stat`); waited += 1) {
      assert.ok(waited < 50, 'it is still there after 5 s');
      await sleep(100);
    }
  });
});

describe('the signer as a plain process', () => {
  let world: World;
  before(async () => {
    world = await bootWorld({ origins: plantedOrigins });
  });
  after(() => world?.[Symbol.asyncDispose]());

  test(`after ${wallets * signaturesEach} signatures no wallet key, no Key A and no Key B is in its memory`, async () => {
    const secrets = await exerciseWallets(world, wallets, signaturesEach);
    const { signer } = world.devnet.pids();
    assert.ok(signer !== undefined);
    await assertForgotten(world, secrets, memoryOfProcess(signer));
  });
});

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, type WalletClient } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import { SoftHsm } from '../../../parties/kms/src/pkcs11/softHsm.ts';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { Insider } from '../support/insider.ts';
import { bootWorld, type World } from '../support/world.ts';

const intent = { type: 'evm-message', message: utf8('from an HSM') } as const;

const isAlive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(statusOf(pid));

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}

describe('the kms on an HSM', () => {
  let world: World;
  let hsm: SoftHsm;
  let client: WalletClient;
  before(async () => {
    world = await bootWorld({ vault: 'softhsm' });
    hsm = new SoftHsm(join(world.devnet.home.kms, 'hsm'));
    client = clientOf(new Hand(world));
  });
  after(() => world[Symbol.asyncDispose]());

  /** The processes that the HSM runs in. */
  function hsmProcesses(): number[] {
    const kms = world.devnet.pids().kms ?? 0;
    return readFileSync(`/proc/${kms}/task/${kms}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  }

  async function ready(): Promise<boolean> {
    return (await fetch(`${world.devnet.urls.kms}/readyz`)).status === 200;
  }

  async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (await holds()) return;
      await sleep(50);
    }
    assert.fail(what);
  }

  async function assertSigns(): Promise<void> {
    assert.equal((await client.sign(intent)).alarm, null);
  }

  test('creates a wallet, signs, and turns its shares; what the kms keeps opens nowhere else', async () => {
    const { wallet } = await client.create();
    await assertSigns();
    const { wallet: turned } = await client.rotate();
    await assertSigns();
    const at = { id: wallet.id, epoch: turned.record.epoch };
    await new Insider(world, 'cloud').readShare(at, 'secp256k1');
    await assert.rejects(new Insider(world, 'kms').readShare(at, 'secp256k1'), { code: 'open-failed' });
  });

  test('killed in the middle of releases: errors, no share lost, and it serves again by itself', async () => {
    const asked = Array.from({ length: 12 }, () => client.sign(intent));
    await sleep(20);
    const killed = hsmProcesses();
    assert.ok(killed.length > 0);
    for (const pid of killed) process.kill(pid, 'SIGKILL');
    for (const one of await Promise.allSettled(asked))
      if (one.status === 'rejected') assert.ok(one.reason instanceof ClientError, String(one.reason));
    await until(ready, 'the kms finds its HSM again');
    await assertSigns();
    assert.ok(!hsmProcesses().some((pid) => killed.includes(pid)));
  });

  test('gone: not ready, an error at once, no word of why to the caller; back: ready without a restart', async () => {
    const { pid } = { pid: world.devnet.pids().kms };
    hsm.unplug();
    try {
      await until(async () => !(await ready()), 'its absence is noticed');
      const metrics = await (await fetch(`${world.devnet.urls.kms}/metrics`)).text();
      assert.match(metrics, /^vault_ready 0$/m);
      assert.match(metrics, /^vault_failures_total\{reason="[a-z-]+"\} [1-9]/m);
      await assert.rejects(client.sign(intent), (error: unknown) => error instanceof ClientError);
    } finally {
      hsm.plugIn();
    }
    await until(ready, 'the kms finds its HSM again');
    await assertSigns();
    assert.equal(world.devnet.pids().kms, pid);
  });

  test('started while it is away, the kms waits for it', async () => {
    const alive = () =>
      fetch(`${world.devnet.urls.kms}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    hsm.unplug();
    const restarted = world.devnet.restart('kms');
    try {
      await until(async () => !(await alive()), 'the old one ends');
      await until(alive, 'the kms starts');
      assert.equal(await ready(), false);
    } finally {
      hsm.plugIn();
      await restarted;
    }
    await assertSigns();
  });

  test('everything killed and started again: it still signs', async () => {
    const orphans = hsmProcesses();
    for (const party of ['kms', 'cloud', 'signer', 'issuer'] as const) await world.devnet.kill(party, 'SIGKILL');
    await until(async () => !orphans.some(isAlive), 'the HSM sessions end with the kms');
    for (const party of ['issuer', 'kms', 'cloud', 'signer'] as const) await world.devnet.restart(party);
    await assertSigns();
  });
});

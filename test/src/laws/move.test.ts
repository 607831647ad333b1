import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import type { WalletClient } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import { type Decision, parseVaultText } from '@symbolon/protocol';
import { SoftHsm } from '../../../parties/kms/src/pkcs11/softHsm.ts';
import { clientOf } from '../support/client.ts';
import { Hand } from '../support/hand.ts';
import { Insider } from '../support/insider.ts';
import { Random } from '../support/random.ts';
import { listAt, nextBodyOn, organisations, signedBy, submit } from '../support/statements.ts';
import { bootWorld, type World } from '../support/world.ts';

const kms = join(import.meta.dirname, '..', '..', '..', 'parties', 'kms', 'src');
const intent = { type: 'evm-message', message: utf8('moved') } as const;
/** Length of a key that the embedded vault wrapped, bytes. */
const embeddedLength = 72;

describe('law 12: Key A moves to another vault only where the organisations said, and is never lost on the way', () => {
  let world: World;
  let hsm: SoftHsm;
  let name: string;
  const clients: WalletClient[] = [];
  const made: Uint8Array[] = [];
  const config = () => join(world.devnet.home.kms, 'config.json');

  before(async () => {
    world = await bootWorld();
    for (let n = 0; n < 40; n += 1) clients.push(clientOf(new Hand(world)));
    for (const client of clients) made.push((await client.create()).wallet.id);
    hsm = new SoftHsm(join(world.devnet.home.path, 'hsm'));
    const env = { ...process.env, ...hsm.settings.environment };
    const args = [join(kms, 'init.ts'), '--data-dir', join(world.devnet.home.kms, 'data'), ...hsm.initArguments];
    name = JSON.parse(spawnSync(process.execPath, args, { env, encoding: 'utf8' }).stdout).vault;
  });
  after(() => world[Symbol.asyncDispose]());

  function configure(change: (config: Record<string, unknown>) => void): void {
    const text = JSON.parse(readFileSync(config(), 'utf8'));
    change(text);
    writeFileSync(config(), JSON.stringify(text));
  }

  const mover = () => spawn(process.execPath, [join(kms, 'move.ts'), config()], { stdio: ['ignore', 'pipe', 'pipe'] });

  async function runToEnd(child: ChildProcess): Promise<{ code: number | null; said: string }> {
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        said += chunk;
      });
    const [code] = await once(child, 'close');
    return { code, said };
  }

  async function refused(wanted: RegExp): Promise<void> {
    const { code, said } = await runToEnd(mover());
    assert.equal(code, 1, said);
    assert.match(said, wanted);
  }

  async function decide(decision: Decision, signers: number): Promise<number> {
    const body = nextBodyOn(world, await listAt(world), decision);
    return (await submit(world, signedBy(body, organisations(world).slice(0, signers)))).status;
  }

  function leftBehind(): number {
    using database = new DatabaseSync(join(world.devnet.home.kms, 'data', 'kms.sqlite'), { readOnly: true });
    const row = database.prepare('SELECT count(*) AS n FROM share_keys WHERE length(wrapped) = ?').get(embeddedLength);
    return Number(row?.['n']);
  }

  async function assertAllSign(): Promise<void> {
    for (const client of clients) assert.equal((await client.sign(intent)).alarm, null);
  }

  test('not without a statement of k organisations that names this very vault', async () => {
    await refused(/names no vault to move to/);
    const { settings } = hsm;
    configure((text) => Object.assign(text, { moveTo: { vault: settings, name } }));
    await refused(/No statement in force/);
    const to = parseVaultText(name);
    assert.ok(to);
    const other = { kind: to.kind, identity: to.identity.map((byte) => byte ^ 1) };
    assert.equal(await decide({ what: 'move-vault', to, note: '' }, 1), 400);
    await refused(/No statement in force/);
    assert.equal(await decide({ what: 'move-vault', to: other, note: '' }, 2), 200);
    await refused(/No statement in force/);
    assert.equal(await decide({ what: 'move-vault', to, note: 'the HSM has come' }, 2), 200);
    await refused(/does not know of this move yet/);
    assert.equal(leftBehind(), clients.length);
  });

  test('killed again and again, mover and kms, while people sign: every wallet is in one vault or the other', async () => {
    await world.devnet.restart('kms');
    const random = new Random(1);
    let halfway = 0;
    for (let kill = 0; kill < 6; kill += 1) {
      const child = mover();
      const lines = createInterface({ input: child.stdout });
      const ended = once(child, 'close');
      if (kill % 2 === 0) await Promise.race([once(lines, 'line'), ended]);
      await new Promise((resolve) => setTimeout(resolve, random.below(kill % 2 === 0 ? 8 : 1_500)));
      child.kill('SIGKILL');
      await ended;
      if (kill === 3) {
        await world.devnet.kill('kms', 'SIGKILL');
        await world.devnet.restart('kms');
      }
      if (leftBehind() > 0 && leftBehind() < clients.length) halfway += 1;
      const one = clients[random.below(clients.length)];
      assert.equal((await one?.sign(intent))?.alarm, null);
    }
    assert.ok(halfway >= 2, `${halfway} kills came halfway`);
    const { code, said } = await runToEnd(mover());
    assert.equal(code, 0, said);
    assert.match(said, /Everything has moved/);
    assert.equal(leftBehind(), 0);
    await assertAllSign();
  });

  test('after it the old root opens nothing, the kms starts with the new vault alone, and what is new is there', async () => {
    for (const id of made)
      await assert.rejects(new Insider(world, 'kms').readShare({ id, epoch: 1 }, 'secp256k1'), { code: 'open-failed' });
    assert.match((await runToEnd(mover())).said, /Everything has moved/);
    await world.devnet.restart('kms');
    configure((text) => {
      text['vault'] = hsm.settings;
      delete text['moveTo'];
    });
    await world.devnet.restart('kms');
    await assertAllSign();
    await clientOf(new Hand(world)).create();
    assert.equal(leftBehind(), 0);
  });

  test('a kms does not start with a vault that its keys are not in', async () => {
    configure((text) => {
      text['vault'] = { kind: 'embedded' };
    });
    await assert.rejects(world.devnet.restart('kms'), /lie in another vault/);
  });
});

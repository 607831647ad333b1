import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, it } from 'node:test';
import { receiptHash, receiptStatement } from '@symbolon/protocol';
import { brokenAt } from './log.ts';
import { KmsStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'kms-crash-'));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'kms.sqlite');
const wallet = new Uint8Array(32).fill(1);

/** Records releases without end, some at once, and says each number once it is durable. */
const child = `
  import { randomBytes } from 'node:crypto';
  import { receiptStatement } from '@symbolon/protocol';
  import { KmsStore } from ${JSON.stringify(new URL('store.ts', import.meta.url).href)};
  const store = new KmsStore(${JSON.stringify(path)}, () => {});
  const wallet = new Uint8Array(32).fill(1);
  const row = store.wallets.find(wallet);
  const fixed = { v: 1, deployment: 'test-crash', wallet, kind: 'sign', epoch: 1, deed: wallet, device: wallet, signer: wallet,
    challenge: wallet, expires: 1, at: 1, issuerKeys: [wallet] };
  const one = async () => {
    const body = await store.recordRelease(row, { ...fixed, rh: new Uint8Array(randomBytes(32)) });
    process.stdout.write(receiptStatement.body.decode(body).number + '\\n');
    setImmediate(one);
  };
  for (let n = 0; n < 8; n++) one();
`;

/** Numbers that a child acknowledged until it was killed after so many. */
async function runAndKill(acknowledgements: number): Promise<number[]> {
  const args = ['--no-warnings', '--input-type=module', '-e', child];
  const running = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(running, 'exit');
  const numbers: number[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    numbers.push(Number(line));
    if (numbers.length === acknowledgements) running.kill('SIGKILL');
  }
  await exited;
  return numbers;
}

it('killed at any moment, the kms keeps every release that it acknowledged, numbered without a gap', async () => {
  const store = new KmsStore(path, () => {});
  const shares = { key: wallet, sealed: {} };
  const version = { body: wallet, authority: { by: 'creation' } } as const;
  await store.wallets.keep(
    { id: wallet, person: wallet, salt: wallet, mailbox: null, epoch: 1, version, made: 1, shares },
    wallet,
  );
  store.close();

  const acknowledged: number[] = [];
  for (const count of [1, 7, 23, 64, 111]) acknowledged.push(...(await runAndKill(count)));
  assert.ok(acknowledged.length >= 206);

  const reopened = new KmsStore(path, () => {});
  assert.equal(brokenAt(reopened.database), null);
  const bodies = reopened.receipts(wallet, 1, 100_000);
  const chain = bodies.map((body) => receiptStatement.body.decode(body));
  assert.deepEqual(
    chain.map(({ number }) => number),
    chain.map((_, index) => index + 1),
  );
  assert.deepEqual(
    chain.map(({ log }) => log.index),
    chain.map((_, index) => index + 1),
  );
  for (const [index, { previous }] of chain.entries()) {
    assert.deepEqual(previous, index === 0 ? null : receiptHash(bodies[index - 1] ?? wallet));
  }
  assert.equal(new Set(acknowledged).size, acknowledged.length, 'no number was given twice');
  assert.ok(
    acknowledged.every((number) => number <= chain.length),
    'nothing acknowledged is lost',
  );
  reopened.close();
});

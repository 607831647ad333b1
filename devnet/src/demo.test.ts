import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'demo.ts');

test('the demo does the main job once, ends everything, and says in one last line what came of it', async () => {
  const { stdout, stderr } = await run(process.execPath, [script, '--json'], { timeout: 90_000 });
  const told = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  assert.match(told.address, /^0x[0-9a-fA-F]{40}$/);
  assert.match(told.transactionHash, /^0x[0-9a-f]{64}$/);
  assert.match(told.rawTransaction, /^0x02f8/);
  assert.deepEqual([told.chainId, told.status], [31_337, 'success']);
  assert.ok(Number.isInteger(told.blockNumber) && told.blockNumber > 0);
  const pids = ['issuer', 'kms', 'cloud', 'signer'].map((party) => told.processes[party]);
  assert.equal(new Set(pids).size, 4, 'each party was a process of its own');
  for (const step of ['boot', 'signIn', 'create', 'sign', 'mine', 'total']) assert.ok(told.timings[step] > 0, step);

  // The story, with the same values.
  for (const value of [told.address, told.transactionHash, `block ${told.blockNumber}`])
    assert.ok(stdout.includes(value));
  assert.match(
    stdout,
    /1\. Sign in\.[\s\S]*2\. A wallet\.[\s\S]*3\. Funds\.[\s\S]*4\. A transfer\.[\s\S]*5\. On the chain\./,
  );
  assert.equal(stderr, '');
  assert.ok(
    Array.from(stdout).every((sign) => sign === '\n' || sign >= ' '),
    'no colour where nobody sees it',
  );

  assert.deepEqual(pids.filter(isAlive), []);
  assert.deepEqual(
    readdirSync(tmpdir()).filter((name) => stdout.includes(join(tmpdir(), name, 'home'))),
    [],
  );
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

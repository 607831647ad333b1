import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

test('a bench measures real signatures, fails none, and ends with one JSON object', { timeout: 180_000 }, async () => {
  const short = ['--json', '--users', '4', '--seconds', '1', '--rate', '10', '--warm-up', '1'];
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'bench.ts'), ...short]);
  const found = JSON.parse(stdout.trimEnd().split('\n').pop() ?? '');
  assert.deepEqual([found.users, found.rate, found.failures], [4, 10, {}]);
  assert.ok(found.signaturesPerSecond > 1 && found.p50ms > 0 && found.p99ms >= found.p50ms);
  for (const payer of ['kms', 'cloud', 'signer', 'device']) {
    assert.ok(found.cpuMicros[payer] > found.floorMicrosOf[payer], `${payer} pays more than its floor`);
  }
  assert.ok(found.browserDeviceMicros > found.floorMicrosOf.device);
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

test('a server draws a page with the SDK and every adapter: nobody is connected, who asks is refused, and nothing stays open', async () => {
  const script = join(import.meta.dirname, 'server', 'render.ts');
  // A timer or socket left open would keep it from ending by itself.
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { timeout: 30_000 });
  assert.deepEqual({ stdout, stderr }, { stdout: '<p>nobody</p>', stderr: '' });
});

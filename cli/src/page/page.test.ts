import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { testInput } from '../../../parties/wallet/build/testInput.ts';
import { run } from '../run.ts';
import { recordingIo } from '../testIo.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-page-'));
after(() => rmSync(folder, { recursive: true }));
const out = join(folder, 'page');
const config = join(folder, 'page.json');

async function symbolon(...args: string[]) {
  const io = recordingIo();
  const code = await run(args, io);
  return { code, said: io.said, erred: io.erred };
}

test('a page is built from its configuration and its deployment file, and measured to the same hash', async () => {
  const { deployment, ...rest } = testInput();
  writeFileSync(join(folder, 'deployment.json'), JSON.stringify(deployment));
  writeFileSync(config, JSON.stringify({ ...rest, deployment: 'deployment.json' }));
  const built = await symbolon('page', 'build', '--config', config, '--out', out);
  assert.equal(built.code, 0, built.erred);
  assert.match(built.said, /^[0-9a-f]{64}\n$/);
  assert.equal((await symbolon('page', 'measure', out)).said, built.said);

  appendFileSync(join(out, 'sw.js'), ' ');
  const changed = await symbolon('page', 'measure', out);
  assert.deepEqual([changed.code, changed.said], [1, '']);
  assert.match(changed.erred, /sw\.js in .* was changed\. \(release-damaged\)/);
});

test('a configuration that is not right names what is wrong', async () => {
  const { issuers, deployment } = testInput();
  writeFileSync(config, JSON.stringify({ issuers, deployment, chains: [] }));
  const { code, erred } = await symbolon('page', 'build', '--config', config, '--out', out);
  assert.equal(code, 1);
  assert.match(erred, /the input\.chains: .*\(input-invalid\)/);
  assert.match(
    (await symbolon('page', 'build', '--config', join(folder, 'none'), '--out', out)).erred,
    /\(page-config\)/,
  );
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { about } from '@symbolon/protocol';
import { untilUseless } from './watch.ts';

let ahead = 0;
let healthy = true;
const signer = createServer((_, response) => {
  if (!healthy) return response.destroy();
  const said = {
    v: 1,
    party: 'signer',
    deployment: 'dev-test',
    mode: 'development',
    time: Date.now() + ahead,
  } as const;
  return response.end(about.encode(said));
});
const portOf = () => (signer.address() as AddressInfo).port;
before(async () => {
  signer.listen(0, '127.0.0.1');
  await once(signer, 'listening');
});
after(() => {
  signer.closeAllConnections();
  signer.close();
});

test('a machine that answers, its clock near ours, is left alone until it is ended', async () => {
  ahead = 5_000;
  assert.equal(await untilUseless(portOf(), AbortSignal.timeout(200), 10), null);
});

test('one whose clock has gone away is useless, in either direction', async () => {
  for (const off of [-30_000, 30_000]) {
    ahead = off;
    const reason = await untilUseless(portOf(), AbortSignal.timeout(5_000), 10);
    assert.match(reason ?? 'left alone', /^its clock is -?30 s off$/);
  }
});

test('one that does not answer twice in a row is useless', async () => {
  healthy = false;
  assert.equal(await untilUseless(portOf(), AbortSignal.timeout(5_000), 10), 'it does not answer');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runKills } from './kills.ts';

test('laws 6 and 7: 60 kills over every step and every party: 0 wallets lost, 0 half wallets shown', async (context) => {
  const { kills, wallets, log, hops } = await runKills(1, 66, (line) => context.diagnostic(line));
  for (const party of ['issuer', 'kms', 'cloud', 'signer'])
    assert.ok(
      hops.some((hop) => hop.startsWith(party)),
      party,
    );
  assert.ok(kills >= 60, `${kills}`);
  assert.equal(wallets, 67);
  assert.ok(log.releases >= 2 * wallets);
});

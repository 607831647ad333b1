import assert from 'node:assert/strict';
import { test } from 'node:test';
import { walletInWords } from './whose.ts';

test('whose wallet a request is for is told by mailbox and by the beginning of its id, as far as they are known', () => {
  const wallet = { id: new Uint8Array(32).fill(0xab) };
  assert.equal(walletInWords('you@example.com', wallet), 'the wallet of you@example.com (abababababab...)');
  assert.equal(walletInWords('you@example.com', null), 'the wallet of you@example.com');
  assert.equal(walletInWords(null, wallet), 'the wallet of whoever signs in here (abababababab...)');
});

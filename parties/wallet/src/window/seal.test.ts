import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toText } from './base64url.ts';
import { readInvitation } from './relay.ts';
import { relayKey, sealAs } from './seal.ts';

const channel = 'AAAAAAAAAAAAAAAAAAAAAA';

async function bothEnds(there = channel) {
  const [dapp, wallet] = [await relayKey(), await relayKey()];
  return {
    dapp: await sealAs('dapp', channel, dapp, wallet.point),
    wallet: await sealAs('wallet', there, wallet, dapp.point),
  };
}

test('what one end seals the other opens, each direction for itself', async () => {
  const { dapp, wallet } = await bothEnds();
  assert.deepEqual(await wallet.open(0, await dapp.seal(0, { method: 'eth_accounts' })), { method: 'eth_accounts' });
  assert.deepEqual(await dapp.open(0, await wallet.seal(0, ['0x'])), ['0x']);
});

test('a relay cannot change, move, repeat or turn round a message, nor bring it to another channel', async () => {
  const { dapp, wallet } = await bothEnds();
  const sealed = await dapp.seal(1, 'hello');
  const changed = sealed.slice();
  changed[0] = (changed[0] ?? 0) ^ 1;
  await assert.rejects(wallet.open(1, changed));
  await assert.rejects(wallet.open(2, sealed));
  await assert.rejects(dapp.open(1, sealed));
  const elsewhere = await bothEnds('BBBBBBBBBBBBBBBBBBBBBB');
  await assert.rejects(elsewhere.wallet.open(1, await elsewhere.dapp.seal(1, 'hello')));
});

test('an invitation is a channel and a point, to the letter', async () => {
  const { point } = await relayKey();
  const fragment = `#relay=${channel}.${toText(point)}`;
  assert.deepEqual(readInvitation(fragment), { channel, point });
  for (const wrong of [
    '',
    '#relay=',
    `${fragment}x`,
    fragment.replace('.', ''),
    fragment.replace('#relay', '#other'),
  ]) {
    assert.equal(readInvitation(wrong), null, wrong);
  }
});

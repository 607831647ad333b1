import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bootCompatWorld, type CompatWorld } from './compatWorld.ts';
import type { Dapp } from './dapp.ts';
import { keepScreensOfFailures } from './screens.ts';
import { asksForChains, asksForPermissions } from './testDappConnection.ts';
import { asksForSignatures } from './testDappSignatures.ts';
import { testDappFiles } from './testDappSite.ts';
import { asksForTransactions } from './testDappTransactions.ts';

// MetaMask's test-dapp, as it comes by npm. The tests go through its buttons in order: what one deployed, a later one uses.
let compat: CompatWorld;
let dapp: Dapp;

before(async () => {
  compat = await bootCompatWorld();
  dapp = await compat.open('test-dapp', await testDappFiles(compat.world.wallet));
});
after(async () => compat?.[Symbol.asyncDispose]());
keepScreensOfFailures(() => compat?.person);

test('EIP-6963: it finds the wallet by its announcement, and uses it', async () => {
  await dapp.shows('#providers', '"name": "Symbolon"');
  await dapp.shows('#activeProviderName', 'Symbolon');
  assert.match((await dapp.page.getAttribute('#activeProviderIcon img', 'src')) ?? '', /^data:image\/svg\+xml;base64,/);
  await dapp.shows('#chainId', '0x7a69');
  await dapp.shows('#network', '31337');
});

test('EIP-1102: a refused connection is 4001 and shows no account; an approved one shows the wallet’s address', async () => {
  const refused = await dapp.ask('#connectButton', 'eth_requestAccounts');
  assert.match(refused.sentence, /^Connect to test-dapp\.localhost:\d+\?$/);
  assert.equal((await refused.reject()).error?.code, 4001);
  assert.equal(await dapp.page.innerText('#accounts'), '');

  const asked = await dapp.ask('#connectButton', 'eth_requestAccounts');
  assert.ok(asked.text.includes(compat.address));
  assert.deepEqual((await asked.approve()).result, [compat.address.toLowerCase()]);
  await dapp.shows('#accounts', compat.address.toLowerCase());
});

asksForSignatures(() => ({ compat, dapp }));
asksForTransactions(() => ({ compat, dapp }));
asksForChains(() => ({ compat, dapp }));
asksForPermissions(() => ({ compat, dapp }));

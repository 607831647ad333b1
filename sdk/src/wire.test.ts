import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type DappEvent,
  type DappRequest,
  dappVersion,
  openSchema,
  type ChainList as ProtocolList,
  readySchema,
  walletMethods,
} from '@symbolon/protocol/dapp';
import fc from 'fast-check';
import * as v from 'valibot';
import { alice, chainInfo, FakePage, open } from './testing.ts';
import {
  type ChainList,
  isReady,
  openMessage,
  readChainList,
  readEvent,
  type WalletEvent,
  type WalletRequest,
} from './wire.ts';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

test('the shapes written out here are those of the protocol', () => {
  const events: Same<WalletEvent, DappEvent> = true;
  const chains: Same<ChainList, ProtocolList> = true;
  const requests: Same<Omit<WalletRequest, 'method'>, Omit<DappRequest, 'method'>> = true;
  assert.ok(events && chains && requests);
  assert.equal(v.parse(openSchema, openMessage('shop')).symbolon, dappVersion);
  assert.equal('appId' in v.parse(openSchema, openMessage(undefined)), false);
});

test('every method of the wallet is one of the provider', async () => {
  const page = new FakePage();
  page.blocked = true;
  const provider = open(page);
  for (const method of walletMethods) {
    const outcome = await provider.request({ method, params: ['?'] }).catch(({ reason }: { reason: string }) => reason);
    assert.notEqual(outcome, 'method-unsupported', method);
  }
});

test('ready is what the protocol calls so', () => {
  const said = fc.oneof(
    fc.anything(),
    fc.record({ symbolon: fc.constantFrom(1, 2, '1'), what: fc.constantFrom('ready', 'open') }),
  );
  const agree = (data: unknown) => assert.ok(isReady(data) || !v.is(readySchema, data));
  fc.assert(fc.property(said, agree), { seed: 1, numRuns: 200 });
});

test('of an event only the known fields are taken, and only where they fit', () => {
  const extra = { event: 'accountsChanged', accounts: [alice], more: 1 };
  assert.deepEqual(readEvent(extra), { event: 'accountsChanged', accounts: [alice] });
  for (const wrong of [
    { event: 'accountsChanged', accounts: ['0x1'] },
    { event: 'accountsChanged', accounts: { length: 0 } },
    { event: 'accountsChanged', accounts: Array.from({ length: 65 }, () => alice) },
    { event: 'chainChanged', chainId: '0x01' },
    { event: 'chainChanged', chainId: 1 },
    { event: '__proto__' },
  ]) {
    assert.equal(readEvent(wrong), null);
  }
});

test('a list of chains is taken whole or not at all', () => {
  const chain = chainInfo('0x1', 'https://rpc.example');
  const relayUrl = 'https://cloud.example';
  assert.deepEqual(readChainList({ chains: [{ ...chain, more: 1 }], relayUrl, more: 1 }), {
    chains: [chain],
    relayUrl,
  });
  assert.throws(() => readChainList([chain]), TypeError);
  for (const url of [undefined, 1, 'cloud']) {
    assert.throws(() => readChainList({ chains: [chain], relayUrl: url }), TypeError);
  }
  for (const wrong of [
    {},
    [null],
    [{ ...chain, chainId: '1' }],
    [{ ...chain, rpcUrl: 1 }],
    [{ ...chain, currency: 1 }],
  ]) {
    assert.throws(() => readChainList({ chains: wrong, relayUrl }), TypeError);
  }
});

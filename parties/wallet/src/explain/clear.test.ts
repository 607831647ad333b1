import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildIndex } from '@symbolon/clear-signing';
import { encodeFunctionData, parseAbi } from 'viem';
import { Chains } from '../chain/chains.ts';
import { fakeChain } from '../testing/chain.ts';
import { clearSigner, type Fetched } from './clear.ts';

const contract = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const descriptor = {
  $schema: '../../specs/erc7730-v2.schema.json',
  context: { contract: { deployments: [{ chainId: 31_337, address: contract }] } },
  metadata: { owner: 'Exchange\u202e' },
  display: {
    formats: {
      'stake(uint256 amount)': {
        intent: 'Stake',
        interpolatedIntent: 'Stake {amount}',
        fields: [{ path: 'amount', label: 'Amount', format: 'raw' }],
      },
    },
  },
};
const data = encodeFunctionData({ abi: parseAbi(['function stake(uint256)']), args: [42n] });
const request = { kind: 'call', chainId: 31_337, from: null, to: contract, data, value: 0n } as const;

const built = await buildIndex([{ path: 'registry/exchange/stake.json', json: descriptor }]);
const index = JSON.stringify(built.index);
const indexHash = createHash('sha256').update(index).digest('hex');
const files = new Map([[indexHash, index], ...built.descriptors]);
const chains = new Chains([fakeChain().chain]);

test('a request is said in the words of its descriptor, fetched when it is needed and once', async () => {
  const asked: string[] = [];
  const fetched: Fetched = async (hash) => {
    asked.push(hash);
    return files.get(hash) ?? null;
  };
  const clear = clearSigner(indexHash, chains, fetched);
  const said = await clear(request);
  assert.equal(said?.sentence.kind === 'described' && said.sentence.intent, 'Stake');
  assert.equal(said?.detail, 'Stake 42');
  assert.deepEqual(said?.fields, [{ label: 'Amount', value: '42', depth: 0 }]);
  assert.equal(JSON.stringify(said).includes('\u202e'), false);
  await clear(request);
  assert.equal(asked.filter((hash) => hash === indexHash).length, 1);
  assert.equal(await clear({ ...request, chainId: 1 }), null);
});

test('an index or a descriptor that a host changed says nothing', async () => {
  const other = JSON.stringify({ ...descriptor, metadata: { owner: 'Somebody else' } });
  const changedIndex: Fetched = async (hash) => (hash === indexHash ? `${index} ` : (files.get(hash) ?? null));
  const changedDescriptor: Fetched = async (hash) => (hash === indexHash ? index : other);
  const away: Fetched = async () => {
    throw new TypeError('no network');
  };
  for (const fetched of [changedIndex, changedDescriptor, away, async () => null]) {
    assert.equal(await clearSigner(indexHash, chains, fetched)(request), null);
  }
  assert.equal(await clearSigner(null, chains, async () => index)(request), null);
});

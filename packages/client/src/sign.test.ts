import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { digest, IntentError, messageFromJson, transactionFromJson } from '@symbolon/chains/evm';
import { envelopeCodec, requestHash, type SignerAnswer, type SignerRequest } from '@symbolon/protocol';
import type { WalletClient } from './client.ts';
import { libraryCrypto } from './deviceCrypto.ts';
import { hasCode } from './errors.ts';
import { Refuse, World } from './testing.ts';

const { intent } = transactionFromJson({
  type: 2,
  to: `0x${'11'.repeat(20)}`,
  value: 1n,
  chainId: 31337,
  nonce: 0,
  gas: 21_000,
  maxFeePerGas: 2,
  maxPriorityFeePerGas: 1,
});
const message = messageFromJson('hello');

let world: World;
let client: WalletClient;
let publicKey: Uint8Array;
let honest: (request: SignerRequest) => SignerAnswer;

async function fresh() {
  world = new World();
  client = world.device().client;
  publicKey = (await client.create()).wallet.deed.keys.secp256k1 ?? new Uint8Array();
  honest = world.answer.bind(world);
}

describe('a signature', () => {
  before(fresh);

  it('is of the very thing that was asked for, and two questions are enough for it', async () => {
    world.asked.length = 0;
    const signed = await client.sign(intent);
    assert.ok(libraryCrypto.verifySignature('secp256k1', publicKey, digest(intent), signed.signature.subarray(0, 64)));
    assert.ok(signed.signed !== undefined && signed.alarm === null && signed.others.length === 0);
    assert.deepEqual(world.asked, ['cloud/seals', 'signer/requests']);
  });

  it('of an intent that nobody would sign is not asked for', async () => {
    world.asked.length = 0;
    const { transaction } = intent as { transaction: object };
    const unprotected = { type: 'evm-transaction', transaction: { ...transaction, chainId: 0n } };
    await assert.rejects(client.sign(unprotected as never), IntentError);
    assert.deepEqual(world.asked, []);
  });

  it('each request is its own envelope, with a salt of its own', async () => {
    const seen = new Set<string>();
    world.answer = (request) => {
      seen.add(Buffer.from(requestHash(request.envelope)).toString('hex'));
      return honest(request);
    };
    await Promise.all(Array.from({ length: 8 }, () => client.sign(message)));
    assert.equal(seen.size, 8);
  });

  it('names the origin that asked', async () => {
    let origin = '';
    world.answer = (request) => {
      origin = envelopeCodec.decode(request.envelope).origin;
      return honest(request);
    };
    await client.sign(message, 'https://dapp.example');
    assert.equal(origin, 'https://dapp.example');
  });
});

describe('a dishonest or broken signer', () => {
  beforeEach(fresh);
  const answering = (
    change: (answer: Extract<SignerAnswer, { status: 'signed' }>, request: SignerRequest) => SignerAnswer,
  ) => {
    world.answer = (request) => {
      const answer = honest(request);
      assert.equal(answer.status, 'signed');
      return answer.status === 'signed' ? change(answer, request) : answer;
    };
  };

  it('that signed something else is found out', async () => {
    const other = await client.sign(messageFromJson('something else'));
    answering((answer) => ({ ...answer, signature: other.signature.slice(0, 64) }));
    await assert.rejects(client.sign(message), (error) => hasCode(error, 'signature-invalid'));
  });

  it('that returns other bytes than it signed is found out', async () => {
    answering((answer) => ({ ...answer, signed: new Uint8Array([2, 1]) }));
    await assert.rejects(client.sign(intent), (error) => hasCode(error, 'signature-invalid'));
    answering((answer) => ({ ...answer, signed: null }));
    await assert.rejects(client.sign(intent), (error) => hasCode(error, 'signature-invalid'));
  });

  it('that has no receipt for this request is found out', async () => {
    const [earlier] = world.receipts;
    assert.ok(earlier !== undefined);
    answering((answer) => ({ ...answer, receipt: earlier }));
    await assert.rejects(client.sign(message), (error) => hasCode(error, 'party-answer-invalid'));
    answering((answer) => ({ ...answer, receipt: { ...answer.receipt, signature: new Uint8Array(64) } }));
    await assert.rejects(client.sign(message), (error) => hasCode(error, 'receipts-inconsistent'));
  });

  it('that was restarted is met anew: other keys, new evidence, a new envelope', async () => {
    world.restartSigner();
    world.asked.length = 0;
    await client.sign(message);
    assert.equal(world.asked.filter((hop) => hop === 'signer/evidence').length, 1);
    assert.equal(world.asked.filter((hop) => hop === 'cloud/signers').length, 1, 'the cloud did not know it yet');
  });

  it('that loses its answer is asked again under a new envelope, three times at most', async () => {
    const envelopes = new Set<string>();
    let lost = 0;
    world.answer = (request) => {
      envelopes.add(Buffer.from(request.envelope).toString('hex'));
      lost += 1;
      const answer = honest(request);
      if (lost < 3) throw new Error('connection reset');
      return answer;
    };
    const { alarm, others } = await client.sign(message);
    assert.equal(envelopes.size, 3);
    assert.equal(alarm, null);
    assert.deepEqual(others, [], 'releases whose answers were lost were asked for here');

    lost = -10;
    await assert.rejects(
      client.sign(message),
      (error) => hasCode(error, 'party-unreachable') && error.party === 'signer',
    );
    assert.equal(lost, -7);
  });

  it('refusing is not asked again', async () => {
    let asked = 0;
    world.answer = () => {
      asked += 1;
      return { status: 'refused', code: 'refused', message: 'no', hint: '' };
    };
    await assert.rejects(client.sign(message), (error) => hasCode(error, 'signing-refused'));
    assert.equal(asked, 1);
  });

  it('of an image that no statement allows gets nothing', async () => {
    world.on('signer/evidence', () => () => world.evidence(2));
    world.restartSigner();
    world.asked.length = 0;
    await assert.rejects(client.sign(message), (error) => hasCode(error, 'evidence-refused'));
    // The first attempt went to the keys known before; to the new ones nothing was sent.
    assert.equal(world.asked.filter((hop) => hop === 'signer/requests').length, 1);
  });

  it('of an image admitted just now is trusted after one look at the list', async () => {
    world.on('signer/evidence', () => () => world.evidence(2));
    world.restartSigner();
    world.decide({ what: 'allow-signer', pair: world.pair(2), note: '' });
    await client.sign(message);
  });
});

describe('a cloud', () => {
  before(fresh);

  it('that refuses is not asked again, unless the deed was changed meanwhile', async () => {
    world.asked.length = 0;
    world.on('cloud/seals', () => () => {
      throw new Refuse(403, 'refused');
    });
    await assert.rejects(client.sign(message), (error) => hasCode(error, 'party-refused') && error.party === 'cloud');
    assert.equal(world.asked.filter((hop) => hop === 'cloud/seals').length, 1);
  });

  it('that is down is named', async () => {
    world.on('cloud/seals', () => () => {
      throw new Error('connection refused');
    });
    await assert.rejects(
      client.sign(message),
      (error) => hasCode(error, 'party-unreachable') && error.party === 'cloud',
    );
  });
});

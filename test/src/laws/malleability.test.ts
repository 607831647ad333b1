import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Secret } from '@symbolon/crypto';
import { publicKeySecp256k1 } from '@symbolon/crypto/native';
import {
  paths,
  receiptHash,
  receiptStatement,
  releasesAnswer,
  releasesCodec,
  type SignerAnswer,
  shareRequestCodec,
} from '@symbolon/protocol';
import { type Meddle, standBetween } from '../support/between.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { Hand } from '../support/hand.ts';
import { flipped, Insider } from '../support/insider.ts';
import { nothingHappens, onlyReleases } from '../support/records.ts';
import { askSigner, assertSigns, type Prepared, prepare, sealB, signerRequest } from '../support/signing.ts';
import { bootWorld, introduceSigner, type RunningSigner, signerOf, type World } from '../support/world.ts';

const bits = Array.from({ length: 256 }, (_, bit) => bit);

/** The one thing a device is told, whatever was wrong. */
const constantRefusal = {
  status: 'refused',
  code: 'refused',
  message: 'The request was refused.',
  hint: 'Make the request anew with the client library.',
};

describe('law 4: a share that is not the stored one signs nothing, bit by bit', () => {
  let world: World;
  let person: Hand;
  let wallet: HandWallet;
  let signer: RunningSigner;

  before(async () => {
    world = await bootWorld();
    person = new Hand(world);
    wallet = await createWallet(person);
    signer = await signerOf(world);
  });
  after(() => world[Symbol.asyncDispose]());

  const carry = async (request: Prepared, sealed: Uint8Array): Promise<SignerAnswer> =>
    askSigner(world, signer, await signerRequest(person, wallet, request, sealed));

  test('the insider of the cloud really holds Key B, and of the kms Key A', async () => {
    for (const store of ['kms', 'cloud'] as const) {
      const insider = new Insider(world, store);
      for (const curve of ['secp256k1', 'ed25519'] as const) {
        assert.deepEqual(await insider.readShare(wallet, curve), wallet.shares[store][curve]);
      }
    }
  });

  test('the forger that the next tests use makes shares as good as the cloud does: its control signs', async () => {
    const request = prepare(person, wallet, signer);
    const forged = await new Insider(world, 'cloud').seal(person, request, signer, wallet.shares.cloud.secp256k1);
    assert.equal((await carry(request, forged)).status, 'signed');
  });

  test('a cloud that flips any one of the 256 bits of B: 0 signatures, one same answer', async () => {
    const cloud = new Insider(world, 'cloud');
    await onlyReleases(world, bits.length, async () => {
      for (const bit of bits) {
        const request = prepare(person, wallet, signer);
        const forged = await cloud.seal(person, request, signer, flipped(wallet.shares.cloud.secp256k1, bit));
        assert.deepEqual(await carry(request, forged), constantRefusal, `bit ${bit}`);
      }
    });
  });

  test('a cloud that names the public key that its flipped B would make: 0 signatures, nothing released', async () => {
    const cloud = new Insider(world, 'cloud');
    await nothingHappens(world, async () => {
      for (const bit of [0, 7, 100, 255]) {
        const request = prepare(person, wallet, signer);
        const share = flipped(wallet.shares.cloud.secp256k1, bit);
        const publicKeys = { secp256k1: falsePublicKey(wallet, bit) };
        assert.deepEqual(
          await carry(request, await cloud.seal(person, request, signer, share, { publicKeys })),
          constantRefusal,
        );
      }
    });
  });

  test('a device that flips bits of sealed B: 0 signatures, one same answer, nothing released', async () => {
    await nothingHappens(world, async () => {
      const length = (await sealB(person, prepare(person, wallet, signer))).length;
      for (let at = 0; at < length * 8; at += 61) {
        const request = prepare(person, wallet, signer);
        const sealed = await sealB(person, request);
        assert.deepEqual(await carry(request, flipped(sealed, at)), constantRefusal, `bit ${at}`);
      }
    });
  });

  test('a device that carries B sealed for another request, or another wallet: 0 signatures, nothing released', async () => {
    const other = new Hand(world);
    const theirs = await createWallet(other);
    await nothingHappens(world, async () => {
      const request = prepare(person, wallet, signer);
      assert.deepEqual(await carry(request, await sealB(person, prepare(person, wallet, signer))), constantRefusal);
      assert.deepEqual(await carry(request, await sealB(other, prepare(other, theirs, signer))), constantRefusal);
    });
  });

  test('a kms that flips any one of the 256 bits of A, with the true and with a matching false public key: 0 signatures', async () => {
    const kms = new Insider(world, 'kms');
    const asked = new Map<
      string,
      { request: Prepared; share: Uint8Array; publicKeys: Prepared['share']['publicKeys'] }
    >();
    const forge: Meddle = async ({ path, body }, forward) => {
      const answer = await forward();
      if (path !== paths.releases) return answer;
      const { asks } = releasesCodec.decode(body);
      const { results } = releasesAnswer.decode(answer.body);
      const forged = results.map(async (result, index) => {
        const rh = shareRequestCodec.decode(asks[index]?.message ?? new Uint8Array()).rh;
        const attack = asked.get(Buffer.from(rh).toString('hex'));
        if (result.status !== 'released' || attack === undefined) return result;
        const { at } = receiptStatement.body.decode(result.receipt.body);
        const { request, share, publicKeys } = attack;
        const says = { at, publicKeys, receipt: receiptHash(result.receipt.body) };
        return { ...result, sealed: await kms.seal(person, request, signer, share, says) };
      });
      return { ...answer, body: releasesAnswer.encode({ results: await Promise.all(forged) }) };
    };
    await using _ = await standBetween(world, 'signer', forge);
    signer = await introduceSigner(world);

    const attack = async (share: Uint8Array, publicKeys: Prepared['share']['publicKeys']) => {
      const request = prepare(person, wallet, signer);
      asked.set(Buffer.from(request.rh).toString('hex'), { request, share, publicKeys });
      return carry(request, await sealB(person, request));
    };
    const a = wallet.shares.kms.secp256k1;
    const truth = { secp256k1: wallet.deed.keys.secp256k1 };
    assert.equal((await attack(a, truth)).status, 'signed', 'the control: an unchanged A, forged the same way');
    await onlyReleases(world, 2 * bits.length, async () => {
      for (const bit of bits) {
        assert.deepEqual(await attack(flipped(a, bit), truth), constantRefusal, `bit ${bit}`);
        const lie = { secp256k1: falsePublicKey(wallet, bit) };
        assert.deepEqual(await attack(flipped(a, bit), lie), constantRefusal, `bit ${bit}, false public key`);
      }
    });
  });

  test('a kms whose store was changed by its own insider signs nothing either, and signs again once it is restored', async () => {
    const data = join(world.devnet.home.kms, 'data');
    await world.devnet.kill('kms', 'SIGTERM');
    renameSync(data, `${data}.before`);
    mkdirSync(data, { mode: 0o700 });
    cpSync(`${data}.before`, data, { recursive: true });
    await new Insider(world, 'kms').writeShare(wallet, 'secp256k1', flipped(wallet.shares.kms.secp256k1, 17));
    await world.devnet.restart('kms');
    signer = await introduceSigner(world);
    const request = prepare(person, wallet, signer);
    assert.deepEqual(await carry(request, await sealB(person, request)), constantRefusal);

    await world.devnet.kill('kms', 'SIGTERM');
    rmSync(data, { recursive: true });
    renameSync(`${data}.before`, data);
    await world.devnet.restart('kms');
    signer = await introduceSigner(world);
    await assertSigns(person, wallet, signer);
  });
});

/** The public key of the key that a flipped share would make. */
function falsePublicKey({ keys }: HandWallet, bit: number): Uint8Array {
  using key = Secret.take(flipped(keys.secp256k1, bit));
  return publicKeySecp256k1(key);
}

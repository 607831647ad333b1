import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createDevelopmentRoot, extension, issueLeaf, signDocument } from '@symbolon/attestation/develop';
import { fetchTransport, MemoryStorage, type Transport } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import {
  addressOf,
  configurationHash,
  type Evidence,
  evidenceCodec,
  paths,
  releasesAnswer,
  releasesCodec,
  signerConfigurationOf,
  signerId,
} from '@symbolon/protocol';
import { clientOf } from '../support/client.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { attackersKeys, binding, developmentRoot, forge, honestFields, randomHash } from '../support/forgery.ts';
import { Hand, prove } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { nothingHappens, onlyReleases } from '../support/records.ts';
import { askRelease } from '../support/release.ts';
import { askB, assertSigns, prepare } from '../support/signing.ts';
import { bootWorld, introduceSigner, type RunningSigner, signerOf, type World } from '../support/world.ts';

describe('law 2: a share leaves only for a signer whose evidence that very party has verified', () => {
  let world: World;
  let person: Hand;
  let wallet: HandWallet;
  const storage = new MemoryStorage();

  before(async () => {
    world = await bootWorld();
    person = new Hand(world);
    wallet = await createWallet(person);
    assert.equal((await clientOf(person, { storage }).open()).status, 'ready');
  });
  after(() => world[Symbol.asyncDispose]());

  const shownTo = (store: 'kms' | 'cloud', evidence: Evidence) =>
    post(addressOf(world.deployment[store].url, paths.signers), evidenceCodec.encode(evidence));

  /** Shows it to both stores and to the device; none lets anything go to whoever it speaks for. */
  async function assertUseless(evidence: Evidence, codes: readonly string[]): Promise<void> {
    const signer: RunningSigner = {
      id: signerId(evidence.keys),
      keys: evidence.keys,
      evidence: evidenceCodec.encode(evidence),
    };
    await nothingHappens(world, async () => {
      for (const store of ['kms', 'cloud'] as const) {
        const { code } = await shownTo(store, evidence);
        assert.ok(codes.includes(code ?? 'taken'), `${store}: ${code}`);
      }
      const honest = await signerOf(world);
      const isTheRealOne = Buffer.compare(signer.id, honest.id) === 0;
      if (!isTheRealOne) {
        const request = prepare(person, wallet, signer);
        assert.equal((await askB(person, request)).code, 'signer-unknown');
        assert.equal(await askRelease(person, request), 'signer-unknown');
      }

      const sent: string[] = [];
      const impostor: Transport = async (request) => {
        if (request.method === 'POST') sent.push(request.url);
        if (request.url.endsWith(paths.evidence)) return { status: 200, body: signer.evidence };
        return fetchTransport(fetch)(request);
      };
      const client = clientOf(person, { storage, transport: impostor });
      await assert.rejects(client.sign({ type: 'evm-message', message: utf8('never') }), { code: 'evidence-refused' });
      assert.deepEqual(sent, [], 'the device sends nothing before it has verified');
    });
  }

  const invalid = ['evidence-invalid'];
  const notAllowed = ['evidence-not-allowed'];

  test('another root: a document of the right form by somebody else', async () => {
    const { fields } = await honestFields(world);
    const keys = attackersKeys();
    const root = createDevelopmentRoot();
    await assertUseless(forge(root, keys, { ...fields, userData: binding(world, keys) }), invalid);
  });

  test("another key: the real signer's document, shown with the attacker's keys", async () => {
    const { document } = evidenceCodec.decode((await signerOf(world)).evidence);
    await assertUseless({ document, keys: attackersKeys() }, invalid);
  });

  test('a document with any byte of it changed', async () => {
    const { evidence } = await signerOf(world);
    const { document, keys } = evidenceCodec.decode(evidence);
    await nothingHappens(world, async () => {
      for (let at = 0; at < document.length; at += 97) {
        const changed = document.slice();
        changed[at] = (changed[at] ?? 0) ^ 0x20;
        for (const store of ['kms', 'cloud'] as const) {
          assert.ok((await shownTo(store, { document: changed, keys })).status >= 400, `byte ${at}`);
        }
      }
    });
  });

  test('a signature of zeros, as an emulator makes', async () => {
    const { document, keys } = evidenceCodec.decode((await signerOf(world)).evidence);
    const unsigned = document.slice();
    unsigned.fill(0, unsigned.length - 96);
    await assertUseless({ document: unsigned, keys }, invalid);
  });

  test('an hour old, though of the genuine module', async () => {
    const { fields } = await honestFields(world);
    const keys = attackersKeys();
    const stale = { ...fields, timestamp: Date.now() - 3_600_000, userData: binding(world, keys) };
    await assertUseless(forge(developmentRoot(world), keys, stale), invalid);
  });

  test('of tomorrow', async () => {
    const { fields } = await honestFields(world);
    const keys = attackersKeys();
    const early = { ...fields, timestamp: Date.now() + 86_400_000, userData: binding(world, keys) };
    await assertUseless(forge(developmentRoot(world), keys, early), invalid);
  });

  test('debug mode: all measurements zero, whose memory its host reads', async () => {
    const { fields } = await honestFields(world);
    const keys = attackersKeys();
    const pcrs = new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48)]));
    await assertUseless(
      forge(developmentRoot(world), keys, { ...fields, pcrs, userData: binding(world, keys) }),
      invalid,
    );
  });

  for (const missing of [[0], [1], [2], [0, 1, 2]]) {
    test(`PCR ${missing.join(', ')} missing`, async () => {
      const { fields } = await honestFields(world);
      const keys = attackersKeys();
      const pcrs = new Map([...fields.pcrs].filter(([index]) => !missing.includes(index)));
      await assertUseless(
        forge(developmentRoot(world), keys, { ...fields, pcrs, userData: binding(world, keys) }),
        invalid,
      );
    });
  }

  test('another image under the genuine module', async () => {
    const { fields } = await honestFields(world);
    const keys = attackersKeys();
    const pcrs = new Map(fields.pcrs).set(2, new Uint8Array(48).fill(7));
    await assertUseless(
      forge(developmentRoot(world), keys, { ...fields, pcrs, userData: binding(world, keys) }),
      notAllowed,
    );
  });

  test('the right image with another configuration: other issuers, other stores, another mode', async () => {
    const { fields } = await honestFields(world);
    const own = signerConfigurationOf(world.deployment);
    const others = [
      { ...own, mode: 'production' as const },
      { ...own, deployment: 'dev-00000000' },
      { ...own, issuers: [{ url: 'https://evil.example', audience: 'symbolon-wallet' }] },
      { ...own, kms: randomHash() },
      { ...own, cloud: randomHash() },
    ];
    for (const other of others) {
      const keys = attackersKeys();
      const userData = binding(world, keys, configurationHash(other));
      await assertUseless(forge(developmentRoot(world), keys, { ...fields, userData }), notAllowed);
    }
  });

  test('without user data, or with some that binds nothing', async () => {
    const { fields } = await honestFields(world);
    for (const userData of [null, new Uint8Array(), utf8('keys'), randomHash()]) {
      await assertUseless(forge(developmentRoot(world), attackersKeys(), { ...fields, userData }), invalid);
    }
  });

  test('a leaf that is no leaf: an authority posing as the enclave, and a certificate with what nobody understands', async () => {
    const { fields } = await honestFields(world);
    const root = developmentRoot(world);
    const keys = attackersKeys();
    const odd = [
      issueLeaf(root, { authority: { pathLength: null }, keyUsage: ['keyCertSign'] }),
      issueLeaf(root, { keyUsage: ['keyCertSign'] }),
      issueLeaf(root, { notBefore: Date.now() - 7_200_000, notAfter: Date.now() - 3_600_000 }),
      issueLeaf(root, { extensions: [extension('1.2.3.4', true, Uint8Array.of(5, 0))] }),
    ];
    for (const leaf of odd) {
      await assertUseless(
        { document: signDocument({ leaf, ...fields, userData: binding(world, keys) }), keys },
        invalid,
      );
    }
  });

  test('a signer that is really started with another configuration is taken by nobody', async () => {
    const file = join(world.devnet.home.signer, 'deployment.json');
    const honest = readFileSync(file, 'utf8');
    const text = JSON.parse(honest);
    writeFileSync(file, JSON.stringify({ ...text, issuers: [{ url: 'http://127.0.0.1:9', audience: 'evil' }] }));
    await world.devnet.restart('signer');
    const { evidence } = await signerOf(world);
    for (const store of ['kms', 'cloud'] as const) {
      assert.equal((await shownTo(store, evidenceCodec.decode(evidence))).code, 'evidence-not-allowed');
    }
    writeFileSync(file, honest);
    await world.devnet.restart('signer');
    await introduceSigner(world);
  });

  test('who has no evidence at all, device or operator, is nobody to seal to', async () => {
    const keys = attackersKeys();
    const nobody: RunningSigner = { id: signerId(keys), keys, evidence: new Uint8Array() };
    await nothingHappens(world, async () => {
      const request = prepare(person, wallet, nobody);
      assert.equal((await askB(person, request)).code, 'signer-unknown');
      assert.equal(await askRelease(person, request), 'signer-unknown');
    });
  });

  test('a device that asks the kms in the name of the real signer gets a release on record that it cannot open', async () => {
    const signer = await signerOf(world);
    await onlyReleases(world, 1, async () => {
      const { shareBytes: message, rh } = prepare(person, wallet, signer);
      const token = await person.token();
      const htu = addressOf(world.deployment.kms.url, paths.releases);
      const proof = prove(person.key, { htu, token, rh, message });
      const ask = { message, token, proof, challenge: randomHash() };
      const { body } = await post(htu, releasesCodec.encode({ asks: [ask] }));
      const [result] = releasesAnswer.decode(body).results;
      assert.equal(result?.status, 'released');
      assert.equal(Buffer.from(body).includes(Buffer.from(wallet.shares.kms.secp256k1)), false);
    });
  });

  test('after all that the real signer still signs', async () => assertSigns(person, wallet, await signerOf(world)));
});

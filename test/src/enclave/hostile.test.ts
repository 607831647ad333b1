import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Measurement, printMeasurement } from '@symbolon/attestation';
import { fetchTransport, MemoryStorage, type WalletClient } from '@symbolon/client';
import { toBase64url, utf8 } from '@symbolon/crypto';
import { type HostOptions, measureImage, readEif, writeEif } from '@symbolon/enclave';
import { addressOf, type Evidence, evidenceCodec, paths } from '@symbolon/protocol';
import { clientOf } from '../support/client.ts';
import { imageOf, playHost } from '../support/enclave.ts';
import { attackersKeys, binding, developmentRoot, forge, honestFields, randomHash } from '../support/forgery.ts';
import { Hand } from '../support/hand.ts';
import { post } from '../support/http.ts';
import { again, type Recorded, recordingTransport } from '../support/recording.ts';
import { nothingHappens } from '../support/records.ts';
import { badRelay, type Carry } from '../support/relay.ts';
import { bootWorld, introduceSigner, signerOf, type World } from '../support/world.ts';

const message = { type: 'evm-message', message: utf8('hello') } as const;
const day = 86_400_000;

describe("the enclave's host means ill", () => {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-hostile-'));
  const storage = new MemoryStorage();
  let world: World;
  let person: Hand;
  let client: WalletClient;

  before(async () => {
    world = await bootWorld({ signer: 'enclave' });
    person = new Hand(world);
    client = clientOf(person, { storage });
    await client.create();
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** None of the three verifiers takes it, each by its own judgement, and nothing is let go. */
  async function assertRefused(evidence: Evidence): Promise<void> {
    const shown = evidenceCodec.encode(evidence);
    await nothingHappens(world, async () => {
      for (const store of ['kms', 'cloud'] as const) {
        const { code } = await post(addressOf(world.deployment[store].url, paths.signers), shown);
        assert.equal(code, 'evidence-not-allowed', store);
      }
      const device = clientOf(person, {
        storage,
        transport: async (request) =>
          request.url.endsWith(paths.evidence) ? { status: 200, body: shown } : fetchTransport(fetch)(request),
      });
      await assert.rejects(device.sign(message), { code: 'evidence-refused' });
    });
  }

  /** Runs the attack on the machine; the control before and after is that the honest one signs. */
  async function withHost(instead: Partial<HostOptions>, attack: () => Promise<void>): Promise<void> {
    await using _ = await playHost(world, instead);
    await attack();
  }

  const flipped = (bytes: Uint8Array, at: number): Uint8Array => {
    const changed = new Uint8Array(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  };

  // First: the world's own host still runs, and no machine has to be booted for it.
  test('a request brought to it again: no second release', async () => {
    await introduceSigner(world);
    const passed: Recorded[] = [];
    const device = clientOf(person, { storage, transport: recordingTransport(passed) });
    assert.equal((await device.sign(message)).alarm, null);
    const request = passed.find(({ url }) => url.endsWith(paths.requests));
    assert.ok(request !== undefined);
    await nothingHappens(world, async () => {
      const { body, status } = await again(request);
      // Sealed to the device like every answer; that it is a refusal shows at the kms, where nothing was released.
      assert.ok(status !== 200 || Buffer.compare(body, request.answer) !== 0);
    });
  });

  test('one byte changed in kernel, command line, either ramdisk: not an image, or the image of another measurement', async () => {
    const file = imageOf(world);
    const image = readEif(file);
    const [boot = new Uint8Array(), application = new Uint8Array()] = image.ramdisks;
    const bundle = Buffer.from(application).indexOf('0.1.0');
    const honest = measureImage(image);
    const changed = {
      kernel: { ...image, kernel: flipped(image.kernel, image.kernel.length >> 1) },
      'command line': { ...image, commandLine: image.commandLine.replace('ipv6.disable=1', 'ipv6.disable=0') },
      'boot ramdisk': { ...image, ramdisks: [flipped(boot, boot.length >> 1), application] },
      bundle: { ...image, ramdisks: [boot, flipped(application, bundle)] },
    };
    const registers = (measured: Measurement) =>
      (['pcr0', 'pcr1', 'pcr2'] as const).filter((name) => Buffer.compare(measured[name], honest[name]) !== 0);
    const expected = {
      kernel: 'pcr0,pcr1',
      'command line': 'pcr0,pcr1',
      'boot ramdisk': 'pcr0,pcr1',
      bundle: 'pcr0,pcr2',
    };
    const { fields } = await honestFields(world);
    for (const [part, altered] of Object.entries(changed)) {
      const measured = measureImage(readEif(writeEif(altered)));
      assert.equal(registers(measured).join(), expected[part as keyof typeof expected], part);
      const keys = attackersKeys();
      const pcrs = new Map(fields.pcrs).set(0, measured.pcr0).set(1, measured.pcr1).set(2, measured.pcr2);
      await assertRefused(forge(developmentRoot(world), keys, { ...fields, pcrs, userData: binding(world, keys) }));
    }
    for (const at of [700, file.length >> 1, file.length - 1]) {
      assert.throws(() => readEif(flipped(file, at)), { code: 'image-malformed' });
    }
  });

  test('another image with the right name, really booted, is taken by nobody', async () => {
    const image = readEif(imageOf(world));
    const [boot = new Uint8Array(), application = new Uint8Array()] = image.ramdisks;
    const version = Buffer.from(application).indexOf('0.1.0');
    const altered = { ...image, ramdisks: [boot, flipped(application, version + 4)] };
    const booted = join(world.devnet.home.devNsm, 'booted.json');
    const honest = readFileSync(booted);
    // Honest hardware measures what it boots.
    writeFileSync(booted, JSON.stringify(printMeasurement(measureImage(altered))));
    await world.devnet.restart('dev-nsm');
    await withHost({ image: writeEif(altered) }, async () => {
      const { evidence } = await signerOf(world);
      await assertRefused(evidenceCodec.decode(evidence));
    });
    writeFileSync(booted, honest);
    await world.devnet.restart('dev-nsm');
  });

  test('a configuration with a kms of its own: evidence says so, and nobody takes it', async () => {
    const file = join(world.devnet.home.signer, 'deployment.json');
    const text = JSON.parse(readFileSync(file, 'utf8'));
    text.kms.signing = toBase64url(randomHash());
    await withHost({ deploymentText: Buffer.from(JSON.stringify(text)) }, async () => {
      const { evidence } = await signerOf(world);
      await assertRefused(evidenceCodec.decode(evidence));
    });
  });

  test('no entropy, or a source that is stuck: no signer', async () => {
    const stuck = ['-object', 'rng-random,id=entropy,filename=/dev/zero'];
    for (const entropy of [[], stuck]) {
      await assert.rejects(playHost(world, { machine: { entropy } }), { code: 'emulator', message: /no entropy/ });
    }
  });

  test('no configuration: no signer', async () => {
    const machine = { deployment: join(folder, 'nobody.sock') };
    await assert.rejects(playHost(world, { machine }), { code: 'emulator', message: /no configuration/ });
  });

  for (const [name, shift] of [
    ['back', -day],
    ['forward', day],
  ] as const) {
    test(`the clock set ${name} by a day: nothing is released, and nothing signed`, async () => {
      const base = new Date(Date.now() + shift).toISOString().slice(0, 19);
      await withHost({ machine: { extra: ['-rtc', `base=${base}`] } }, async () => {
        await introduceSigner(world);
        await nothingHappens(world, async () => {
          await assert.rejects(client.sign(message), { code: 'signing-refused' });
        });
      });
    });
  }

  test('answers of the kms altered, dropped, replayed, swapped: no signature; carried as they are, it signs', async () => {
    const relay = join(folder, 'relay.sock');
    const honestly: Carry = (answer) => answer;
    const carry = { with: honestly };
    using _ = await badRelay(relay, carry);
    const isRelease = (answer: Buffer) => answer.length > 1_200 && answer.includes('application/cbor');
    const recorded: Buffer[] = [];
    // A byte of sealed Key A, the first field of the answer.
    const altered = (answer: Buffer) => Buffer.from(flipped(answer, answer.indexOf('\r\n\r\n') + 200));
    let held: { answer: Buffer; resolve: (other: Buffer) => void } | null = null;
    const attacks: [code: string, carry: Carry][] = [
      ['signing-refused', (answer) => (isRelease(answer) ? altered(answer) : answer)],
      // What got lost is asked for again, as another request.
      ['signer-changed', (answer) => (isRelease(answer) ? null : answer)],
      ['signing-refused', (answer) => (isRelease(answer) ? (recorded[0] ?? null) : answer)],
    ];
    const swapped: Carry = (answer) => {
      if (!isRelease(answer)) return answer;
      if (held === null) {
        return new Promise((resolve) => {
          held = { answer, resolve };
        });
      }
      const { answer: first, resolve } = held;
      held = null;
      resolve(answer);
      return first;
    };
    await withHost({ machine: { relay } }, async () => {
      await introduceSigner(world);
      carry.with = (answer) => {
        if (isRelease(answer)) recorded.push(answer);
        return answer;
      };
      assert.equal((await client.sign(message)).alarm, null);
      assert.equal(recorded.length, 1);
      for (const [code, attack] of attacks) {
        carry.with = attack;
        await assert.rejects(client.sign(message), { code });
      }
      const other = clientOf(new Hand(world));
      carry.with = honestly;
      await other.create();
      carry.with = swapped;
      const both = await Promise.allSettled([client.sign(message), other.sign(message)]);
      assert.deepEqual(
        both.map(({ status }) => status),
        ['rejected', 'rejected'],
      );
      carry.with = honestly;
      assert.equal((await client.sign(message)).alarm, null);
    });
  });
});

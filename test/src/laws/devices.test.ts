import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fetchTransport, MemoryStorage, type Transport } from '@symbolon/client';
import { utf8 } from '@symbolon/crypto';
import {
  confirmMailCodec,
  countersignCodec,
  deedHash,
  deedOrderStatement,
  enrolledDevice,
  findCodec,
  keyCheck,
  mailCodeCodec,
  mailConfirmationStatement,
  paths,
  receiptsCodec,
  type Signed,
  signStatement,
  thumbprint,
} from '@symbolon/protocol';
import { clientOf } from '../support/client.ts';
import { createWallet, type HandWallet } from '../support/creation.ts';
import { bring, bringAlong, enrolled, followedBy, nextBody, orderIn, vouchedBy } from '../support/deeds.ts';
import { Hand } from '../support/hand.ts';
import type { Answer } from '../support/http.ts';
import { Insider } from '../support/insider.ts';
import { codeAfter, mailArrives, mailsTo } from '../support/mail.ts';
import { nothingHappens } from '../support/records.ts';
import { askRelease } from '../support/release.ts';
import { askB, askSigner, assertSigns, prepare, sealB, signerRequest } from '../support/signing.ts';
import { bootWorld, type RunningSigner, signerOf, type World } from '../support/world.ts';

const email = 'grace@example.org';

const askCode = (hand: Hand, wallet: HandWallet): Promise<Answer> =>
  hand.ask('kms', paths.mailCode, mailCodeCodec, { ...hand.head('mail-code'), wallet: wallet.id });

/** The version by which a key comes in by mail. */
const joining = (hand: Hand, wallet: HandWallet): Uint8Array =>
  nextBody(wallet, { devices: [...wallet.deed.devices, enrolled(hand.key, 'mail')] });

const confirm = (hand: Hand, wallet: HandWallet, code: string, deed: Uint8Array): Promise<Answer> =>
  hand.ask('kms', paths.confirmMail, confirmMailCodec, { ...hand.head('confirm-mail'), wallet: wallet.id, code, deed });

const countersign = (hand: Hand, wallet: HandWallet, deed: Uint8Array, confirmation: Signed): Promise<Answer> =>
  hand.ask('cloud', paths.countersign, countersignCodec, {
    ...hand.head('countersign'),
    wallet: wallet.id,
    deed,
    confirmation,
  });

const someCodeBut = (code: string): string => String((Number(code) + 1) % 10 ** 8).padStart(8, '0');

describe('a device comes in by an enrolled one, or by token and mail code together', () => {
  let world: World;
  let person: Hand;
  let wallet: HandWallet;

  before(async () => {
    world = await bootWorld();
    person = new Hand(world, { email });
    wallet = await createWallet(person);
  });
  after(() => world[Symbol.asyncDispose]());

  test('an issuer that signs itself in for a second device gets a code mailed to the person, and nothing else', async () => {
    const minting = new Hand(world, { subject: person.subject, email });
    const body = joining(minting, wallet);
    await nothingHappens(world, async () => {
      const code = await codeAfter(world, email, 8, () => askCode(minting, wallet));
      assert.ok((await mailsTo(world, email)).some(({ text }) => text.includes(keyCheck(minting.key.point))));
      for (let tries = 0; tries < 5; tries += 1) {
        assert.equal((await confirm(minting, wallet, someCodeBut(code), body)).code, 'code-wrong');
      }
      // Five tries are all: guessing on is in vain even where it is right.
      assert.equal((await confirm(minting, wallet, code, body)).code, 'code-wrong');
      assert.equal((await askCode(minting, wallet)).code, 'mail-too-soon');
    });
  });

  test('a code is good for the one key that it was mailed for, and for no version that lets in another', async () => {
    const invited = new Hand(world, { subject: person.subject, email });
    const intruder = new Hand(world, { subject: person.subject, email });
    await nothingHappens(world, async () => {
      const code = await codeAfter(world, email, 8, () => askCode(invited, wallet));
      assert.equal((await confirm(intruder, wallet, code, joining(intruder, wallet))).code, 'code-wrong');
      const smuggled = nextBody(wallet, { devices: [...wallet.deed.devices, enrolled(intruder.key, 'mail')] });
      assert.equal((await confirm(invited, wallet, code, smuggled)).code, 'refused');

      const withMore = nextBody(wallet, {
        devices: [...wallet.deed.devices, enrolled(intruder.key, 'mail'), enrolled(invited.key, 'mail')],
      });
      assert.equal((await confirm(invited, wallet, code, withMore)).status >= 400, true);
      // The right code gives the kms's word, and that alone still lets nobody in.
      assert.equal((await confirm(invited, wallet, code, joining(invited, wallet))).status, 200);
    });
  });

  test("neither store's word alone lets a key in, nor both words for another key", async () => {
    const minting = new Hand(world, { subject: person.subject, email });
    const body = joining(minting, wallet);
    const says = {
      v: 1,
      deployment: world.deployment.id,
      wallet: wallet.id,
      deed: deedHash(body),
      key: thumbprint(minting.key.point),
      at: Date.now(),
    } as const;
    const said = (store: 'kms' | 'cloud', word: typeof says = says) =>
      signStatement(mailConfirmationStatement, word, new Insider(world, store).signing);
    const other = { ...says, key: thumbprint(person.key.point) };
    const words = {
      'the kms for both': { kms: said('kms'), cloud: said('kms') },
      'the cloud for both': { kms: said('cloud'), cloud: said('cloud') },
      'the kms for this key, the cloud for another': { kms: said('kms'), cloud: said('cloud', other) },
      'the cloud for this key, the kms for another': { kms: said('kms', other), cloud: said('cloud') },
    };
    await nothingHappens(world, async () => {
      for (const [what, by] of Object.entries(words)) {
        assert.equal((await bring(minting, wallet, body, { by: 'mail', ...by })).code, 'refused', what);
      }
      // The operator alone: an order of its own making moves its own copy no further.
      const head = { deployment: says.deployment, wallet: wallet.id, number: 2, head: says.deed, at: says.at };
      const order = signStatement(deedOrderStatement, { v: 1, ...head }, new Insider(world, 'cloud').signing);
      const both = { by: 'mail', kms: said('kms'), cloud: said('cloud') } as const;
      const version = { body, authority: both };
      assert.equal((await bringAlong(minting, wallet, [version], order)).code, 'refused');
      assert.equal(
        (await bringAlong(minting, wallet, [version], said('kms'))).code,
        'refused',
        'another word of the kms',
      );
      // And the cloud countersigns nothing that the kms did not confirm.
      assert.equal((await countersign(minting, wallet, body, said('cloud'))).code, 'refused');
    });
  });

  test('a sign-in of an hour ago, or for another key, gets no code', async () => {
    const late = new Hand(world, { subject: person.subject, email });
    const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
    const ask = (token: string) =>
      late.ask('kms', paths.mailCode, mailCodeCodec, { ...late.head('mail-code'), wallet: wallet.id }, { token });
    await nothingHappens(world, async () => {
      assert.equal((await ask(await late.token({ auth_time: hourAgo }))).code, 'sign-in-too-old');
      assert.equal((await ask(await late.token({ auth_time: undefined }))).code, 'sign-in-too-old');
      assert.equal((await ask(await late.token({ nonce: undefined }))).code, 'refused');
      assert.equal((await ask(await person.token())).code, 'refused');
    });
  });

  test('one version changes one device, and nothing else of the deed', async () => {
    const extra = new Hand(world, { subject: person.subject, email });
    const third = new Hand(world, { subject: person.subject, email });
    const { devices, keys, salt } = wallet.deed;
    const bodies = {
      'two devices at once': nextBody(wallet, {
        devices: [...devices, enrolled(extra.key, 'approval'), enrolled(third.key, 'approval')],
      }),
      'another public key': nextBody(wallet, {
        keys: { ...keys, ed25519: new Uint8Array(32) },
        devices: [...devices, enrolled(extra.key, 'approval')],
      }),
      'another identity': nextBody(wallet, { identity: salt, devices: [...devices, enrolled(extra.key, 'approval')] }),
      'another mailbox': nextBody(wallet, { mailbox: salt, devices: [...devices, enrolled(extra.key, 'approval')] }),
      'a number left out': nextBody(wallet, { number: 3, devices: [...devices, enrolled(extra.key, 'approval')] }),
      'no device left': nextBody(wallet, {
        devices: [{ ...enrolled(extra.key, 'approval'), origin: 'https://dapp.example' }],
      }),
      'a device said to have come by mail': nextBody(wallet, { devices: [...devices, enrolled(extra.key, 'mail')] }),
      nothing: nextBody(wallet, {}),
    };
    await nothingHappens(world, async () => {
      for (const [what, body] of Object.entries(bodies)) {
        const answer = await bring(person, wallet, body, vouchedBy(person.key, body));
        assert.ok(answer.status === 403 || answer.status === 400, `${what}: ${answer.status}`);
      }
    });
  });

  test('the person with token and code comes in, everyone is told, and the new device signs', async () => {
    const phone = new Hand(world, { subject: person.subject, email });
    const client = clientOf(phone);
    const opened = await client.open();
    assert.equal(opened.status, 'not-enrolled');
    const code = await codeAfter(world, email, 8, () => client.requestMailCode());
    const { wallet: joined, made } = await client.joinByMail(code);
    assert.equal(made.how, 'created');
    assert.notEqual(enrolledDevice(joined.deed, phone.key.point), null);
    const intent = { type: 'evm-message', message: utf8('from the new device') } as const;
    assert.equal((await client.sign(intent)).alarm, null);
    await mailArrives(world, email, 'A device was added to your wallet');
  });
});

describe('law 4: a revoked device is out at every party at once, and an old deed never comes back', () => {
  let world: World;
  let person: Hand;
  let lost: Hand;
  let wallet: HandWallet;
  /** As it was while the lost device was enrolled. */
  let before2: HandWallet;
  let signer: RunningSigner;
  let sealedBefore: { request: ReturnType<typeof prepare>; sealed: Uint8Array };
  const recorded = new Map<string, { status: number; body: Uint8Array }>();
  const storage = new MemoryStorage();
  let orderThen: Signed;

  before(async () => {
    world = await bootWorld();
    person = new Hand(world, { email });
    lost = new Hand(world, { subject: person.subject, email });
    const first = await createWallet(person);
    signer = await signerOf(world);
    const joined = nextBody(first, { devices: [...first.deed.devices, enrolled(lost.key, 'approval')] });
    const vouched = vouchedBy(person.key, joined);
    const order = orderIn(await bring(person, first, joined, vouched));
    orderThen = order;
    assert.equal((await bringAlong(person, first, [{ body: joined, authority: vouched }], order)).status, 200);
    before2 = followedBy(first, joined, vouched);
    await assertSigns(lost, before2, signer);

    // What both stores said while the lost device was in, for whoever wants to say it again.
    const recording: Transport = async (request) => {
      const answer = await fetchTransport(fetch)(request);
      if (request.url.endsWith(paths.find)) recorded.set(request.url, answer);
      return answer;
    };
    await clientOf(person, { storage, transport: recording }).open();
    const request = prepare(lost, before2, signer);
    sealedBefore = { request, sealed: await sealB(lost, request) };

    const revoked = await clientOf(person, { storage }).revoke(thumbprint(lost.key.point));
    wallet = { ...before2, deed: revoked.deed, chain: revoked.record.deed, head: revoked.head };
  });
  after(() => world[Symbol.asyncDispose]());

  test('cloud, kms and signer each refuse it, with the new deed and with the old one', async () => {
    await nothingHappens(world, async () => {
      for (const deed of [wallet, before2]) {
        const request = prepare(lost, deed, signer);
        assert.equal((await askB(lost, request)).code, 'refused');
        assert.equal(await askRelease(lost, request), 'refused');
        const answer = await askSigner(world, signer, await signerRequest(lost, deed, request, sealedBefore.sealed));
        assert.equal(answer.status === 'refused' && answer.code, 'refused');
      }
    });
  });

  test('Key B that was sealed for it a moment before is of no use any more', async () => {
    await nothingHappens(world, async () => {
      const { request, sealed } = sealedBefore;
      const answer = await askSigner(world, signer, await signerRequest(lost, before2, request, sealed));
      assert.equal(answer.status === 'refused' && answer.code, 'refused');
    });
  });

  test('a cloud that goes on sealing for it under the old deed gets no Key A for it', async () => {
    const cloud = new Insider(world, 'cloud');
    await nothingHappens(world, async () => {
      const request = prepare(lost, before2, signer);
      const sealed = await cloud.seal(lost, request, signer, before2.shares.cloud.secp256k1);
      const answer = await askSigner(world, signer, await signerRequest(lost, before2, request, sealed));
      assert.equal(answer.status === 'refused' && answer.code, 'refused');
    });
  });

  test('it reads no receipts, changes no deed, and its key never comes back, by approval or by mail', async () => {
    await nothingHappens(world, async () => {
      const receipts = { ...lost.head('receipts'), wallet: wallet.id, from: 1, count: 10 };
      assert.equal((await lost.ask('kms', paths.receipts, receiptsCodec, receipts)).code, 'refused');
      const again = nextBody(wallet, { devices: [...wallet.deed.devices, enrolled(lost.key, 'approval')] });
      for (const author of [lost, person]) {
        assert.equal((await bring(author, wallet, again, vouchedBy(author.key, again))).code, 'refused');
      }
      assert.equal((await askCode(lost, wallet)).code, 'refused');
      const body = nextBody(wallet, { devices: [...wallet.deed.devices, enrolled(lost.key, 'mail')] });
      assert.ok((await confirm(lost, wallet, '00000000', body)).status >= 400);
    });
    await assert.rejects(clientOf(person, { storage }).approve(lost.key.point, 'back again'), {
      code: 'device-revoked',
    });
  });

  test('the old record served again by both stores is refused by the device that knows better', async () => {
    const replaying: Transport = async (request) => recorded.get(request.url) ?? fetchTransport(fetch)(request);
    assert.equal(recorded.size, 2);
    await nothingHappens(world, async () => {
      await assert.rejects(clientOf(person, { storage, transport: replaying }).open(), { code: 'deed-rolled-back' });
    });
  });

  test('the old version cannot be ordered again, at either store', async () => {
    const [, second] = before2.chain;
    assert.ok(second);
    await nothingHappens(world, async () => {
      assert.equal((await bring(person, wallet, second.body, second.authority)).code, 'refused');
      assert.equal((await bringAlong(person, wallet, [second], orderThen)).code, 'refused');
    });
  });

  test('a sign-in for the revoked key finds nothing that serves it; the device that is left still signs', async () => {
    assert.ok(
      (
        await lost.ask('kms', paths.find, findCodec, lost.head('find'), {
          token: await lost.token({ nonce: undefined }),
        })
      ).status === 403,
    );
    await assertSigns(person, wallet, signer);
  });
});

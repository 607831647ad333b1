import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, fromHex, toHex, utf8 } from './bytes.ts';
import * as device from './device/index.ts';
import type { Hpke, OpenedMessage, SealedMessage } from './hpke.ts';
import * as native from './native/index.ts';
import { Secret } from './secret.ts';

const info = utf8('symbolon test');
const aad = utf8('header');
const message = utf8('a share and a half');
const failed = { code: 'open-failed' };

type Side = 'native' | 'device';
const suites: Record<string, Record<Side, Hpke>> = {
  x25519: { native: native.hpkeX25519, device: device.hpkeX25519 },
  'x-wing': { native: native.hpkeXWing, device: device.hpkeXWing },
};
const directions = [
  ['native', 'native'],
  ['native', 'device'],
  ['device', 'native'],
  ['device', 'device'],
] as const;

for (const [kem, sides] of Object.entries(suites)) {
  for (const [from, to] of directions) {
    test(`${kem}: ${to} opens what ${from} seals, and ${from} opens the reply`, async () => {
      const { sealed, opened } = await exchange(sides[from], sides[to]);
      assert.deepEqual(opened.plaintext.expose(), message);
      const reply = await opened.reply.sealReply(aad, utf8('signed'));
      assert.deepEqual((await sealed.reply.openReply(aad, reply)).expose(), utf8('signed'));
    });

    test(`${kem}, ${from} to ${to}: a context carries one reply, then is wiped, on both ends`, async () => {
      const { sealed, opened } = await exchange(sides[from], sides[to]);
      const reply = await opened.reply.sealReply(aad, message);
      await rejects(() => opened.reply.sealReply(aad, message), { code: 'reply-used' });
      await sealed.reply.openReply(aad, reply);
      await rejects(() => sealed.reply.openReply(aad, reply), { code: 'reply-used' });
      const disposed = await exchange(sides[from], sides[to]);
      disposed.opened.reply[Symbol.dispose]();
      disposed.sealed.reply[Symbol.dispose]();
      await rejects(() => disposed.opened.reply.sealReply(aad, message), { code: 'reply-used' });
      await rejects(() => disposed.sealed.reply.openReply(aad, reply), { code: 'reply-used' });
    });
  }

  for (const side of ['native', 'device'] as const) {
    const hpke = sides[side];

    test(`${kem} on ${side}: public keys, ciphertexts and seeds have the lengths the KEM states`, async () => {
      using recipient = await hpke.generate();
      assert.equal(recipient.publicKey.length, hpke.kem.publicKeyLength);
      const { sealed } = await hpke.seal(recipient.publicKey, info, aad, message);
      assert.equal(sealed.length, hpke.kem.encLength + message.length + 16);
      await rejects(() => hpke.fromSeed(Secret.random(31)), { code: 'invalid-key' });
    });

    test(`${kem} on ${side}: altered in any region, cut, extended, or under other info or aad: one error`, async () => {
      using recipient = await hpke.generate();
      const { sealed } = await hpke.seal(recipient.publicKey, info, aad, message);
      const { encLength } = hpke.kem;
      const regions = [0, 1, encLength / 2, encLength - 33, encLength - 32, encLength - 1]; // enc: ML-KEM, then X25519
      regions.push(encLength, encLength + 5, sealed.length - 16, sealed.length - 1); // ciphertext, tag
      for (const at of regions.filter((index) => index >= 0)) {
        const altered = concat(sealed);
        altered[at] = (altered[at] ?? 0) ^ 1;
        await rejects(() => recipient.open(altered, info, aad), failed);
      }
      for (const length of [0, 31, encLength, encLength + 15, sealed.length - 1]) {
        await rejects(() => recipient.open(sealed.subarray(0, length), info, aad), failed);
      }
      await rejects(() => recipient.open(concat(sealed, Uint8Array.of(0)), info, aad), failed);
      await rejects(() => recipient.open(sealed, utf8('symbolon tesu'), aad), failed);
      await rejects(() => recipient.open(sealed, info, utf8('headex')), failed);
      using stranger = await hpke.generate();
      await rejects(() => stranger.open(sealed, info, aad), failed);
      assert.deepEqual((await recipient.open(sealed, info, aad)).plaintext.expose(), message);
    });

    test(`${kem} on ${side}: two replies to one replayed message never share a key`, async () => {
      using recipient = await hpke.generate();
      const { sealed, reply } = await hpke.seal(recipient.publicKey, info, aad, message);
      const zeros = new Uint8Array(32);
      const once = await (await recipient.open(sealed, info, aad)).reply.sealReply(aad, zeros);
      const again = await (await recipient.open(sealed, info, aad)).reply.sealReply(aad, zeros);
      assert.notEqual(toHex(once.subarray(16)), toHex(again.subarray(16)));
      assert.deepEqual((await reply.openReply(aad, again)).expose(), zeros);
    });

    test(`${kem} on ${side}: a reply altered, cut, to other aad or to another message does not open`, async () => {
      const bad: ((reply: Uint8Array) => Uint8Array)[] = [
        (reply) => flipped(reply, 0),
        (reply) => flipped(reply, 15),
        (reply) => flipped(reply, 16),
        (reply) => flipped(reply, reply.length - 1),
        (reply) => reply.subarray(0, reply.length - 1),
        () => new Uint8Array(0),
      ];
      for (const alter of bad) {
        const { sealed, opened } = await exchange(hpke, hpke);
        const reply = await opened.reply.sealReply(aad, message);
        await rejects(() => sealed.reply.openReply(aad, alter(reply)), failed);
      }
      const [one, other] = [await exchange(hpke, hpke), await exchange(hpke, hpke)];
      const reply = await one.opened.reply.sealReply(aad, message);
      await rejects(() => other.sealed.reply.openReply(aad, reply), failed);
      await rejects(() => one.sealed.reply.openReply(utf8('headex'), reply), failed);
    });

    test(`${kem} on ${side}: what is no public key is refused before anything is sealed`, async () => {
      const { publicKeyLength } = hpke.kem;
      for (const publicKey of [
        new Uint8Array(0),
        new Uint8Array(publicKeyLength - 1),
        new Uint8Array(publicKeyLength + 1),
      ]) {
        await rejects(() => hpke.seal(publicKey, info, aad, message), { code: 'invalid-key' });
      }
      if (kem === 'x25519') {
        const smallOrder = new Uint8Array(publicKeyLength); // the shared secret would be zero, whoever seals
        await rejects(() => hpke.seal(smallOrder, info, aad, message), { code: 'invalid-key' });
      }
      if (kem === 'x-wing') {
        const unreduced = new Uint8Array(publicKeyLength).fill(0xff); // coefficients of 4095 >= q
        await rejects(() => hpke.seal(unreduced, info, aad, message), { code: 'invalid-key' });
      }
    });

    test(`${kem} on ${side}: sealing twice shares no byte of key material`, async () => {
      using recipient = await hpke.generate();
      const one = await hpke.seal(recipient.publicKey, info, aad, message);
      const other = await hpke.seal(recipient.publicKey, info, aad, message);
      const { encLength } = hpke.kem;
      assert.notEqual(toHex(one.sealed.subarray(0, encLength)), toHex(other.sealed.subarray(0, encLength)));
      assert.notEqual(toHex(one.sealed.subarray(encLength)), toHex(other.sealed.subarray(encLength)));
    });
  }

  test(`${kem}: native and device derive the same public key from a seed, which is left as it was`, async () => {
    const seed = Secret.take(fromHex('7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26'));
    const [one, other] = [await sides.native.fromSeed(seed), await sides.device.fromSeed(seed)];
    assert.deepEqual(Buffer.from(one.publicKey), Buffer.from(other.publicKey));
    assert.equal(toHex(seed.expose().subarray(0, 4)), '7f9c2ba4');
  });
}

test('a message to one KEM does not open under the other', async () => {
  using x25519 = native.hpkeX25519.generate();
  using xWing = native.hpkeXWing.generate();
  const { sealed } = native.hpkeX25519.seal(x25519.publicKey, info, aad, new Uint8Array(1200));
  assert.throws(() => xWing.open(sealed, info, aad), failed);
  const hybrid = native.hpkeXWing.seal(xWing.publicKey, info, aad, message);
  assert.throws(() => x25519.open(hybrid.sealed, info, aad), failed);
});

async function exchange(from: Hpke, to: Hpke): Promise<{ sealed: SealedMessage; opened: OpenedMessage }> {
  const recipient = await to.generate();
  const sealed = await from.seal(recipient.publicKey, info, aad, message);
  return { sealed, opened: await recipient.open(sealed.sealed, info, aad) };
}

/** Rejects or throws: the native side is synchronous. */
async function rejects(work: () => unknown, error: { code: string }): Promise<void> {
  await assert.rejects(async () => await work(), error);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const out = concat(bytes);
  out[at] = (out[at] ?? 0) ^ 1;
  return out;
}

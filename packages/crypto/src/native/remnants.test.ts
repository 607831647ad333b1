import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { concat, offHeap, utf8 } from '../bytes.ts';
import { Secret } from '../secret.ts';
import { join, split } from '../split.ts';
import { openAtRest, sealAtRest } from './aead.ts';
import { publicKeyEd25519, signEd25519 } from './ed25519.ts';
import { hpkeSuiteId } from './hkdf.ts';
import { hpkeX25519, hpkeXWing } from './hpke.ts';
import { keySchedule, suite } from './key-schedule.ts';
import { wipe } from './memory.ts';
import { NativeReplyOpener, NativeReplySealer } from './reply.ts';
import { publicKeySecp256k1, signSecp256k1 } from './secp256k1.ts';

// Whoever dumps a server's memory between two requests must find no share, no wallet key, no plaintext of either. The
// needles are kept inverted, so that the search does not find itself.

const onlyLinux = { skip: process.platform === 'linux' ? false : 'reads /proc/self/mem' };
const aad = utf8('aad');
const digest = new Uint8Array(32).fill(7);
const anySuite = suite(hpkeSuiteId(0x0020, 0x0001, 0x0003));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('the scan finds a secret that was left in freed or living memory', onlyLinux, () => {
  const left = crypto.getRandomValues(offHeap(32));
  const needle = needleOf(left);
  assert.equal(needle.length, NEEDLE_LENGTH);
  assert.ok(countInMemory([needle]) >= 1);
  left.fill(0);
  assert.equal(countInMemory([needle]), 0);
});

test('a share sealed, stored, opened, joined and used to sign leaves nothing behind', onlyLinux, () => {
  const needles: number[][] = [];
  for (let i = 0; i < 6; i++) for (const hpke of [hpkeX25519, hpkeXWing]) needles.push(...oneRequest(hpke));
  collectGarbage();
  assert.equal(countInMemory(needles), 0);
});

test('the keys of a message and of its reply are gone with them', onlyLinux, () => {
  const needles = Array.from({ length: 20 }, () => {
    const sharedSecret = crypto.getRandomValues(offHeap(32));
    const context = keySchedule(anySuite, sharedSecret, aad);
    const ours = [sharedSecret, context.key, context.exporterSecret].map(needleOf);
    wipe(sharedSecret, context.key);
    const copy = concat(context.exporterSecret);
    const sealer = new NativeReplySealer(anySuite.id, context.exporterSecret, aad);
    const opener = new NativeReplyOpener(anySuite.id, copy, aad);
    opener.openReply(aad, sealer.sealReply(aad, aad)).wipe();
    return ours;
  });
  assert.equal(countInMemory(needles.flat()), 0);
});

test('opening leaves no copy of a plaintext, not even in memory freed a moment ago', onlyLinux, () => {
  using key = Secret.random(32);
  using recipient = hpkeXWing.generate();
  const needles = Array.from({ length: 40 }, (_, i) => {
    const plaintext = Secret.random(48 + 8 * (i % 12) + (i % 4 === 0 ? 8192 : 0));
    const sealed = sealAtRest(key, aad, plaintext);
    const message = hpkeXWing.seal(recipient.publicKey, aad, aad, plaintext.expose());
    const needle = needleOf(plaintext.expose());
    plaintext.wipe();
    openAtRest(key, aad, sealed).wipe();
    const opened = recipient.open(message.sealed, aad, aad);
    opened.plaintext.wipe();
    message.reply.openReply(aad, opened.reply.sealReply(aad, aad)).wipe();
    return needle;
  });
  assert.equal(countInMemory(needles), 0);
});

/** The life of one wallet key in a signer and its stores; the needles of every secret in it. */
function oneRequest(hpke: typeof hpkeX25519): number[][] {
  using key = Secret.random(32);
  const needles = [needleOf(key.expose())];
  const { a, b } = split(key);
  needles.push(needleOf(a.expose()), needleOf(b.expose()));

  using atRestKey = Secret.random(32);
  needles.push(needleOf(atRestKey.expose()));
  using stored = openAtRest(atRestKey, aad, sealAtRest(atRestKey, aad, a));

  using signer = hpke.generate();
  const { sealed, reply } = hpke.seal(signer.publicKey, aad, aad, stored.expose());
  const opened = signer.open(sealed, aad, aad);
  using answered = reply.openReply(aad, opened.reply.sealReply(aad, b.expose()));
  using joined = join(opened.plaintext, answered);

  signSecp256k1({ key: joined, expectedPublicKey: publicKeySecp256k1(key), digest });
  signEd25519({ seed: joined, expectedPublicKey: publicKeyEd25519(key), message: digest });
  for (const secret of [a, b, opened.plaintext]) secret.wipe();
  return needles;
}

const NEEDLE_LENGTH = 12;

/** The last bytes of `secret`, inverted: the first 16 of a freed block are the allocator's, and would hide a remnant. */
function needleOf(secret: Uint8Array): number[] {
  return Array.from(secret.subarray(-NEEDLE_LENGTH), (byte) => byte ^ 0xff);
}

/** How many of the needles lie somewhere in this process's writable memory. */
function countInMemory(needles: readonly number[][]): number {
  const found = new Set<number>();
  const chunk = Buffer.allocUnsafeSlow(1 << 22);
  const memory = openSync('/proc/self/mem', 'r');
  for (const [start, end] of writableRanges()) {
    for (let at = start; at < end; at += chunk.length) {
      const read = readOrNothing(memory, chunk, Math.min(chunk.length, end - at), at);
      for (const [i, needle] of needles.entries()) {
        const plain = Buffer.from(needle.map((byte) => byte ^ 0xff)); // made after reading, gone before the next
        if (chunk.subarray(0, read).includes(plain)) found.add(i);
        plain.fill(0);
      }
    }
  }
  closeSync(memory);
  chunk.fill(0);
  return found.size;
}

function writableRanges(): [number, number][] {
  const lines = readFileSync('/proc/self/maps', 'latin1').split('\n');
  return lines.flatMap((line) => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
    return match ? [[Number(`0x${match[1]}`), Number(`0x${match[2]}`)] satisfies [number, number]] : [];
  });
}

/** Guard pages and the kernel's own pages refuse to be read. */
function readOrNothing(memory: number, chunk: Buffer, length: number, at: number): number {
  try {
    return readSync(memory, chunk, 0, length, at);
  } catch {
    return 0;
  }
}

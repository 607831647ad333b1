import assert from 'node:assert/strict';
import { toHex } from '@symbolon/crypto';
import { createWallet } from './creation.ts';
import { Hand } from './hand.ts';
import { type Canary, type Haystack, search } from './search.ts';
import { assertSigns } from './signing.ts';
import { signerOf, type World } from './world.ts';

/** Letters, so that no part of it is anything else in a memory. */
const planted = new Uint8Array(32).map((_, index) => 0x41 + ((index * 7) % 26));

/** Origins for {@link bootWorld}: with them something that can be searched for is handed to the signer. */
export const plantedOrigins = [`http://${toHex(planted)}.localhost`];

/** As many wallets are used side by side: their requests meet in the signer, whose memory is what is looked at. */
const atOnce = 5;

/** Makes wallets whose every share is known here, and uses each. @returns what must then be in no memory */
export async function exerciseWallets(world: World, wallets: number, signaturesEach: number): Promise<Canary[]> {
  const canaries: Canary[] = [];
  for (let count = 0; count < wallets; count += atOnce) {
    const numbers = Array.from({ length: Math.min(atOnce, wallets - count) }, (_, index) => count + index);
    const exercised = await Promise.all(numbers.map((number) => exerciseWallet(world, number, signaturesEach)));
    canaries.push(...exercised.flat());
  }
  return canaries;
}

async function exerciseWallet(world: World, number: number, signatures: number): Promise<Canary[]> {
  const person = new Hand(world);
  const wallet = await createWallet(person);
  const signer = await signerOf(world);
  for (let count = 0; count < signatures; count += 1) await assertSigns(person, wallet, signer);
  return (['secp256k1', 'ed25519'] as const).flatMap((curve) => [
    { name: `wallet ${number}'s ${curve} key`, bytes: wallet.keys[curve] },
    { name: `wallet ${number}'s Key A (${curve})`, bytes: wallet.shares.kms[curve] },
    { name: `wallet ${number}'s Key B (${curve})`, bytes: wallet.shares.cloud[curve] },
  ]);
}

/**
 * None of the secrets is in the memory, in any form. The control, without which the search says nothing: what was planted as text is
 * found, and what the signer made and holds as bytes.
 */
export async function assertForgotten(
  world: World,
  secrets: readonly Canary[],
  memory: Iterable<Haystack>,
): Promise<void> {
  const { keys } = await signerOf(world);
  const known: Canary[] = [
    { name: 'what was planted', bytes: planted },
    { name: 'its own public key', bytes: keys.signing },
  ];
  const found = search([...secrets, ...known], memory);
  const ofKnown = (find: string) => known.some(({ name }) => find.startsWith(`memory holds ${name} as`));
  assert.ok(found.includes('memory holds what was planted as hex'));
  assert.ok(found.includes('memory holds its own public key as raw bytes'));
  assert.deepEqual(
    found.filter((find) => !ofKnown(find)),
    [],
  );
}

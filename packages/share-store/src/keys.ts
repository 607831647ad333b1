import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HpkeRecipient, Secret, toBase64url } from '@symbolon/crypto';
import { hpkeXWing, SigningKey } from '@symbolon/crypto/native';
import { ensurePrivateDir, readSecretFile } from '@symbolon/service';

/** A store's own keys: whom its words are known by, what is sealed to it, and the root of its embedded vault. */
export interface StoreKeys {
  signing: SigningKey;
  sealing: HpkeRecipient;
  root: Secret;
}

/** Seeds and root alike, bytes. */
const keyLength = 32;
const names = ['signing', 'sealing', 'root'] as const;
const path = (dataDir: string, name: string) => join(dataDir, `${name}.key`);

/**
 * Makes what is missing of a store's keys, in its own folder (0700, files 0400), and returns the public halves that others pin.
 * A key that stands is never made anew.
 */
export function initialiseKeys(dataDir: string): { signing: string; sealing: string } {
  ensurePrivateDir(dataDir);
  for (const name of names) if (!existsSync(path(dataDir, name))) writeSecret(path(dataDir, name));
  const keys = loadKeys(dataDir);
  try {
    return { signing: toBase64url(keys.signing.publicKey), sealing: toBase64url(keys.sealing.publicKey) };
  } finally {
    wipeKeys(keys);
  }
}

/** Throws ConfigError `secret-file` for a key that is missing, or that others may read. */
export function loadKeys(dataDir: string): StoreKeys {
  const [signing, sealing, root] = names.map((name) => Secret.take(readSecretFile(path(dataDir, name)))) as [
    Secret,
    Secret,
    Secret,
  ];
  try {
    if (root.length !== keyLength) throw new RangeError(`root.key: expected ${keyLength} bytes`);
    return { signing: SigningKey.fromSeed(signing), sealing: hpkeXWing.fromSeed(sealing), root };
  } finally {
    signing.wipe();
    sealing.wipe();
  }
}

/** At the end of the process. */
export function wipeKeys({ signing, sealing, root }: StoreKeys): void {
  for (const key of [signing, sealing, root]) key[Symbol.dispose]();
}

/** Whole or not at all: a crash while it is written leaves no half key that blocks the next start. */
function writeSecret(file: string): void {
  const seed = Secret.random(keyLength);
  const unfinished = `${file}.${process.pid}`;
  const handle = openSync(unfinished, 'wx', 0o400);
  try {
    writeSync(handle, seed.expose());
    fsyncSync(handle);
  } finally {
    seed.wipe();
    closeSync(handle);
  }
  renameSync(unfinished, file);
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

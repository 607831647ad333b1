import type { Secret } from '@symbolon/crypto';
import { type Curve, curvesOf, type PublicKeys } from '@symbolon/protocol';
import type { DeviceCrypto } from './deviceCrypto.ts';
import { ClientError } from './errors.ts';

/** Whole wallet keys by curve, for the moment of creation or import (law 1). */
export type WalletKeys = Partial<Record<Curve, Secret>>;

/** Public keys in protocol order. Throws ClientError `key-invalid`. */
export function publicKeysOf(crypto: DeviceCrypto, keys: WalletKeys): PublicKeys {
  try {
    return Object.fromEntries(curvesOf(keys).map((curve) => [curve, crypto.publicKeyOf(curve, keyOf(keys, curve))]));
  } catch (cause) {
    throw new ClientError('key-invalid', 'That is not a private key of this curve.', { cause });
  }
}

/** Throws ClientError `curve-missing`. */
export function keyOf(keys: WalletKeys, curve: Curve): Secret {
  const key = keys[curve];
  if (key === undefined) throw new ClientError('curve-missing', `There is no ${curve} key.`);
  return key;
}

export function wipeAll(keys: WalletKeys): void {
  for (const key of Object.values(keys)) key.wipe();
}

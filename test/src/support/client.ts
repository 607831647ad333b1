import { type DeviceStorage, fetchTransport, MemoryStorage, type Transport, WalletClient } from '@symbolon/client';
import { nativeCrypto } from '@symbolon/client/node';
import type { Hand } from './hand.ts';

/** The real client library as this hand's device: same key, same person. */
export function clientOf(hand: Hand, options: { storage?: DeviceStorage; transport?: Transport } = {}): WalletClient {
  const { storage = new MemoryStorage(), transport = fetchTransport(fetch) } = options;
  return new WalletClient({
    deployment: hand.world.deployment,
    storage,
    transport,
    key: { point: hand.key.point, sign: async (message) => hand.key.sign(message) },
    tokens: { token: () => hand.token() },
    name: 'laws',
    origin: 'laws',
    crypto: nativeCrypto,
  });
}

import { authorisedCodec, type Codec, digest, type paths, type Store } from '@symbolon/protocol';
import type { Device } from './device.ts';
import { ClientError, hasCode } from './errors.ts';

type Path = (typeof paths)[keyof typeof paths];

/** How long what the device asks may be acted on, ms. */
export const messageLife = 2 * 60_000;

/** What every message to a store begins with. */
export const headOf = <const K extends string>(device: Device, kind: K) => ({
  v: 1 as const,
  deployment: device.deployment.id,
  kind,
  expires: device.now() + messageLife,
});

/**
 * Asks a store under token and proof (law 3). The answer's body is not yet read. Throws ClientError `party-unreachable`,
 * `party-refused`, `wallet-exists`.
 */
export async function askStore<T>(
  device: Device,
  store: Store,
  path: Path,
  codec: Codec<T>,
  message: T,
): Promise<Uint8Array> {
  const bytes = codec.encode(message);
  const token = await device.tokens.token();
  const proof = await device.prover.prove({
    htu: device.parties.address(store, path),
    token,
    rh: digest('request', bytes),
    message: bytes,
  });
  return device.parties.post(store, path, authorisedCodec.encode({ message: bytes, token, proof })).catch((error) => {
    // Another tab or device may win the race, at any step of a creation.
    if (!hasCode(error, 'party-refused') || error.reason !== 'wallet-exists') throw error;
    throw new ClientError('wallet-exists', 'This person has a wallet already.', { party: store, cause: error });
  });
}

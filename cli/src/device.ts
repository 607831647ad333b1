import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Observe, Oidc, Session, WalletClient } from '@symbolon/client';
import { FileStorage, fileDeviceKey, fileLock, nativeCrypto } from '@symbolon/client/node';
import { toBase64url } from '@symbolon/crypto';
import { thumbprint } from '@symbolon/protocol';
import type { Home } from './home.ts';

/** A device of a person, with its key and all that it remembers in one folder. */
export interface Device {
  client: WalletClient;
  session: Session;
  keyFile: string;
  /** Whether the key was made just now. */
  isNew: boolean;
}

const timeout = 10_000;

/** Opens the home's device, making its key on first use. `observe` hears of every hop. */
export async function openDevice(
  { deployment, device: folder }: Home,
  name: string,
  observe?: Observe,
): Promise<Device> {
  const keyFile = join(folder, 'device.key');
  const isNew = !existsSync(keyFile);
  const storage = await FileStorage.open(folder);
  const key = await fileDeviceKey(keyFile);
  const lock = fileLock(folder);
  const [issuer] = deployment.issuers;
  if (issuer === undefined) throw new TypeError('a deployment has an issuer');
  const oidc = new Oidc({ issuer, fetch, timeout });
  const session = new Session(oidc, toBase64url(thumbprint(key.point)), deployment.id, storage, lock, Date.now);
  const client = new WalletClient({
    deployment,
    storage,
    key,
    tokens: session,
    name,
    origin: 'symbolon-cli',
    crypto: nativeCrypto,
    lock,
    ...(observe === undefined ? {} : { observe }),
  });
  return { client, session, keyFile, isNew };
}

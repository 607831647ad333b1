import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chainLock, fetchTransport, Oidc, Session, type Transport, WalletClient } from '@symbolon/client';
import { FileStorage, fileDeviceKey, nativeCrypto, signInByEmail } from '@symbolon/client/node';
import { toBase64url } from '@symbolon/crypto';
import { signEs256 } from '@symbolon/crypto/native';
import { thumbprint } from '@symbolon/protocol';
import type { DeviceKey } from '../support/hand.ts';
import { mailsTo } from '../support/mail.ts';
import type { World } from '../support/world.ts';

/** A device whose key, sign-in and memory lie in one folder, as the command line's do. */
export interface FolderDevice {
  client: WalletClient;
  session: Session;
  key: DeviceKey;
}

/** Opens it, making its key on first use. Whoever has the folder can do that. */
export async function openFolder(
  { deployment }: World,
  folder: string,
  transport: Transport = fetchTransport(fetch),
): Promise<FolderDevice> {
  const [issuer] = deployment.issuers;
  if (issuer === undefined) throw new TypeError('a deployment has an issuer');
  if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  const keyFile = join(folder, 'device.key');
  const storage = await FileStorage.open(folder);
  const key = await fileDeviceKey(keyFile);
  const lock = chainLock();
  const nonce = toBase64url(thumbprint(key.point));
  const oidc = new Oidc({ issuer, fetch, timeout: 10_000 });
  const session = new Session(oidc, nonce, deployment.id, storage, lock, Date.now);
  const about = { deployment, storage, key, tokens: session, name: 'a device', origin: 'trust', lock, transport };
  const client = new WalletClient({ ...about, crypto: nativeCrypto });
  const privateKey = createPrivateKey(readFileSync(keyFile));
  return { client, session, key: { point: key.point, nonce, sign: (message) => signEs256(privateKey, message) } };
}

/** Signs in at the issuer by a code out of the mailbox. */
export async function signInByMail(world: World, { session }: FolderDevice, email: string): Promise<void> {
  const mailbox = await readingMailbox(world, email);
  await signInByEmail({ session, email, readCode: () => mailbox(6) });
}

/** Reads what comes to a mailbox from now on. @returns what waits for a code of so many digits */
export async function readingMailbox(world: World, email: string): Promise<(digits: number) => Promise<string>> {
  const before = (await mailsTo(world, email)).length;
  return async (digits) => {
    const code = new RegExp(`(?<!\\d)\\d{${digits}}(?!\\d)`);
    for (let tries = 0; tries < 400; tries += 1) {
      const fresh = (await mailsTo(world, email)).slice(before);
      const found = fresh.map(({ text }) => code.exec(text)?.[0]).find(Boolean);
      if (found !== undefined) return found;
      await sleep(15);
    }
    throw new Error(`no mail with a code came for ${email}`);
  };
}

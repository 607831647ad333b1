// A device in a process of its own, so that it can be killed for real. Before and after each hop it says where it stands and
// waits to be told to go on. Everything that it keeps is in its folder.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fetchTransport, hasCode, Oidc, Session, WalletClient } from '@symbolon/client';
import { FileStorage, fileDeviceKey, fileLock, nativeCrypto, signInByEmail } from '@symbolon/client/node';
import { toBase64url, utf8 } from '@symbolon/crypto';
import { thumbprint } from '@symbolon/protocol';
import { codeIn } from './code.ts';
import { type Command, type Told, text } from './messages.ts';

/** Hops go on side by side, and some outlive a flow that failed: each waits for its own word. */
const waiting = new Map<number, () => void>();
let told = 0;

process.on('message', (command: Command) => {
  if (command.do === 'go') waiting.get(command.id)?.();
  else {
    void run(command).then(tell, (error: unknown) => {
      tell({ told: 'failed', why: error instanceof Error ? `${error.name}: ${error.message}` : 'something else' });
    });
  }
});
process.on('disconnect', () => process.exit(0));

function tell(what: Told): void {
  process.send?.(what);
}

function tellAndWait(what: (id: number) => Told): Promise<void> {
  told += 1;
  const id = told;
  return new Promise<void>((resolve) => {
    waiting.set(id, () => {
      waiting.delete(id);
      resolve();
    });
    tell(what(id));
  });
}

/** Signs in if nobody is, makes the wallet or goes on making it, rotates, signs once: what a person does again after a crash. */
async function run({ folder, email, deployment, mailbox }: Extract<Command, { do: 'run' }>): Promise<Told> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [issuer] = deployment.issuers;
  if (issuer === undefined) throw new TypeError('a deployment has an issuer');
  const storage = await FileStorage.open(folder);
  const key = await fileDeviceKey(join(folder, 'device.key'));
  const lock = fileLock(folder);
  const oidc = new Oidc({ issuer, fetch: haltingFetch, timeout: 10_000 });
  const session = new Session(oidc, toBase64url(thumbprint(key.point)), 'kill', storage, lock, Date.now);
  const client = new WalletClient({
    deployment,
    storage,
    key,
    tokens: session,
    name: 'mortal',
    origin: 'kill',
    crypto: nativeCrypto,
    lock,
    transport: fetchTransport(haltingFetch),
  });

  if (!(await isSignedIn(session))) {
    const readCode = await codeIn(mailbox, email);
    await signInByEmail({ session, email, readCode, fetch: haltingFetch });
  }
  const { wallet } = await client.create();
  await tellAndWait((id) => ({ told: 'shown', id, wallet: wallet.id }));
  await client.rotate();
  const { signature } = await client.sign({ type: 'evm-message', message: utf8(text) });
  const { receipts } = await client.receipts();
  const publicKey = wallet.deed.keys.secp256k1 ?? new Uint8Array();
  return { told: 'done', wallet: wallet.id, publicKey, signature: signature.slice(0, 64), releases: receipts.length };
}

async function isSignedIn(session: Session): Promise<boolean> {
  try {
    await session.token();
    return true;
  } catch (error) {
    if (hasCode(error, 'not-signed-in', 'session-ended')) return false;
    throw error;
  }
}

const haltingFetch: typeof fetch = async (input, init) => {
  const { pathname, origin } = new URL(input instanceof Request ? input.url : input);
  const where = `${origin} ${pathname.replace(/[A-Za-z0-9_-]{20,}/, '*')}`;
  await tellAndWait((id) => ({ told: 'hop', id, when: 'before', where }));
  try {
    return await fetch(input, init);
  } finally {
    await tellAndWait((id) => ({ told: 'hop', id, when: 'after', where }));
  }
};

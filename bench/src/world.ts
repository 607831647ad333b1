import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDevnet, type Devnet, type SignerIn, tell } from '@symbolon/devnet';
import { startTestIssuer, type TestIssuer } from './testIssuer.ts';

/** Where the kms keeps its keys. */
export type VaultIn = 'embedded' | 'pkcs11';

/** A whole system of real processes for one run: free ports, a temporary home, and a test issuer that it trusts. */
export interface World extends AsyncDisposable {
  devnet: Devnet;
  issuer: TestIssuer;
  /** Whether a process of it ended unasked. */
  fallen(): boolean;
}

/**
 * Boots it and says so on standard error. Nothing is left, running or on the disk, after its disposal or a throw. Throws
 * DevnetError.
 */
export async function createWorld(signer: SignerIn = 'process', vault: VaultIn = 'embedded'): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const issuer = undo.use(await startTestIssuer());
  const home = mkdtempSync(join(tmpdir(), 'symbolon-'));
  undo.defer(() => rmSync(home, { recursive: true, force: true }));

  let fallen = false;
  const { url, audience } = issuer;
  const devnet = undo.use(
    await createDevnet({
      home,
      ports: 'free',
      fresh: false,
      signer,
      vault: vault === 'pkcs11' ? 'softhsm' : 'embedded',
      moreIssuers: [{ url, audience }],
      onProgress: (progress) => {
        if (progress.what === 'ended') fallen = true;
        console.error(tell(progress));
      },
    }),
  );
  const running = undo.move();
  return { devnet, issuer, fallen: () => fallen, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/**
 * Resolves at the first SIGINT or SIGTERM, so that whoever holds a world can take it down. Later ones change nothing: a terminal
 * and a launcher may both send Ctrl-C on, and a world that is being taken down must not be left half standing.
 */
export function interrupted(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, utf8 } from '@symbolon/crypto';
import { EmbeddedVault, type KeyVault } from '@symbolon/share-store';
import { Pkcs11Vault } from './pkcs11Vault.ts';
import { SoftHsm } from './softHsm.ts';

/** `node parties/kms/src/pkcs11/vault.bench.ts`: what a vault does in a second, with 32 requests at once. */
const [together, seconds] = [32, 2];
const context = utf8('bench');

async function rate(work: () => Promise<unknown>): Promise<string> {
  const until = performance.now() + seconds * 1_000;
  let done = 0;
  const one = async () => {
    for (; performance.now() < until; done += 1) await work();
  };
  await Promise.all(Array.from({ length: together }, one));
  return `${Math.round(done / seconds)}`.padStart(8);
}

async function measure(name: string, vault: KeyVault): Promise<void> {
  const key = await vault.createKey(context);
  using share = Secret.random(32);
  const sealed = await vault.protect(key, context, 'secp256k1', share);
  const open = async () => (await vault.open(key, context, 'secp256k1', sealed)).wipe();
  await rate(open);
  const opened = await rate(open);
  const kept = await rate(async () => {
    await vault.protect(await vault.createKey(context), context, 'secp256k1', share);
  });
  console.log(`${name.padEnd(20)} opened ${opened}/s   new key and share ${kept}/s`);
}

const folder = mkdtempSync(join(tmpdir(), 'vault-bench-'));
try {
  await measure('embedded', new EmbeddedVault(Secret.random(32)));
  const hsm = new SoftHsm(join(folder, 'hsm'));
  const init = [join(import.meta.dirname, '..', 'init.ts'), '--data-dir', join(folder, 'data'), ...hsm.initArguments];
  spawnSync(process.execPath, init, { env: { ...process.env, ...hsm.settings.environment } });
  for (const sessions of [1, 2]) {
    const pinMemory = join(folder, 'pin-refused');
    await using vault = new Pkcs11Vault({ ...hsm.settings, sessions }, { pinMemory, identity: null });
    await vault.connected(20_000);
    while (vault.pids.length < sessions) await new Promise((resolve) => setTimeout(resolve, 20));
    await measure(`SoftHSM2, ${sessions} session${sessions === 1 ? '' : 's'}`, vault);
  }
} finally {
  rmSync(folder, { recursive: true });
}

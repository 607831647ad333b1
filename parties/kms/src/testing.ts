import { createHash } from 'node:crypto';
import { type HpkeRecipient, Secret } from '@symbolon/crypto';
import type { SigningKey } from '@symbolon/crypto/native';
import type { AllowedPair, Deployment } from '@symbolon/protocol';
import { EmbeddedVault, ShareStore } from '@symbolon/share-store';
import { EvidenceVerifier } from '@symbolon/verify';
import type { Kms } from './kms.ts';
import { StatementLog } from './statements.ts';
import { KmsStore } from './store.ts';

/** What a kms is given for a test: its own keys, the deployment, a clock, and what signers may be. */
export interface Parts {
  deployment: Deployment;
  signing: SigningKey;
  sealing: HpkeRecipient;
  now: () => number;
  allowed: readonly AllowedPair[];
}

/** A kms in this process over the store at `path`, without server and mail: letters wait in the outbox. */
export function openKms(path: string, { deployment, signing, sealing, now, allowed }: Parts): Kms {
  const store = new KmsStore(path, () => {});
  // The same root for the same store, as after a restart.
  const root = Secret.take(createHash('sha256').update(path).digest());
  const shares = new ShareStore({
    store: 'kms',
    deployment,
    wallets: store.wallets,
    vault: new EmbeddedVault(root),
    signing,
    sealing,
    evidence: new EvidenceVerifier(deployment, () => allowed, now),
    now,
  });
  const statements = new StatementLog(store, deployment, signing, now);
  return { shares, store, statements, codeKey: Secret.alloc(32), mailWaits: () => {} };
}

/** The letters that wait, oldest first. */
export function letters({ store }: Kms): { recipient: string; body: string }[] {
  const rows = store.database.sqlite.prepare('SELECT recipient, body FROM outbox ORDER BY id').all();
  return rows.map(({ recipient, body }) => ({ recipient: String(recipient), body: String(body) }));
}

import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '@symbolon/crypto';
import { deploymentSchema } from '@symbolon/protocol';
import {
  createApp,
  createLogger,
  createShutdown,
  ensurePrivateDir,
  Metrics,
  readConfig,
  readSecretFile,
  requestFields,
} from '@symbolon/service';
import { loadKeys, pinDeployment, Reasons, reasonFields, ShareStore, wipeKeys } from '@symbolon/share-store';
import { EvidenceVerifier } from '@symbolon/verify';
import { routes } from './app.ts';
import type { Config } from './config.ts';
import { createForgetting } from './forget.ts';
import type { Kms } from './kms.ts';
import { brokenAt } from './log.ts';
import { logReports } from './orderedRotation.ts';
import { Outbox, type Smtp } from './outbox.ts';
import { giveUpRotations } from './rotation.ts';
import { StatementLog } from './statements.ts';
import { KmsStore } from './store.ts';
import { openVaults } from './vaults.ts';

const minute = 60_000;

/** Starts the kms: own keys, own store, own verifiers. Throws ConfigError, and Error for a log that was tampered with. */
export async function start(config: Config) {
  const deployment = readConfig(config.deploymentFile, deploymentSchema);
  ensurePrivateDir(config.dataDir);
  const log = createLogger({
    party: 'kms',
    fields: [...requestFields, ...reasonFields, 'works', 'ms', 'count'],
    level: config.logLevel,
  });
  const metrics = new Metrics();
  if (deployment.mode === 'development') log.warn('development-mode');

  const commits = metrics.counter('store_commits_total', 'Durable transactions.', []);
  const works = metrics.counter('store_works_total', 'Changes made durable.', []);
  const store = new KmsStore(join(config.dataDir, 'kms.sqlite'), (count) => {
    commits.add(1);
    works.add(count);
  });
  pinDeployment(store.database, deployment);
  const broken = brokenAt(store.database);
  if (broken !== null)
    throw new Error(`the log does not hold together at place ${broken}: restore it before anything is released`);

  const keys = loadKeys(config.dataDir);
  const now = () => Date.now();
  const statements = new StatementLog(store, deployment, keys.signing, now);
  const vaults = await openVaults(config, keys.root, store, () => statements.vault()?.vault ?? null, { log, metrics });
  const shares = new ShareStore({
    store: 'kms',
    deployment,
    wallets: store.wallets,
    vault: vaults.vault,
    signing: keys.signing,
    sealing: keys.sealing,
    evidence: new EvidenceVerifier(deployment, () => statements.allowed(), now),
    now,
  });
  const outbox = new Outbox(store, smtpOf(config), log);
  const kms: Kms = { shares, store, statements, codeKey: codeKeyOf(keys.root), mailWaits: () => outbox.wake() };
  const app = createApp(routes(kms, new Reasons(log, metrics)), {
    party: 'kms',
    version: '0.1.0',
    log,
    metrics,
    ready: () => store.database.sqlite.isOpen && vaults.ready(),
    origins: config.origins,
    trustedProxies: config.trustedProxies,
  });
  const listening = await app.listen({ host: config.host, port: config.port });
  outbox.wake();
  const forget = createForgetting(store, { wall: now, up: () => performance.now() });
  const chores = setInterval(
    () =>
      void Promise.all([forget(), giveUpRotations(kms), store.wallets.destroyUnlocked(now()), logReports(kms)])
        .finally(() => store.wallets.emptyJournal())
        .catch((error) => log.error('chores-failed', {}, error)),
    minute,
  );
  const stop = createShutdown(
    [
      { name: 'server', close: () => listening.close() },
      { name: 'chores', close: () => clearInterval(chores) },
      { name: 'outbox', close: () => outbox.close() },
      { name: 'vaults', close: () => vaults[Symbol.asyncDispose]() },
      { name: 'store', close: () => store.close() },
      { name: 'keys', close: () => wipeKeys(keys) },
      { name: 'channels', close: () => shares.channels[Symbol.dispose]() },
      { name: 'code-key', close: () => kms.codeKey.wipe() },
    ],
    log,
  );
  return { ...listening, stop, log };
}

/** A key of its own for the mail codes' hashes. */
function codeKeyOf(root: Secret): Secret {
  return Secret.take(createHmac('sha256', root.expose()).update('symbolon/v1/mail-codes').digest());
}

function smtpOf({ smtp }: Config): Smtp {
  const { user, passFile, ...rest } = smtp;
  if (user === undefined || passFile === undefined) return rest;
  return { ...rest, auth: { user, pass: Buffer.from(readSecretFile(passFile)).toString('utf8').trim() } };
}

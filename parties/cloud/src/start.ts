import { join } from 'node:path';
import { creationLife, deploymentSchema } from '@symbolon/protocol';
import {
  createApp,
  createLogger,
  createShutdown,
  ensurePrivateDir,
  Metrics,
  readConfig,
  requestFields,
} from '@symbolon/service';
import {
  EmbeddedVault,
  loadKeys,
  pinDeployment,
  Reasons,
  reasonFields,
  ShareStore,
  wipeKeys,
} from '@symbolon/share-store';
import { EvidenceVerifier } from '@symbolon/verify';
import { routes } from './app.ts';
import type { Cloud } from './cloud.ts';
import type { Config } from './config.ts';
import { settleEpochs, tellFollowed } from './epochs.ts';
import { settlePending } from './follow.ts';
import { readOperator } from './operator.ts';
import { createOrderedRotating } from './orderedRotation.ts';
import { Registry } from './registry.ts';
import { registryRoutes } from './registryRoutes.ts';
import { Relay } from './relay.ts';
import { relayRoutes } from './relayRoutes.ts';
import { StatementFollower } from './statements.ts';
import { CloudStore } from './store.ts';

const minute = 60_000;
/** Longer than the kms keeps a pending wallet: what it has forgotten by then can't be activated any more, ms. */
const pendingLife = 2 * creationLife;
/** A withdrawal counts here no later than this after it came onto the kms's log, ms. */
const statementsEvery = 5_000;

/** Prepared epochs, flips and ordered rotations are looked after this often, ms. */
const rotationsEvery = 5_000;
/** A preparation that is younger is under way, and the device tells how it went, ms. */
const rotationPatience = 30_000;

/** Starts the cloud: own keys, own store, own verifiers. Throws ConfigError. */
export async function start(config: Config) {
  const deployment = readConfig(config.deploymentFile, deploymentSchema);
  ensurePrivateDir(config.dataDir);
  const log = createLogger({ party: 'cloud', fields: [...requestFields, ...reasonFields], level: config.logLevel });
  const metrics = new Metrics();
  if (deployment.mode === 'development') log.warn('development-mode');

  const store = new CloudStore(join(config.dataDir, 'cloud.sqlite'));
  pinDeployment(store.database, deployment);
  const keys = loadKeys(config.dataDir);
  const now = () => Date.now();
  const statements = new StatementFollower(store, deployment, now);
  const shares = new ShareStore({
    store: 'cloud',
    deployment,
    wallets: store.wallets,
    vault: new EmbeddedVault(keys.root),
    signing: keys.signing,
    sealing: keys.sealing,
    evidence: new EvidenceVerifier(deployment, () => statements.allowed(), now),
    now,
  });
  const cloud: Cloud = { shares, store, statements };
  const registry = new Registry({
    database: store.database,
    commit: store.commit,
    deployment: deployment.id,
    operator: () => config.operator ?? readOperator(config.dataDir),
    now,
  });
  const relay = new Relay(now);
  metrics.gauge('relay_channels', 'Channels of the relay.', () => relay.size.channels);
  metrics.gauge('relay_bytes', 'What the relay keeps, in characters.', () => relay.size.bytes);
  metrics.gauge('relay_waiting', 'Readers that wait at the relay.', () => relay.size.waiting);
  const face = [
    ...routes(cloud, new Reasons(log, metrics)),
    ...registryRoutes(registry),
    ...relayRoutes(relay, (origin) => registry.knows(origin)),
  ];
  const app = createApp(face, {
    party: 'cloud',
    version: '0.1.0',
    log,
    metrics,
    ready: () => store.database.sqlite.isOpen,
    origins: config.origins,
    trustedProxies: config.trustedProxies,
  });
  const listening = await app.listen({ host: config.host, port: config.port });

  const readStatements = () =>
    void statements.refresh().catch((error: unknown) => log.error('statements-not-read', {}, error));
  const settle = () =>
    void settlePending(cloud, now() - pendingLife)
      .then(() => store.wallets.destroyUnlocked(now()))
      .finally(() => store.wallets.emptyJournal())
      .catch((error: unknown) => log.error('chores-failed', {}, error));
  const failed = (error: unknown) => log.error('chores-failed', {}, error);
  const turn = oneAtATime([() => settleEpochs(cloud, now() - rotationPatience), () => tellFollowed(cloud)], failed);
  const rotateAll = oneAtATime([createOrderedRotating(cloud)], failed);
  const timers = [
    setInterval(readStatements, statementsEvery),
    setInterval(settle, minute),
    setInterval(turn, rotationsEvery),
    setInterval(() => relay.sweep(), minute),
    setInterval(rotateAll, rotationsEvery),
  ];
  readStatements();
  turn();
  const stop = createShutdown(
    [
      { name: 'relay', close: () => relay.close() },
      { name: 'server', close: () => listening.close() },
      { name: 'chores', close: () => timers.forEach(clearInterval) },
      { name: 'store', close: () => store.close() },
      { name: 'keys', close: () => wipeKeys(keys) },
      { name: 'channels', close: () => shares.channels[Symbol.dispose]() },
    ],
    log,
  );
  return { ...listening, stop, log };
}

/** Runs these one after another, each also where one before failed; asked again meanwhile it does nothing. */
function oneAtATime(chores: readonly (() => Promise<unknown>)[], failed: (error: unknown) => void): () => void {
  let running = false;
  return () => {
    if (running) return;
    running = true;
    void (async () => {
      for (const chore of chores) await chore().catch(failed);
      running = false;
    })();
  };
}

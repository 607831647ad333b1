import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deploymentSchema, type VaultName, vaultText } from '@symbolon/protocol';
import { ConfigError, explainStart, readConfig } from '@symbolon/service';
import { loadKeys, VaultError, wipeKeys } from '@symbolon/share-store';
import { configSchema } from './config.ts';
import { moveKeys } from './moveKeys.ts';
import { explainedVault } from './pkcs11/explain.ts';
import { StatementLog } from './statements.ts';
import { KmsStore } from './store.ts';
import { pinnedVault, pinVault, sameVault } from './vaultPin.ts';
import { openVault, placesOf } from './vaults.ts';

/** A creation that began before the decision counted may still keep its share in the old vault, ms: longer than any request lives. */
const stragglers = 12_000;
const patience = 30_000;

const [configFile] = process.argv.slice(2);
if (configFile === undefined) {
  process.stderr.write('usage: move.ts CONFIG.json   the configuration of the running kms, with moveTo\n');
  process.exit(2);
}
try {
  await move(configFile);
} catch (error) {
  explainStart(error instanceof VaultError ? explainedVault(error) : error);
}

/**
 * Moves every key to the vault that the organisations named, beside the kms that goes on serving from both. It may be interrupted at
 * any moment, and run again. Throws ConfigError `vault` where nobody decided this move.
 */
async function move(file: string): Promise<void> {
  const config = readConfig(file, configSchema);
  const deployment = readConfig(config.deploymentFile, deploymentSchema);
  await using undo = new AsyncDisposableStack();
  const keys = undo.adopt(loadKeys(config.dataDir), wipeKeys);
  const store = undo.adopt(new KmsStore(join(config.dataDir, 'kms.sqlite'), () => {}), (one) => one.close());
  const decision = new StatementLog(store, deployment, keys.signing, Date.now).vault();
  const { here, goal } = placesOf(config, store);
  if (goal === null) {
    if (config.moveTo === undefined) throw undecided('The configuration names no vault to move to.', 'Add moveTo.');
    console.log('Everything has moved.');
    return;
  }
  checkDecided(goal.name, decision?.vault ?? null);
  const serving = pinnedVault(store, 'vault-goal');
  if (serving === null || !sameVault(serving, goal.name))
    throw undecided('The kms does not know of this move yet.', 'Start it again with this configuration, then move.');

  const parts = { dataDir: config.dataDir, root: keys.root };
  const from = undo.use(openVault(here, parts));
  const to = undo.use(openVault(goal, parts));
  await Promise.all([from, to].map((one) => one.connected(patience)));

  const of = Number(store.database.statement('SELECT count(*) AS n FROM share_keys').get()?.['n']);
  const tell = (seen: number) => console.log(`${seen} of ${of}`);
  const settled = (decision?.since ?? 0) + stragglers;
  for (let moved = 1, late = false; moved > 0 || !late; ) {
    late = Date.now() >= settled;
    moved = await moveKeys({ store, deployment: deployment.id, from: from.vault, to: to.vault }, tell);
    if (moved === 0 && !late) await sleep(settled - Date.now());
  }
  await pinVault(store, 'vault-here', goal.name);
  store.wallets.emptyJournal();
  console.log(`Everything has moved to ${vaultText(goal.name)}. Name it as \`vault\` now, and leave out moveTo.`);
}

function checkDecided(goal: VaultName, decided: VaultName | null): void {
  if (decided !== null && sameVault(decided, goal)) return;
  throw undecided(
    `No statement in force moves the keys to ${vaultText(goal)}.`,
    'The organisations decide: `symbolon statement new --move-vault NAME`; then its waiting time has to pass.',
  );
}

function undecided(what: string, next: string): ConfigError {
  return new ConfigError('vault', what, next);
}

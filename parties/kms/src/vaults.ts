import { join } from 'node:path';
import type { Secret } from '@symbolon/crypto';
import { type VaultName, vaultText } from '@symbolon/protocol';
import { ConfigError, type Logger, type Metrics } from '@symbolon/service';
import { EmbeddedVault, type KeyVault, keysAfter, type VaultReason } from '@symbolon/share-store';
import type { Config, VaultSettings } from './config.ts';
import { MovingVault } from './movingVault.ts';
import { Pkcs11Vault, type Stand } from './pkcs11/pkcs11Vault.ts';
import type { KmsStore } from './store.ts';
import { hasKeys, pinnedVault, pinVault, sameVault } from './vaultPin.ts';

/** A vault that is open, and whether it serves now. */
export interface OpenVault extends AsyncDisposable {
  vault: KeyVault;
  ready(): boolean;
  /** Resolves once it serves. Throws VaultError after `ms`. */
  connected(ms: number): Promise<void>;
}

const pageSize = 1_000;

interface Place {
  settings: VaultSettings;
  /** Null for an HSM that this store has not met yet. */
  name: VaultName | null;
}

interface Places {
  here: Place;
  goal: (Place & { name: VaultName }) | null;
}

interface Parts {
  dataDir: string;
  /** Stays the caller's to wipe. */
  root: Secret;
  onStand?: (stand: Stand) => void;
  onRefusal?: (reason: VaultReason) => void;
}

/**
 * Where this store's keys lie, and where they may go. They stay in one vault for life but for a move that the organisations decided:
 * a store does not start with another. Throws ConfigError `vault`.
 */
export function placesOf({ vault, moveTo }: Pick<Config, 'vault' | 'moveTo'>, store: KmsStore): Places {
  const kept = pinnedVault(store, 'vault-here');
  if (kept !== null && moveTo !== undefined && sameVault(kept, moveTo.name))
    return { here: { settings: moveTo.vault, name: kept }, goal: null };
  const kind = kept?.kind ?? (hasKeys(store) ? 'embedded' : vault.kind);
  if (kind !== vault.kind) throw elsewhere(kept === null ? kind : vaultText(kept));
  return {
    here: { settings: vault, name: kept },
    goal: moveTo === undefined ? null : { settings: moveTo.vault, name: moveTo.name },
  };
}

/** Opens one. An HSM that is away is no reason not to start. */
export function openVault({ settings, name }: Place, { dataDir, root, ...told }: Parts): OpenVault {
  if (settings.kind === 'embedded')
    return {
      vault: new EmbeddedVault(root),
      ready: () => true,
      connected: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
  const vault = new Pkcs11Vault(settings, {
    pinMemory: join(dataDir, 'pin-refused'),
    identity: name?.identity ?? null,
    ...told,
  });
  return {
    vault,
    ready: () => vault.stand === null,
    connected: (ms) => vault.connected(ms),
    [Symbol.asyncDispose]: () => vault[Symbol.asyncDispose](),
  };
}

/** The vault of a running kms: what its store begins in it is remembered, and what the organisations decide is followed. */
export async function openVaults(
  config: Pick<Config, 'dataDir' | 'vault' | 'moveTo'>,
  root: Secret,
  store: KmsStore,
  decided: () => VaultName | null,
  { log, metrics }: { log: Logger; metrics: Metrics },
): Promise<Pick<OpenVault, 'vault' | 'ready'> & AsyncDisposable> {
  const { here, goal } = placesOf(config, store);
  const failures = metrics.counter('vault_failures_total', 'Times the vault went out of reach, by reason.', ['reason']);
  const refusals = metrics.counter('vault_refusals_total', 'Requests that the vault could not serve, by reason.', [
    'reason',
  ]);
  const tell = (stand: Stand) => {
    if (stand === null) log.info('vault-serves');
    else {
      log.warn('vault-away', { reason: stand });
      failures.add(1, stand);
    }
  };
  const onRefusal = (reason: VaultReason) => {
    refusals.add(1, reason);
    // While it is away that is said once; a vault that is there and refuses says why each time.
    if (ready()) log.warn('vault-refuses', { reason });
  };
  const parts = { dataDir: config.dataDir, root, onRefusal };
  const first: OpenVault = openVault(here, {
    ...parts,
    onStand: (stand) => {
      tell(stand);
      if (stand === null) meet();
    },
  });
  const meet = () => {
    if (pinnedVault(store, 'vault-here') !== null) return;
    const pinned = first.vault.name().then((name) => pinVault(store, 'vault-here', name));
    pinned.catch((error: unknown) => log.error('vault-not-pinned', {}, error));
  };
  if (here.settings.kind === 'embedded') await checkEmbedded(first.vault, here.name, store);
  checkGoal(first.vault, goal?.name ?? null, store);
  await pinVault(store, 'vault-goal', goal?.name ?? null);
  const second = goal === null ? null : openVault(goal, { ...parts, onStand: tell });
  const open = second === null ? [first] : [first, second];
  const ready = () => open.every((one) => one.ready());
  metrics.gauge('vault_ready', 'Whether the vault serves.', () => (ready() ? 1 : 0));
  const follows = () => {
    const vault = decided();
    return vault !== null && goal !== null && sameVault(vault, goal.name);
  };
  return {
    vault: second === null ? first.vault : new MovingVault(first.vault, second.vault, follows),
    ready,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(open.map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** Another root.key opens nothing of this store: better said now than at the first release. */
async function checkEmbedded(vault: KeyVault, kept: VaultName | null, store: KmsStore): Promise<void> {
  const name = await vault.name();
  if (kept === null) await pinVault(store, 'vault-here', name);
  else if (!sameVault(kept, name)) throw elsewhere(vaultText(kept));
}

const elsewhere = (where: string) =>
  new ConfigError(
    'vault',
    `The keys of this store lie in another vault: ${where}.`,
    'Name that one as `vault`. To another they move with `symbolon kms move`, by decision of the organisations.',
  );

/** A move that has begun is ended before another begins, and before the other vault is forgotten. */
function checkGoal(here: KeyVault, goal: VaultName | null, store: KmsStore): void {
  const before = pinnedVault(store, 'vault-goal');
  if (before === null || (goal !== null && sameVault(before, goal))) return;
  const kept = pinnedVault(store, 'vault-here');
  if (kept !== null && sameVault(kept, before)) return;
  for (let page = keysAfter(store.database, null, pageSize); page.length > 0; ) {
    if (page.some(({ key }) => !here.holds(key))) throw underWay(before);
    page = keysAfter(store.database, page.at(-1) ?? null, pageSize);
  }
}

const underWay = (goal: VaultName) =>
  new ConfigError(
    'vault',
    `Keys of this store are on their way to ${vaultText(goal)}.`,
    'Name it as `moveTo` until `symbolon kms move` is done; then as `vault`.',
  );

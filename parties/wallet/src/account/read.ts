import { hasCode, type ListedDevice } from '@symbolon/client';
import { toHex } from '@symbolon/crypto';
import type { Entry } from '../activity/activity.ts';
import { unitsText } from '../explain/text.ts';
import type { Account, Activity, ConnectedApp, DeviceRow } from '../model.ts';
import type { Person } from '../session/entry.ts';
import type { World } from '../world.ts';

/** Everything that the account's pages show. Throws ClientError where the stores cannot be asked. */
export async function readAccount(world: World, person: Person): Promise<Account> {
  const { client, deployment } = world;
  const [wallet, devices, balances, entries, alarm, signer] = await Promise.all([
    client.wallet(),
    client.devices(),
    balancesOf(world, person.address),
    settledActivity(world, person.address),
    alarmOf(world),
    // A signer that is away, or refused, is told when something is to be signed.
    client.signerFidelity().catch(() => null),
  ]);
  return {
    address: person.address,
    email: person.email,
    balances,
    activity: entries.map((entry) => toActivity(world, entry)),
    apps: await appsOf(world, person.address, devices),
    devices: devices.map(toRow),
    made: wallet.deed.made,
    signer,
    development: deployment.mode === 'development',
    alarm,
  };
}

async function balancesOf({ chains }: World, address: string): Promise<Account['balances']> {
  return Promise.all(
    chains.all().map(async ({ info, rpc }) => {
      try {
        const { decimals, symbol } = info.currency;
        const balance = await rpc.quantity('eth_getBalance', [address, 'latest']);
        return { chain: info, amount: { text: unitsText(balance, decimals), symbol } };
      } catch {
        // A chain that does not answer has no balance to show; the others have.
        return { chain: info, amount: null };
      }
    }),
  );
}

/** Asks the chain about what was sent: a transaction that was mined and failed is said to have failed. */
async function settledActivity({ activity, chains }: World, address: string): Promise<Entry[]> {
  const entries = await activity.of(address);
  const sent = entries
    .filter((one) => one.outcome === 'sent' && one.hash !== null && one.chainId !== null)
    .slice(0, 10);
  for (const { hash, chainId } of sent) {
    if (hash === null || chainId === null) continue;
    const receipt = await chains
      .find(chainId)
      ?.rpc.call('eth_getTransactionReceipt', [hash])
      .catch(() => null);
    const failed = typeof receipt === 'object' && receipt !== null && 'status' in receipt && receipt.status === '0x0';
    if (failed) await activity.settle(hash, 'failed');
  }
  return activity.of(address);
}

function toActivity({ chains }: World, { at, app, sentence, outcome, hash, chainId }: Entry): Activity {
  const explorer = chainId === null ? null : (chains.find(chainId)?.info.explorerUrl ?? null);
  const explorerUrl = explorer === null || hash === null ? null : `${explorer.replace(/\/$/, '')}/tx/${hash}`;
  return { at, app, sentence, outcome, hash, explorerUrl };
}

async function appsOf(world: World, address: string, devices: readonly ListedDevice[]): Promise<ConnectedApp[]> {
  const granted = await world.permissions.ofPerson(address);
  const connected = granted.map(({ origin, name, icon, since }) => ({
    app: { origin, name, icon },
    since,
    permissions: ['eth_accounts'],
    embedded: devices.some((one) => one.origin === origin),
  }));
  const known = new Set(granted.map(({ origin }) => origin));
  // A dialog that was connected in its own partition only: its key is in the deed all the same, and can be taken out here.
  const embedded = devices.flatMap(({ origin, added }) =>
    origin === null || known.has(origin)
      ? []
      : [{ app: { origin, name: null, icon: null }, since: added, permissions: ['eth_accounts'], embedded: true }],
  );
  return [...connected, ...embedded];
}

function toRow({ thumbprint, name, added, origin, thisOne }: ListedDevice): DeviceRow {
  return { id: toHex(thumbprint), name, added, origin, current: thisOne };
}

/** What does not fit in the kms's receipts, by its code; null: all is well, or could not be asked. */
async function alarmOf({ client }: World): Promise<string | null> {
  try {
    await client.receipts();
    return null;
  } catch (error) {
    if (hasCode(error, 'receipts-inconsistent')) return error.code;
    return null;
  }
}

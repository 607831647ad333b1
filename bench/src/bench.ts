import { randomUUID } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type DeviceCrypto, type DeviceKey, libraryCrypto, webCryptoDeviceKey } from '@symbolon/client';
import { nativeCrypto } from '@symbolon/client/node';
import type { SignerIn } from '@symbolon/devnet';
import { measureBusyFloor } from './busyFloor.ts';
import { moment, perSignature, takenByOthers, total } from './cpu.ts';
import { nativeDeviceKey } from './deviceKey.ts';
import { measureDialog } from './dialog.ts';
import { measureFloor } from './floor.ts';
import { leanTransport } from './leanTransport.ts';
import { type Ask, closedLoop, type Load, openLoop, percentile } from './load.ts';
import { beside, describe, type Findings, fidelities, floorByPayer, vaults } from './report.ts';
import { measureRotation } from './rotation.ts';
import { transferOf } from './transfer.ts';
import { share, User } from './users.ts';
import { createWorld, interrupted, type VaultIn, type World } from './world.ts';

const usage = `usage: npm run -s bench -- [--json] [--users N] [--seconds N] [--rate N] [--warm-up N] [--signer process|enclave]
                                [--vault embedded|pkcs11]
       npm run -s bench -- --dialog

Boots all parties, makes a wallet for each user, and measures signatures through all of them, every check on:
how many a second with all users at once, how long one takes at --rate a second, and what each party pays for it.

  --users N    users at once                       (100)
  --seconds N  length of each of the two phases    (10)
  --rate N     signatures a second of phase two    (174)
  --warm-up N  seconds of full load before          (20)
  --signer     what the signer runs in: a process (default); with enclave, the same load through a process and through the
               image in an emulated enclave, side by side (by default 8 users, 4 a second, 5 seconds of warm-up)
  --vault      where the kms keeps its keys: embedded (default); with pkcs11, the same load through the embedded vault and through
               SoftHSM2, side by side; the HSM's own processes count as others there
  --rotation   measure instead how fast a statement gives every wallet new shares
  --wallets N  with --rotation: wallets in both stores  (20000)
  --json       one JSON object as the last line
  --dialog     instead: how long a person waits for the embedded dialog in a real Chromium

Exit code: 0 measured, 1 a signature failed, 2 usage, 130 interrupted.`;

interface Options {
  json: boolean;
  rotation: boolean;
  wallets: number;
  users: number;
  seconds: number;
  rate: number;
  warmUp: number;
  signer: SignerIn;
  vault: VaultIn;
}

const browserUsers = 4;
const browserSeconds = 3;

process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    return 0;
  }
  if (args.length === 1 && args[0] === '--dialog') {
    console.log(await measureDialog());
    return 0;
  }
  const options = optionsOf(args);
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const stopped = interrupted().then(() => null);
  if (options.rotation) return await rotation(options, stopped);
  const compares = options.signer !== 'process' || options.vault !== 'embedded';
  const plain = await run({ ...options, signer: 'process', vault: 'embedded' }, stopped);
  const other = compares && plain !== null ? await run(options, stopped) : null;
  if (plain === null || (compares && other === null)) return 130;
  if (other !== null) console.log(beside(plain.found, other.found));
  const told = other === null ? plain.found : { ...other.found, process: plain.found };
  if (options.json) console.log(JSON.stringify(told));
  return plain.failed || other?.failed === true ? 1 : 0;
}

/** One world, measured and told. Null where it was interrupted. */
async function run(options: Options, stopped: Promise<null>) {
  await using world = await createWorld(options.signer, options.vault);
  const found = await Promise.race([stopped, measure(world, options)]);
  if (found === null) return null;
  console.log(describe(found));
  return { found, failed: Object.keys(found.failures).length > 0 || world.fallen() };
}

async function rotation({ wallets, json, vault }: Options, stopped: Promise<null>): Promise<number> {
  await using world = await createWorld('process', vault);
  const found = await Promise.race([stopped, measureRotation(world, wallets)]);
  if (found === null) return 130;
  const { walletsPerSecond, microseconds, ms, checked, takenByOthers } = found;
  console.log(
    `${found.wallets} wallets turned in ${ms} ms: ${walletsPerSecond} a second; ${checked} new pairs checked`,
  );
  console.log(
    `processor time for each: kms ${microseconds.kms} us, cloud ${microseconds.cloud} us; others took ${takenByOthers} cores`,
  );
  if (json) console.log(JSON.stringify(found));
  return 0;
}

function optionsOf(args: string[]): Options | null {
  const number = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: 'boolean' },
        rotation: { type: 'boolean' },
        wallets: number,
        users: number,
        seconds: number,
        rate: number,
        'warm-up': number,
        signer: { type: 'string', default: 'process' },
        vault: { type: 'string', default: 'embedded' },
      },
    });
    const { json = false, rotation = false, wallets = '20000', signer, vault, seconds = '10' } = values;
    if (signer !== 'process' && signer !== 'enclave') return null;
    if (vault !== 'embedded' && vault !== 'pkcs11') return null;
    // An emulated processor is some twenty times slower than the machine's own.
    const usual = signer === 'process' ? ['100', '174', '20'] : ['8', '4', '5'];
    const [users = '', rate = '', warmUp = ''] = [values.users, values.rate, values['warm-up']].map(
      (given, index) => given ?? usual[index],
    );
    const given = {
      wallets: Number(wallets),
      users: Number(users),
      seconds: Number(seconds),
      rate: Number(rate),
      warmUp: Number(warmUp),
    };
    const whole = [given.users, given.wallets].every(Number.isSafeInteger);
    const right = whole && Object.values(given).every((value) => value > 0);
    return right ? { json, rotation, signer, vault, ...given } : null;
  } catch {
    return null;
  }
}

async function measure(
  world: World,
  { users: count, seconds, rate, warmUp, signer, vault }: Options,
): Promise<Findings> {
  const { devnet } = world;
  const users = await makeUsers(world, count, nativeCrypto, async () => nativeDeviceKey());
  console.error(`${count} users, each with a wallet`);
  const ask = askingFor(users);
  // Code gets fast while it runs: what the first thousands cost is not what a signature costs.
  await closedLoop(count, warmUp, ask);
  console.error('warm');

  const begun = await moment(devnet);
  const full = await closedLoop(count, seconds, ask);
  const between = await moment(devnet);
  console.error('full load measured');
  const steady = await openLoop(count, rate, seconds, ask);
  const ended = await moment(devnet);
  console.error(`${rate} a second measured`);

  const browser = await measureBrowser(world);
  const [floor, busyFloor] = [await measureFloor(), await measureBusyFloor()];
  const [floorMicrosOf, busyFloorMicrosOf] = [floorByPayer(floor), floorByPayer(busyFloor)];
  return {
    fidelity: fidelities[signer],
    vault: vaults[vault],
    signaturesPerSecond: full.latencies.length / full.seconds,
    p50ms: percentile(steady.latencies, 0.5),
    p99ms: percentile(steady.latencies, 0.99),
    cpuMicros: perSignature(begun, between, full.latencies.length),
    floorMicros: total(floorMicrosOf),
    busyFloorMicros: total(busyFloorMicrosOf),
    cores: availableParallelism(),
    users: count,
    rate,
    seconds,
    fullLoadP50ms: percentile(full.latencies, 0.5),
    fullLoadP99ms: percentile(full.latencies, 0.99),
    cpuMicrosAtRate: perSignature(between, ended, steady.latencies.length),
    floorMicrosOf,
    busyFloorMicrosOf,
    othersCores: takenByOthers(begun, between),
    othersCoresAtRate: takenByOthers(between, ended),
    browserDeviceMicros: browser.deviceMicros,
    failures: failuresOf(full, steady, browser.load),
    floor,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
    date: new Date().toISOString(),
  };
}

/** The same path from devices over the library that browsers use: only what the device pays is of interest. */
async function measureBrowser(world: World): Promise<{ deviceMicros: number; load: Load }> {
  const users = await makeUsers(world, browserUsers, libraryCrypto, browserDeviceKey);
  const ask = askingFor(users);
  await closedLoop(browserUsers, 1, ask);
  const begun = await moment(world.devnet);
  const load = await closedLoop(browserUsers, browserSeconds, ask);
  const ended = await moment(world.devnet);
  return { deviceMicros: perSignature(begun, ended, load.latencies.length).device, load };
}

/** A WebCrypto key that cannot be exported, as a browser has it; kept nowhere. */
function browserDeviceKey(): Promise<DeviceKey> {
  return webCryptoDeviceKey({ get: async () => null, add: async (pair) => pair });
}

/** Signed in, each with a wallet, before any clock runs. A few at a time. */
async function makeUsers(
  { devnet, issuer }: World,
  count: number,
  crypto: DeviceCrypto,
  makeKey: () => Promise<DeviceKey>,
): Promise<User[]> {
  const shared = share(devnet.deployment, issuer, crypto, leanTransport().transport);
  const make = async () => User.create(shared, await makeKey(), { subject: `user-${randomUUID()}` });
  const users: User[] = [];
  while (users.length < count) {
    const batch = Array.from({ length: Math.min(10, count - users.length) }, make);
    users.push(...(await Promise.all(batch)));
  }
  return users;
}

/** No two signatures are of the same transaction. */
function askingFor(users: readonly User[]): Ask {
  let nonce = 0;
  return async (index) => {
    nonce += 1;
    await users[index]?.sign(transferOf(nonce));
  };
}

function failuresOf(...loads: readonly Load[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const { failures } of loads) {
    for (const [code, count] of Object.entries(failures)) all[code] = (all[code] ?? 0) + count;
  }
  return all;
}

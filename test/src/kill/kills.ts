import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digest, parseIntent } from '@symbolon/chains/evm';
import { utf8 } from '@symbolon/crypto';
import { verifySecp256k1 } from '@symbolon/crypto/native';
import { liftIssuerLimits } from '../support/issuerLimits.ts';
import { bootWorld, introduceSigner, type World } from '../support/world.ts';
import { assertLogIntact, assertWholeOrNone, stateAt } from './inspect.ts';
import { type Told, text } from './messages.ts';
import { Mortal } from './mortal.ts';
import { type Death, planDeaths } from './plan.ts';

/** How often a person tries again, at most: parties come back within a second or two. */
const maximumTries = 12;

export interface Deaths {
  kills: number;
  /** Deaths that the flow was over too soon for; they are not counted. */
  missed: number;
  retries: number;
  wallets: number;
  /** Log entries and releases found intact at the end. */
  log: { entries: number; releases: number };
  hops: string[];
}

type Done = Extract<Told, { told: 'done' }>;

/**
 * Kills (SIGKILL) one process at a time at every step of sign-in, creation, rotation and signing, each time for a new person; after each,
 * the same device storage is used again until the flow is through. Throws AssertionError naming the death after which a wallet
 * was half there, an address was shown too early, or something did not verify. `tell` hears of each death.
 */
export async function runKills(seed: number, count: number, tell: (line: string) => void, from = 0): Promise<Deaths> {
  await using world = await bootWorld();
  await using device = new Mortal();
  await liftIssuerLimits(world);
  const devices = mkdtempSync(join(tmpdir(), 'symbolon-mortal-'));
  try {
    const run = new Run(world, device, devices, seed);
    const hops = await run.alive();
    const result: Deaths = { kills: 0, missed: 0, retries: 0, wallets: 1, log: { entries: 0, releases: 0 }, hops };
    const deaths = planDeaths(seed, from + count, hops.length).slice(from);
    for (const [index, death] of deaths.entries()) {
      const { victim, moment, hop } = death;
      const name = `${from + index}: ${victim} ${moment} hop ${hop} (${hops[hop]})`;
      try {
        const { happened, retries } = await run.through(from + index, death);
        result[happened ? 'kills' : 'missed'] += 1;
        result.retries += retries;
        result.wallets += 1;
        tell(`${name}${happened ? '' : ', too late'}: whole after ${retries} retries`);
      } catch (error) {
        throw new Error(`seed ${seed}, death ${name}`, { cause: error });
      }
    }
    return { ...result, log: assertLogIntact(world) };
  } finally {
    rmSync(devices, { recursive: true, force: true });
  }
}

class Run {
  readonly #world: World;
  readonly #device: Mortal;
  readonly #devices: string;
  readonly #seed: number;

  constructor(world: World, device: Mortal, devices: string, seed: number) {
    this.#world = world;
    this.#device = device;
    this.#devices = devices;
    this.#seed = seed;
  }

  /** The flow with nobody killed: the hops that there are. */
  async alive(): Promise<string[]> {
    const hops: string[] = [];
    this.#begin('alive');
    const told = await this.#listen(async (hop) => {
      if (hop.when === 'before') hops.push(hop.where.replace(/^\S+ /, `${this.#partyAt(hop.where)} `));
    });
    assert.ok(told?.told === 'done', told?.told === 'failed' ? told.why : 'the device ended');
    return hops;
  }

  /** One person's flow, with one death in it, tried again until it is through. */
  async through(index: number, death: Death): Promise<{ happened: boolean; retries: number }> {
    const person = `${this.#seed}-${index}`;
    let happened = false;
    let seen = -1;
    let over: Promise<void> = Promise.resolve();
    const kill = async () => {
      happened = true;
      if (death.victim === 'device') await this.#device.kill();
      else await this.#world.devnet.kill(death.victim, 'SIGKILL');
      assertWholeOrNone(this.#world);
    };
    /** Once it is dead the flow goes on as it can, while the party comes back. */
    const die = async () => {
      await kill();
      if (death.victim !== 'device') over = this.#world.devnet.restart(death.victim);
    };
    let dying: Promise<void> = Promise.resolve();
    this.#begin(person);
    let told = await this.#listen(async ({ when }) => {
      if (when === 'before') seen += 1;
      if (happened || seen < death.hop) return;
      if (death.moment === when) await die();
      // Told to go on first: the hop is under way when it happens.
      else if (death.moment === 'during' && when === 'before') {
        happened = true;
        dying = sleep(death.delay).then(die);
      }
    });
    let retries = 0;
    await dying;
    await over;
    for (; told?.told !== 'done'; retries += 1) {
      assert.ok(
        retries < maximumTries,
        `still not through: ${told?.told === 'failed' ? told.why : 'the device ended'}`,
      );
      if (retries > 0) await sleep(150 * retries);
      assertWholeOrNone(this.#world);
      this.#begin(person);
      told = await this.#listen(async () => {});
    }
    if (death.victim === 'signer') await introduceSigner(this.#world);
    this.#assertWhole(told);
    return { happened, retries };
  }

  #begin(person: string): void {
    const { deployment, devnet } = this.#world;
    const folder = join(this.#devices, person);
    this.#device.run({
      do: 'run',
      folder,
      email: `mortal-${person}@example.org`,
      deployment,
      mailbox: devnet.urls.mailbox,
    });
  }

  /** Lets it go on from hop to hop until it is done, has failed or is dead. */
  async #listen(atHop: (hop: Extract<Told, { told: 'hop' }>) => Promise<void>): Promise<Told | null> {
    for (;;) {
      const told = await this.#device.next();
      if (told === null || told.told === 'done' || told.told === 'failed') return told;
      if (told.told === 'hop') await atHop(told);
      else this.#assertActive(told.wallet);
      this.#device.go(told.id);
    }
  }

  /** The device waits while this is looked up: nothing is activated meanwhile on its behalf. */
  #assertActive(wallet: Uint8Array): void {
    for (const store of ['kms', 'cloud'] as const) {
      assert.equal(
        stateAt(this.#world, store, wallet),
        'active',
        `an address was shown before the ${store} knew the wallet`,
      );
    }
  }

  #assertWhole({ wallet, publicKey, signature, releases }: Done): void {
    this.#assertActive(wallet);
    assertWholeOrNone(this.#world);
    const signed = digest(parseIntent({ type: 'evm-message', message: utf8(text) }));
    assert.ok(verifySecp256k1(publicKey, signed, signature), 'the signature verifies');
    assert.ok(releases >= 3, 'a release for the first signature, one for the rotation, and one for this');
  }

  #partyAt(where: string): string {
    const { urls } = this.#world.devnet;
    return Object.entries(urls).find(([, url]) => where.startsWith(`${url} `))?.[0] ?? 'elsewhere';
  }
}

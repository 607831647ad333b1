import type { DappRequest } from '@symbolon/protocol/dapp';
import { Chains } from '../chain/chains.ts';
import { nonceTurns } from '../chain/nonces.ts';
import type { Config } from '../config.ts';
import { clearSigner, fetchDescriptor } from '../explain/clear.ts';
import { explainer } from '../explain/explain.ts';
import type { App } from '../model.ts';
import type { Entry, Person } from '../session/entry.ts';
import { openWorld, type World } from '../world.ts';
import { visibleAccounts } from './accounts.ts';
import type { Asking } from './asking.ts';
import { Attention } from './attention.ts';
import { CallBundles } from './bundles.ts';
import type { Desk } from './desk.ts';
import { answer } from './methods.ts';
import { lookUp } from './registry.ts';

/** What answers one site on one page of the wallet. */
export interface Counter {
  app: App;
  world: World;
  /** Nothing is under way or waits. */
  readonly idle: boolean;
  answer: (request: DappRequest, signal: AbortSignal) => Promise<unknown>;
  /** What the site may see changed elsewhere: the person disconnected it, or signed in or out. */
  whenChanged: (told: (accounts: string[]) => void) => void;
}

export interface CounterParts {
  config: Config;
  origin: string;
  desk: Desk;
  /** How a person gets in where nobody is. */
  entry: (world: World, app: App) => Persons;
}

/** Who is at this device: `person` brings them in, `recalled` shows nothing and is null where that would take a screen. */
export type Persons = Pick<Entry, 'person' | 'recalled'>;

/** Opens this partition's storage and looks the asking origin up. */
export async function openCounter(parts: CounterParts): Promise<Counter> {
  const { config, origin, desk } = parts;
  const cloud = config.deployment.cloud.url;
  const [world, registered] = await Promise.all([openWorld(config), lookUp(cloud, origin, fetch)]);
  const app: App = registered?.app ?? { origin, name: null, icon: null };
  const listed = registered?.chains ?? null;
  const offered = world.chains.all().filter(({ info }) => listed === null || listed.includes(info.chainId));
  const { storage, lock, permissions, activity, settings } = world;
  const now = Date.now;
  const attention = new Attention(origin, desk, { storage, lock }, now);
  const persons = rememberedPerson(world, parts.entry(world, app));
  const asking: Asking = {
    app,
    registered: registered !== null,
    chains: new Chains(offered),
    permissions,
    activity,
    settings,
    bundles: new CallBundles(storage, lock),
    explain: explainer(clearSigner(config.descriptors, world.chains, fetchDescriptor), now),
    attention,
    desk,
    nonceTurn: nonceTurns(lock),
    now,
    ...persons,
  };
  return {
    app,
    world,
    get idle() {
      return attention.idle;
    },
    answer: (request, signal) => answer(asking, request, signal),
    whenChanged: (told) => world.news.listen(() => void visibleAccounts(asking).then(told)),
  };
}

/** Asked once a page, until somebody else signs in or the person signs out. */
function rememberedPerson(world: World, entry: Persons) {
  let known: Promise<Person> | null = null;
  world.news.listen(() => {
    known = null;
  });
  const person = (): Promise<Person> => {
    known ??= entry.person().catch((error: unknown) => {
      known = null;
      throw error;
    });
    return known;
  };
  const personIfAny = async (): Promise<Person | null> => {
    if (known !== null) return known;
    if ((await world.sessions.who()) === null) return null;
    return entry.recalled();
  };
  return { person, personIfAny };
}

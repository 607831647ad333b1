import type { ChainInfo, DappRequest } from '@symbolon/protocol/dapp';
import type { ActivityLog } from '../activity/activity.ts';
import type { Chain, Chains } from '../chain/chains.ts';
import type { NonceTurn } from '../chain/nonces.ts';
import type { Explainer } from '../explain/explainer.ts';
import type { Kept } from '../kept.ts';
import type { App, Sentence, Settings } from '../model.ts';
import type { Permissions } from '../permissions/permissions.ts';
import type { Person } from '../session/entry.ts';
import type { Attention } from './attention.ts';
import type { CallBundles } from './bundles.ts';
import type { Desk } from './desk.ts';
import { DappRefusal } from './errors.ts';

/** One site that asks, and everything that an answer may need. */
export interface Asking {
  app: App;
  registered: boolean;
  /** The wallet's chains, less those that the registry does not list for this site. */
  chains: Chains;
  permissions: Permissions;
  activity: ActivityLog;
  settings: Kept<Settings>;
  bundles: CallBundles;
  explain: Explainer;
  attention: Attention;
  desk: Desk;
  nonceTurn: NonceTurn;
  now: () => number;
  /** Who is at this device; signs them in first where nobody is. */
  person: () => Promise<Person>;
  /** As {@link person}, null where that would take a screen. */
  personIfAny: () => Promise<Person | null>;
}

/** One request on its way: `chainId` is the chain that the site says it is on. */
export interface Asked extends Pick<DappRequest, 'params' | 'chainId'> {
  signal: AbortSignal;
}

/** Answers one method. Throws DappRefusal. */
export type Handler = (asking: Asking, asked: Asked) => Promise<unknown>;

/**
 * The person, where they have connected this site. Throws DappRefusal `not-connected` without showing anything: a site that has
 * no permission gets no screen either.
 */
export async function connectedPerson(asking: Asking): Promise<Person> {
  const granted = await asking.permissions.of(asking.app.origin);
  if (granted.length === 0) throw new DappRefusal('not-connected');
  const person = await asking.person();
  if (!granted.some((one) => one.address === person.address)) throw new DappRefusal('not-connected');
  return person;
}

/** Throws DappRefusal `other-account` where a request names an address that is not the connected one. */
export function requireAddress(person: Person, named: string): void {
  if (named.toLowerCase() !== person.address.toLowerCase()) throw new DappRefusal('other-account');
}

/** Throws DappRefusal `chain-not-offered`. */
export function chainOf(asking: Asking, chainId: string): Chain {
  const chain = asking.chains.find(chainId);
  if (chain === null) throw new DappRefusal('chain-not-offered');
  return chain;
}

/** Shows a question, and writes a rejection down: the person sees later what was asked of them. */
export async function askAndNote(
  asking: Asking,
  person: Person,
  question: Parameters<Attention['ask']>[0],
  sentence: Sentence,
  signal: AbortSignal,
): Promise<void> {
  try {
    await asking.attention.ask(question, signal);
  } catch (error) {
    if (error instanceof DappRefusal && error.reason === 'user-rejected')
      await note(asking, person, sentence, 'rejected');
    throw error;
  }
}

export async function note(
  asking: Asking,
  person: Person,
  sentence: Sentence,
  outcome: 'signed' | 'sent' | 'rejected',
  sent?: { hash: string; chain: ChainInfo },
): Promise<void> {
  const { hash, chainId } =
    sent === undefined ? { hash: null, chainId: null } : { hash: sent.hash, chainId: sent.chain.chainId };
  const app = asking.app.name ?? asking.app.origin;
  await asking.activity.add({ at: asking.now(), address: person.address, app, sentence, outcome, hash, chainId });
}

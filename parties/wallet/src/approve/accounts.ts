import * as v from 'valibot';
import type { Explained } from '../model.ts';
import { toEip2255 } from '../permissions/permissions.ts';
import type { Person } from '../session/entry.ts';
import type { Asked, Asking, Handler } from './asking.ts';
import { DappRefusal } from './errors.ts';
import { first, readParams } from './params.ts';

/** EIP-1193 asks for lower or mixed case; every wallet gives lower. */
const shown = (address: string) => [address.toLowerCase()];

/** EIP-1102. Nothing is shown where the site is connected already. */
export const requestAccounts: Handler = async (asking, asked) => {
  const person = await connect(asking, asked, null);
  return shown(person.address);
};

export const accounts: Handler = (asking) => visibleAccounts(asking);

/** What the site sees just now, without anything being shown. */
export async function visibleAccounts(asking: Asking): Promise<string[]> {
  const person = await silentPerson(asking);
  return person === null ? [] : shown(person.address);
}

const requested = first(v.record(v.string(), v.record(v.string(), v.unknown())));

/** EIP-2255. There is one permission to be had. */
export const requestPermissions: Handler = async (asking, asked) => {
  const names = Object.keys(readParams(requested, asked.params));
  if (names.length !== 1 || names[0] !== 'eth_accounts') {
    throw new DappRefusal('params-invalid', 'The only permission there is is eth_accounts.');
  }
  const person = await asking.person();
  await askToConnect(asking, asked, person, null);
  return grantedTo(asking, person.address);
};

export const getPermissions: Handler = async (asking) => {
  const person = await silentPerson(asking);
  return person === null ? [] : grantedTo(asking, person.address);
};

export const revokePermissions: Handler = async (asking, asked) => {
  const names = Object.keys(readParams(requested, asked.params));
  if (names.includes('eth_accounts')) await disconnectAll(asking);
  return null;
};

/**
 * Takes back what the site may see, of every person who used it here: it needs nobody's approval. A key that its dialog has stays in
 * the deed, good for nothing without this; the person takes it out in their account. A site must not use up the deed's versions.
 */
export async function disconnectAll(asking: Asking): Promise<void> {
  const { origin } = asking.app;
  for (const { address } of await asking.permissions.of(origin)) await asking.permissions.revoke(origin, address);
}

/** The person, connected to this site: asked, unless they are already. */
export async function connect(asking: Asking, asked: Asked, signIn: Explained | null): Promise<Person> {
  const person = await asking.person();
  const connected = await asking.permissions.has(asking.app.origin, person.address);
  if (!connected || signIn !== null) await askToConnect(asking, asked, person, signIn);
  return person;
}

async function askToConnect(asking: Asking, asked: Asked, person: Person, signIn: Explained | null): Promise<void> {
  const { app, chains } = asking;
  const infos = chains.all().map(({ info }) => info);
  const question = { ask: 'connect', app, address: person.address, chains: infos, signIn } as const;
  await asking.attention.ask(question, asked.signal);
  await asking.permissions.grant({ ...app, address: person.address, since: asking.now() });
}

/** Who is signed in and has connected this site, as far as that shows nothing. */
async function silentPerson(asking: Asking): Promise<Person | null> {
  if ((await asking.permissions.of(asking.app.origin)).length === 0) return null;
  const person = await asking.personIfAny();
  const connected = person !== null && (await asking.permissions.has(asking.app.origin, person.address));
  return connected ? person : null;
}

async function grantedTo(asking: Asking, address: string): Promise<object[]> {
  const { origin } = asking.app;
  const granted = (await asking.permissions.of(origin)).find((one) => one.address === address);
  return granted === undefined ? [] : toEip2255(origin, address, granted.since);
}

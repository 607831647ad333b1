import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOrganisationKey } from '@symbolon/cli';
import {
  addressOf,
  type Deployment,
  paths,
  type RegisteredApp,
  registrationStatement,
  signedRegistrationCodec,
  signStatement,
} from '@symbolon/protocol';
import { dapps } from './dapps.ts';
import { DevnetError } from './errors.ts';
import type { Home } from './home.ts';
import { initialise } from './initialise.ts';
import { initProgram } from './parties.ts';
import type { Urls } from './urls.ts';

/** How long a signed registration may be under way, ms. */
const life = 60_000;

/** Registers the demo dApps. Throws as {@link registerApp} does. */
export async function registerDapps(home: Home, deployment: Deployment, urls: Urls): Promise<void> {
  // A data folder from before the registry has no operator's key yet; what else lies there is not touched.
  if (!existsSync(operatorKey(home))) await initialise(initProgram(home, 'cloud'));
  for (const name of ['dapp', 'shop'] as const) {
    const { id, title } = dapps[name];
    await registerApp(home, deployment, { id, name: title, icon: null, origins: [urls[name]], chains: [] });
  }
}

/** Registers a dApp at the cloud, or replaces it, as its operator does. Throws DevnetError `party-failed`. */
export async function registerApp(home: Home, deployment: Deployment, app: RegisteredApp): Promise<void> {
  using key = readOrganisationKey(operatorKey(home));
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const expires = Date.now() + life;
  const registration = { v: 1, deployment: deployment.id, action: { do: 'add', app }, expires, nonce } as const;
  const signed = signStatement(registrationStatement, registration, key);
  const response = await fetch(addressOf(deployment.cloud.url, paths.apps), {
    method: 'POST',
    headers: { 'content-type': 'application/cbor' },
    body: Uint8Array.from(signedRegistrationCodec.encode(signed)),
  });
  if (response.ok) return;
  const said = await response.text();
  throw new DevnetError('party-failed', `The cloud did not register ${app.id}: ${said}`, 'Its log is logs/cloud.log.');
}

const operatorKey = (home: Home): string => join(home.cloud, 'data', 'operator.key');

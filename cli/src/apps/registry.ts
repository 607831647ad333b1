import { randomBytes } from 'node:crypto';
import {
  addressOf,
  appsAnswer,
  type Deployment,
  empty,
  paths,
  type RegisteredApp,
  type Registration,
  registrationStatement,
  requestLife,
  type Signs,
  signedRegistrationCodec,
  signStatement,
} from '@symbolon/protocol';
import { request } from '../http.ts';

/** Every app in the cloud's registry, by id. Throws CliError. */
export async function fetchApps({ cloud }: Deployment): Promise<RegisteredApp[]> {
  const all: RegisteredApp[] = [];
  for (let after = ''; ; after = all[all.length - 1]?.id ?? '') {
    const query = after === '' ? '' : `?after=${after}`;
    const { apps } = appsAnswer.decode(await request('cloud', addressOf(cloud.url, paths.apps) + query));
    if (apps.length === 0) return all;
    all.push(...apps);
  }
}

/** Has the operator's key sign a change of the registry, for now and once, and hands it to the cloud. Throws CliError. */
export async function changeRegistry(
  deployment: Deployment,
  action: Registration['action'],
  operator: Signs,
  now: number,
): Promise<void> {
  const nonce = new Uint8Array(randomBytes(32));
  const said = { v: 1, deployment: deployment.id, action, expires: now + requestLife, nonce } as const;
  const signed = signStatement(registrationStatement, said, operator);
  const address = addressOf(deployment.cloud.url, paths.apps);
  empty.decode(await request('cloud', address, signedRegistrationCodec.encode(signed)));
}

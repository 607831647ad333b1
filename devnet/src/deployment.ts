import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Deployment, deploymentSchema } from '@symbolon/protocol';
import * as v from 'valibot';
import { type Home, readJson, writeJson } from './home.ts';
import { ensureOrganisationKey, organisationsOf } from './organisations.ts';
import type { Ports } from './ports.ts';

/** The wallet's client id at the issuer, and so the audience of its tokens. */
export const audience = 'symbolon-wallet';

/** As the file has it: keys as base64url. */
type DeploymentText = v.InferInput<typeof deploymentSchema>;
export type IssuerText = DeploymentText['issuers'][number];

/** What a store printed about its own keys. */
export interface StoreKeys {
  signing: string;
  sealing: string;
}

export interface Genesis {
  ports: Ports;
  kms: StoreKeys;
  cloud: StoreKeys;
  /** DER file of the development root. */
  rootFile: string;
  waitSeconds: number;
  /** Trusted beside the embedded issuer. */
  moreIssuers: readonly IssuerText[];
}

/** The deployment of this home, if it has one. */
export function readDeployment(home: Home): Deployment | null {
  const text = readJson(home.deployment);
  return text === null ? null : v.parse(deploymentSchema, text);
}

/** Makes the deployment's roots, once, and gives the person's devices and every party a copy of its own. */
export function makeDeployment(home: Home, genesis: Genesis): Deployment {
  const { ports, kms, cloud, rootFile, waitSeconds, moreIssuers } = genesis;
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const text: DeploymentText = {
    v: 1,
    id: `dev-${randomBytes(4).toString('hex')}`,
    mode: 'development',
    attestationRoots: [readFileSync(rootFile).toString('base64')],
    organisations: organisationsOf(home).map((one) => ({ name: one.name, key: ensureOrganisationKey(one) })),
    threshold: 2,
    waitSeconds,
    issuers: [{ url: at(ports.issuer), audience }, ...moreIssuers],
    kms: { url: at(ports.kms), ...kms },
    cloud: { url: at(ports.cloud), ...cloud },
    signer: { url: at(ports.signer) },
  };
  for (const folder of [home.kms, home.cloud, home.signer]) writeJson(`${folder}/deployment.json`, text);
  // Last: with it the home counts as made.
  writeJson(home.deployment, text);
  return v.parse(deploymentSchema, text);
}

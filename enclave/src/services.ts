import { join } from 'node:path';
import { type Deployment, deploymentSchema } from '@symbolon/protocol';
import * as v from 'valibot';
import { parties, serveFile, serveRelay } from './relay.ts';

/** What the host of an enclave gives its signer. */
export interface Handover {
  /** The deployment as the signer is handed it, JSON. */
  deploymentText: Uint8Array;
  /** Web origins that may call the signer. */
  origins: readonly string[];
  /** Where the signer finds the relay inside: `host:port`. */
  relay: string;
}

/** Throws ValiError, SyntaxError. */
export const readDeployment = (text: Uint8Array): Deployment =>
  v.parse(deploymentSchema, JSON.parse(new TextDecoder().decode(text)));

/**
 * Serves an enclave from a private folder: `relay.sock`, and `config.sock` and `deployment.sock`, the two files of its configuration.
 * Nothing in them decides whom the signer trusts but the deployment, which its evidence names by hash.
 */
export async function serveEnclave(folder: string, { deploymentText, origins, relay }: Handover): Promise<Disposable> {
  const configuration = {
    host: '0.0.0.0',
    port: 8_080,
    deploymentFile: '/run/deployment.json',
    nsmSocket: '/run/nsm.sock',
    relay,
    origins,
  };
  const servers = [
    await serveRelay(join(folder, 'relay.sock'), parties(readDeployment(deploymentText))),
    await serveFile(join(folder, 'config.sock'), Buffer.from(JSON.stringify(configuration))),
    await serveFile(join(folder, 'deployment.sock'), deploymentText),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const server of servers) server.close();
    },
  };
}

import { join } from 'node:path';
import type { IssuerConfigInput } from '@symbolon/issuer';
import { anvilCommand } from './chain.ts';
import { audience } from './deployment.ts';
import { type Home, nsmSocket, writeJson } from './home.ts';
import type { Ports } from './ports.ts';

/** Everything that runs, in the order in which it starts; it ends in reverse. */
export const partyNames = ['mailbox', 'chain', 'dev-nsm', 'issuer', 'kms', 'cloud', 'signer'] as const;
export type PartyName = (typeof partyNames)[number];

/** What to run for a party: script and arguments. */
export interface Program {
  script: string;
  args: string[];
}

const repo = join(import.meta.dirname, '..', '..');
const host = '127.0.0.1';

/** The repository: what the signer is measured from. */
export const sourceRoot = repo;

/** Writes each party's own configuration into its own folder. @returns how to start each */
export function programs(home: Home, ports: Ports, origins: readonly string[]): Record<PartyName, Program> {
  return {
    mailbox: {
      script: join(import.meta.dirname, 'mailbox', 'main.ts'),
      args: ['--data-dir', home.mailbox, '--http-port', String(ports.mailbox), '--smtp-port', String(ports.smtp)],
    },
    chain: {
      script: join(import.meta.dirname, 'leashed.ts'),
      args: anvilCommand(join(home.chain, 'state.json'), ports.chain),
    },
    'dev-nsm': {
      script: main('dev-nsm'),
      args: ['--socket', nsmSocket(home), '--root-dir', join(home.devNsm, 'root'), '--measure-root', repo],
    },
    issuer: configured('issuer', home.issuer, issuerConfig(home, ports, origins)),
    kms: configured('kms', home.kms, {
      dataDir: join(home.kms, 'data'),
      host,
      port: ports.kms,
      deploymentFile: join(home.kms, 'deployment.json'),
      origins,
      smtp: smtp(ports, 'kms@symbolon.example'),
    }),
    cloud: configured('cloud', home.cloud, {
      dataDir: join(home.cloud, 'data'),
      host,
      port: ports.cloud,
      deploymentFile: join(home.cloud, 'deployment.json'),
      origins,
    }),
    signer: configured('signer', home.signer, {
      host,
      port: ports.signer,
      deploymentFile: join(home.signer, 'deployment.json'),
      nsmSocket: nsmSocket(home),
      origins,
    }),
  };
}

/** Makes a store's keys in its own folder: only their public halves are printed. */
export function initProgram(home: Home, store: 'kms' | 'cloud'): Program {
  return { script: join(repo, 'parties', store, 'src', 'init.ts'), args: ['--data-dir', join(home[store], 'data')] };
}

function issuerConfig(home: Home, ports: Ports, origins: readonly string[]): IssuerConfigInput {
  return {
    dataDir: join(home.issuer, 'data'),
    url: `http://${host}:${ports.issuer}`,
    host,
    port: ports.issuer,
    clients: [
      {
        id: audience,
        name: 'Symbolon wallet (development)',
        redirectUris: [`http://${host}/callback`],
        origins: [...origins],
      },
    ],
    smtp: smtp(ports, 'issuer@symbolon.example'),
  };
}

/** Issuer and kms each have their own settings and sender; here both lead to the local mailbox. */
const smtp = (ports: Ports, from: string) => ({ host, port: ports.smtp, secure: false, from });

function configured(party: PartyName, folder: string, config: unknown): Program {
  const file = join(folder, 'config.json');
  writeJson(file, config);
  return { script: main(party), args: [file] };
}

const main = (party: PartyName) => join(repo, 'parties', party, 'src', 'main.ts');

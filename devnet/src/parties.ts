import { join } from 'node:path';
import type { IssuerConfigInput } from '@symbolon/issuer';
import { anvilCommand } from './chain.ts';
import { dapps } from './dapps.ts';
import { audience } from './deployment.ts';
import { bootedFile, enclaveHost, type SignerIn } from './enclave.ts';
import { type Home, nsmSocket, writeJson } from './home.ts';
import type { KmsHsm } from './hsm.ts';
import type { Ports } from './ports.ts';
import type { ProviderConfig } from './provider/provider.ts';
import { urlsOf } from './urls.ts';

/** Everything that runs, in the order in which it starts; it ends in reverse. */
export const partyNames = [
  'mailbox',
  'chain',
  'dev-nsm',
  'issuer',
  'provider',
  'kms',
  'cloud',
  'signer',
  'web-host',
  'dapp',
  'shop',
] as const;
export type PartyName = (typeof partyNames)[number];

/** What to run for a party: script and arguments. */
export interface Program {
  script: string;
  args: string[];
  /** What the program needs of an environment. */
  env?: Record<string, string>;
}

const repo = join(import.meta.dirname, '..', '..');
const host = '127.0.0.1';

/** The repository: what the signer is measured from. */
export const sourceRoot = repo;

/** Writes each party's own configuration into its own folder. @returns how to start each */
export function programs(
  home: Home,
  ports: Ports,
  more: readonly string[],
  signer: SignerIn,
  hsm: KmsHsm | null,
): Record<PartyName, Program> {
  const urls = urlsOf(ports);
  // The wallet's page calls them all, from its own origin.
  const origins = [urls['web-host'], ...more];
  return {
    mailbox: {
      script: join(import.meta.dirname, 'mailbox', 'main.ts'),
      args: ['--data-dir', home.mailbox, '--http-port', String(ports.mailbox), '--smtp-port', String(ports.smtp)],
    },
    chain: {
      script: join(import.meta.dirname, 'leashed.ts'),
      args: anvilCommand(join(home.chain, 'state.json'), ports.chain),
    },
    'dev-nsm': nsmProgram(
      home,
      nsmSocket(home),
      signer === 'enclave' ? ['--booted', bootedFile(home)] : ['--measure-root', repo],
    ),
    issuer: configured('issuer', home.issuer, issuerConfig(home, ports, origins)),
    provider: {
      script: join(import.meta.dirname, 'provider', 'main.ts'),
      args: [written(join(home.provider, 'config.json'), providerConfig(home, ports))],
    },
    kms: configured('kms', home.kms, {
      dataDir: join(home.kms, 'data'),
      host,
      port: ports.kms,
      deploymentFile: join(home.kms, 'deployment.json'),
      origins,
      smtp: smtp(ports, 'kms@symbolon.example'),
      ...(hsm === null ? {} : { vault: hsm.settings }),
    }),
    cloud: configured('cloud', home.cloud, {
      dataDir: join(home.cloud, 'data'),
      host,
      port: ports.cloud,
      deploymentFile: join(home.cloud, 'deployment.json'),
      origins,
    }),
    signer: signer === 'enclave' ? enclaveHost(home, ports, origins) : signerProcess(home, ports, origins),
    'web-host': configured('web-host', home.webHost, {
      releaseDir: join(home.webHost, 'release'),
      cloudUrl: urls.cloud,
      host,
      port: ports['web-host'],
    }),
    dapp: dapp('dapp', home, ports),
    shop: dapp('shop', home, ports),
  };
}

function signerProcess(home: Home, ports: Ports, origins: readonly string[]): Program {
  return configured('signer', home.signer, {
    host,
    port: ports.signer,
    deploymentFile: join(home.signer, 'deployment.json'),
    nsmSocket: nsmSocket(home),
    origins,
  });
}

/** A security module under this system's development root, told in `measured` what it vouches for. */
export const nsmProgram = (home: Home, socket: string, measured: readonly string[]): Program => ({
  script: main('dev-nsm'),
  args: ['--socket', socket, '--root-dir', join(home.devNsm, 'root'), ...measured],
});

/** Makes a store's keys in its own folder: only their public halves are printed. */
export function initProgram(home: Home, store: 'kms' | 'cloud', hsm: KmsHsm | null = null): Program {
  const program = {
    script: join(repo, 'parties', store, 'src', 'init.ts'),
    args: ['--data-dir', join(home[store], 'data')],
  };
  if (hsm === null) return program;
  return { ...program, args: [...program.args, ...hsm.initArguments], env: hsm.settings.environment };
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
        application: 'web',
        // The command line's, where nobody listens: it is its own user agent. And the page's.
        redirectUris: [`http://${host}/callback`, callback(ports)],
        origins: [...origins],
      },
    ],
    smtp: smtp(ports, 'issuer@symbolon.example'),
  };
}

function providerConfig(home: Home, ports: Ports): ProviderConfig {
  const urls = urlsOf(ports);
  const redirectUris = [callback(ports)];
  return {
    dataDir: home.provider,
    url: urls.provider,
    port: ports.provider,
    clients: [{ id: audience, name: 'Symbolon wallet (development)', redirectUris, origins: [urls['web-host']] }],
  };
}

/** Where the page is sent back to. */
const callback = (ports: Ports): string => `${urlsOf(ports)['web-host']}/callback`;

function dapp(name: 'dapp' | 'shop', home: Home, ports: Ports): Program {
  const { title, id } = dapps[name];
  const urls = urlsOf(ports);
  const options = { name: title, walletUrl: urls['web-host'], appId: id, port: ports[name] };
  const script = join(repo, 'examples', 'dapp', 'src', 'main.ts');
  return { script, args: [written(join(home.dapps, `${name}.json`), options)] };
}

/** Issuer and kms each have their own settings and sender; here both lead to the local mailbox. */
const smtp = (ports: Ports, from: string) => ({ host, port: ports.smtp, secure: false, from });

function configured(party: PartyName, folder: string, config: unknown): Program {
  return { script: main(party), args: [written(join(folder, 'config.json'), config)] };
}

function written(file: string, config: unknown): string {
  writeJson(file, config);
  return file;
}

const main = (party: PartyName) => join(repo, 'parties', party, 'src', 'main.ts');

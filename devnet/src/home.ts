import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DevnetError } from './errors.ts';

/** Where everything of one local system lies. Each party's folder is its own; no party is told of another's. */
export interface Home {
  path: string;
  /** Marks the folder as ours. */
  marker: string;
  ports: string;
  /** While it runs: process id, and where chain and mailbox listen. */
  running: string;
  /** The person's copy of the deployment's roots, for the devices. */
  deployment: string;
  logs: string;
  mailbox: string;
  chain: string;
  devNsm: string;
  issuer: string;
  kms: string;
  cloud: string;
  signer: string;
  provider: string;
  webHost: string;
  dapps: string;
  organisations: string[];
  devices: string;
}

/** sun_path holds 108 bytes on Linux, 104 elsewhere, with its zero. */
const longestSocketPath = 103;

/**
 * Makes the folders of a home (0700). Throws DevnetError `home-foreign` for a folder that holds something else,
 * `home-path-too-long` where a Unix socket does not fit.
 */
export function openHome(path: string): Home {
  const home = homeAt(path);
  if (Buffer.byteLength(nsmSocket(home)) > longestSocketPath) {
    const hint = 'Name a shorter one with --home DIR.';
    throw new DevnetError('home-path-too-long', `${home.path} is too long a path for a Unix socket.`, hint);
  }
  requireOurs(home);
  mkdirSync(home.path, { recursive: true, mode: 0o700 });
  if (!existsSync(home.marker)) writeJson(home.marker, { v: 1 });
  const { logs, mailbox, chain, devNsm, issuer, kms, cloud, signer, provider, webHost, dapps, organisations, devices } =
    home;
  const parties = [issuer, kms, cloud, signer, provider, webHost, dapps];
  const folders = [logs, mailbox, chain, devNsm, ...parties, ...organisations, devices];
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return home;
}

/** Removes a home with everything in it. Throws DevnetError `home-foreign` for a folder that is none. */
export function removeHome(path: string): void {
  const home = homeAt(path);
  requireOurs(home);
  rmSync(home.path, { recursive: true, force: true });
}

export const nsmSocket = (home: Home): string => join(home.devNsm, 'nsm.sock');

/** The object in a JSON file of ours, or null where there is none. */
export function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
}

/** Whole or not at all, for its owner alone. */
export function writeJson(path: string, value: unknown): void {
  const draft = `${path}.tmp`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, path);
}

function homeAt(path: string): Home {
  const at = (...parts: string[]) => join(resolve(path), ...parts);
  return {
    path: at(),
    marker: at('home.json'),
    ports: at('ports.json'),
    running: at('running.json'),
    deployment: at('deployment.json'),
    logs: at('logs'),
    mailbox: at('mailbox'),
    chain: at('chain'),
    devNsm: at('dev-nsm'),
    issuer: at('issuer'),
    kms: at('kms'),
    cloud: at('cloud'),
    signer: at('signer'),
    provider: at('provider'),
    webHost: at('web-host'),
    dapps: at('dapps'),
    organisations: ['a', 'b', 'c'].map((name) => at('organisations', name)),
    devices: at('devices'),
  };
}

// `--fresh` removes a home: a mistyped --home must not cost anyone a folder of theirs.
function requireOurs(home: Home): void {
  if (!existsSync(home.path) || existsSync(home.marker) || readdirSync(home.path).length === 0) return;
  throw new DevnetError(
    'home-foreign',
    `${home.path} holds something that is not a Symbolon home.`,
    'Name another folder with --home DIR; a new or empty one will do.',
  );
}

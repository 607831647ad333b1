import { join } from 'node:path';
import type { Deployment } from '@symbolon/protocol';
import type { ChainInfo } from '@symbolon/protocol/dapp';
import { admitSigner } from './admission.ts';
import { chainUp } from './chain.ts';
import { audience, type IssuerText, makeDeployment, readDeployment } from './deployment.ts';
import { prepareSigner, type SignerIn } from './enclave.ts';
import { DevnetError } from './errors.ts';

import { type Home, openHome, readJson, removeHome, writeJson } from './home.ts';
import { hsmOf, type KmsHsm, vaultUp } from './hsm.ts';

import { initialise } from './initialise.ts';
import { lockHome, requireFree } from './lock.ts';
import { preparePage } from './page.ts';
import { initProgram, type PartyName, partyNames, programs } from './parties.ts';
import { defaultPortBase, fixedPorts, freePorts, type Ports, readPorts, requirePortsFree } from './ports.ts';
import { lastLines, launch, type Running } from './process.ts';
import type { Progress } from './progress.ts';
import { registerDapps } from './registration.ts';
import { type Upgraded, upgradeSigner } from './upgrade.ts';
import { type Urls, urlsOf } from './urls.ts';

export interface DevnetOptions {
  /** Folder that keeps everything; made if need be. */
  home: string;
  /** For a new home; one that exists keeps its ports, since the issuer's address is part of who someone is. */
  ports: 'fixed' | 'free';
  /** First of the fixed ports, less one. Default 4100. */
  portBase?: number;
  /** Removes the home first. */
  fresh: boolean;
  /** Waiting time of statements in a new deployment, seconds. Default 0. */
  waitSeconds?: number;
  /** Further issuers that a new deployment trusts. */
  moreIssuers?: readonly IssuerText[];
  /** Serves the wallet's page as well, with two demo dApps and a second identity provider. Default false: it takes seconds. */
  page?: boolean;
  /** Chains on which the page works beside the local one. */
  moreChains?: readonly ChainInfo[];
  /** Where a new kms keeps its keys: in a file, or in SoftHSM2. Default: a file. A home that exists keeps what it has. */
  vault?: 'embedded' | 'softhsm';
  /** What the signer runs in. Default: a process. */
  signer?: SignerIn;
  /** Web origins that may call the parties (CORS). */
  origins?: readonly string[];
  onProgress?: (progress: Progress) => void;
  /** Gives up between two steps; what runs by then is ended. */
  signal?: AbortSignal;
}

/** A running local system. */
export interface Devnet extends AsyncDisposable {
  home: Home;
  deployment: Deployment;
  urls: Urls;
  /** Process ids of those that run. */
  pids(): Partial<Record<PartyName, number>>;
  /** Ends a process by a signal that ends it, and waits for that. */
  kill(party: PartyName, signal: NodeJS.Signals): Promise<void>;
  /** Starts a party again, after ending it if it runs. Throws DevnetError `party-failed`. */
  restart(party: PartyName): Promise<void>;
  /**
   * Goes over to another enclave image (an EIF) under traffic, or stays with the one that runs: `message` says why. Only where the signer
   * runs in one. Throws EnclaveError `image-malformed`, DevnetError `party-failed`.
   */
  upgradeSigner(image: Uint8Array): Promise<Upgraded>;
  /** Ends all, in reverse order of their start. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Boots the whole system, every party a process of its own, and admits its signer's measurement. Nothing is left running when it
 * throws DevnetError, or `signal`'s reason.
 */
export async function createDevnet(options: DevnetOptions): Promise<Devnet> {
  const tell = options.onProgress ?? (() => undefined);
  const home = await prepare(options);
  const ports = await portsOf(home, options);
  const urls = urlsOf(ports);

  await using undo = new AsyncDisposableStack();
  undo.use(lockHome(home, { pid: process.pid, chain: urls.chain, mailbox: urls.mailbox }));
  const signer = options.signer ?? 'process';
  const measurement = await prepareSigner(home, signer);
  const hsm = hsmOf(home, options.vault ?? 'embedded', readDeployment(home) !== null);
  const fleet = new Fleet(home, programs(home, ports, options.origins ?? [], signer, hsm), urls, tell);
  undo.defer(() => fleet.stop());

  await fleet.start('mailbox', 'chain', 'dev-nsm');
  options.signal?.throwIfAborted();
  const deployment = readDeployment(home) ?? (await newDeployment(home, ports, options, hsm));
  await fleet.start('issuer', 'kms', 'cloud', 'signer');
  options.signal?.throwIfAborted();
  await admitSigner(home, deployment, measurement, tell);
  if (options.page === true) {
    options.signal?.throwIfAborted();
    const { moreChains = [] } = options;
    await Promise.all([preparePage(home, deployment, urls, moreChains, tell), registerDapps(home, deployment, urls)]);
    await fleet.start('provider', 'web-host', 'dapp', 'shop');
  }

  const running = undo.move();
  return {
    home,
    deployment,
    urls,
    pids: () => fleet.pids(),
    kill: (party, signal) => fleet.kill(party, signal),
    restart: (party) => fleet.restart(party),
    upgradeSigner: (image) => upgradeSigner(home, fleet.pidOf('signer'), image, running),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The processes of one home. */
class Fleet {
  readonly #home: Home;
  readonly #programs: ReturnType<typeof programs>;
  readonly #urls: Urls;
  readonly #tell: (progress: Progress) => void;
  readonly #running = new Map<PartyName, Running>();
  /** Those whose end somebody asked for. */
  readonly #ending = new Set<Running>();

  constructor(home: Home, run: ReturnType<typeof programs>, urls: Urls, tell: (progress: Progress) => void) {
    this.#home = home;
    this.#programs = run;
    this.#urls = urls;
    this.#tell = tell;
  }

  /** Starts these side by side, and waits for all, also when one fails: none may slip past {@link stop}. */
  async start(...parties: PartyName[]): Promise<void> {
    const results = await Promise.allSettled(parties.map((party) => this.#start(party)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  pids(): Partial<Record<PartyName, number>> {
    return Object.fromEntries([...this.#running].map(([party, { pid }]) => [party, pid]));
  }

  /** Throws DevnetError `party-failed` where it does not run. */
  pidOf(party: PartyName): number {
    const running = this.#running.get(party);
    if (running !== undefined) return running.pid;
    throw new DevnetError('party-failed', `The ${party} does not run.`, 'Start it first.');
  }

  async kill(party: PartyName, signal: NodeJS.Signals): Promise<void> {
    const running = this.#running.get(party);
    if (running === undefined) return;
    this.#ending.add(running);
    await running.kill(signal);
  }

  async restart(party: PartyName): Promise<void> {
    await this.#stop(party);
    await this.#start(party);
  }

  async stop(): Promise<void> {
    for (const party of partyNames.toReversed()) await this.#stop(party);
  }

  async #start(party: PartyName): Promise<void> {
    const began = performance.now();
    const logFile = join(this.#home.logs, `${party}.log`);
    const running = await launch({ name: party, ...this.#programs[party], logFile });
    this.#running.set(party, running);
    void running.exited.then(({ code, signal }) => {
      if (this.#running.get(party) === running) this.#running.delete(party);
      if (!this.#ending.has(running)) this.#tell({ what: 'ended', party, code, signal, lastLines: lastLines(logFile) });
    });
    if (party === 'chain') await chainUp(this.#urls.chain);
    if (party === 'kms') await vaultUp(this.#urls.kms);
    const url = party === 'dev-nsm' ? 'unix socket' : this.#urls[party];
    this.#tell({ what: 'started', party, url, pid: running.pid, ms: Math.round(performance.now() - began) });
  }

  async #stop(party: PartyName): Promise<void> {
    const running = this.#running.get(party);
    if (running === undefined) return;
    this.#ending.add(running);
    await running.stop();
  }
}

async function newDeployment(
  home: Home,
  ports: Ports,
  options: DevnetOptions,
  hsm: KmsHsm | null,
): Promise<Deployment> {
  const { waitSeconds = 0, onProgress } = options;
  const provider = options.page === true ? [{ url: urlsOf(ports).provider, audience }] : [];
  const moreIssuers = [...provider, ...(options.moreIssuers ?? [])];
  const [kms, cloud] = await Promise.all([
    initialise(initProgram(home, 'kms', hsm)),
    initialise(initProgram(home, 'cloud')),
  ]);
  const rootFile = join(home.devNsm, 'root', 'root.der');
  const deployment = makeDeployment(home, { ports, kms, cloud, rootFile, waitSeconds, moreIssuers });
  onProgress?.({ what: 'made', home: home.path, deployment: deployment.id });
  return deployment;
}

async function prepare({ home: path, fresh }: DevnetOptions): Promise<Home> {
  const home = openHome(path);
  requireFree(home);
  if (!fresh) return home;
  removeHome(path);
  return openHome(path);
}

async function portsOf(home: Home, { ports, portBase }: DevnetOptions): Promise<Ports> {
  const kept = readPorts(home.ports);
  const fixed = fixedPorts(portBase ?? defaultPortBase);
  if (kept !== null && portBase !== undefined && kept.issuer !== fixed.issuer) {
    throw new DevnetError(
      'home-ports',
      `${home.path} was made with port base ${kept.issuer - 1}, and the issuer's address is part of who someone is.`,
      'Leave out --port-base, or begin another home with --home DIR.',
    );
  }
  const chosen = { ...(ports === 'free' ? await freePorts() : fixed), ...kept };
  await requirePortsFree(chosen);
  // Kept only now: where one is taken, another --port-base can still be chosen.
  writeJson(home.ports, chosen);
  return chosen;
}

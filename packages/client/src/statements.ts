import { type AllowedPair, type Deployment, paths, type StatementList, statementListCodec } from '@symbolon/protocol';
import {
  allowedPairs,
  newerList,
  Refusal,
  type SignatureChecks,
  type VerifiedStatement,
  verifyStatements,
} from '@symbolon/verify';
import { ClientError } from './errors.ts';
import { type Parties, readAnswer } from './parties.ts';
import { type DeviceStorage, Stored } from './storage.ts';

/** How long a list that was read serves, ms: a withdrawal counts at a device no later than this. */
const listLife = 60_000;

/** The organisations' statements, verified here and never taken back: what allows a signer (law 12). */
export class Statements {
  readonly #deployment: Deployment;
  readonly #checks: SignatureChecks;
  readonly #parties: Parties;
  readonly #now: () => number;
  readonly #stored: Stored<StatementList>;
  #list: readonly VerifiedStatement[] = [];
  #loaded = false;
  #read = Number.NEGATIVE_INFINITY;

  constructor(
    deployment: Deployment,
    checks: SignatureChecks,
    parties: Parties,
    storage: DeviceStorage,
    now: () => number,
  ) {
    this.#deployment = deployment;
    this.#checks = checks;
    this.#parties = parties;
    this.#now = now;
    this.#stored = new Stored(storage, `${deployment.id}.statements`, statementListCodec);
  }

  /** Pairs that a signer may have now, by the list as last read. */
  allowed(): AllowedPair[] {
    return allowedPairs(this.#list, this.#deployment.waitSeconds, this.#now());
  }

  /** Reads the list again if it is older than that. Throws as {@link refresh}. */
  async fresh(): Promise<void> {
    if (this.#now() - this.#read > listLife) await this.refresh();
  }

  /** Reads the kms's list. Throws ClientError `statements-refused` for a forged, shorter or different one. */
  async refresh(): Promise<void> {
    const begun = this.#now();
    await this.#load();
    const offered = readAnswer('kms', statementListCodec, await this.#parties.get('kms', paths.statements));
    const verified = orRefuse(() =>
      newerList(this.#list, verifyStatements(offered.statements, this.#deployment, this.#checks)),
    );
    if (verified.length > this.#list.length) await this.#stored.write(offered);
    this.#list = verified;
    this.#read = begun;
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    const kept = await this.#stored.read();
    if (kept !== null) {
      this.#list = orRefuse(() => verifyStatements(kept.statements, this.#deployment, this.#checks));
    }
    this.#loaded = true;
  }
}

function orRefuse<T>(verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new ClientError('statements-refused', `The list of statements is not acceptable: ${error.detail}`, {
      party: 'kms',
    });
  }
}

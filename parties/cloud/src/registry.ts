import { verifyEd25519 } from '@symbolon/crypto/native';
import {
  type AppsQuery,
  clockSkew,
  openStatement,
  type RegisteredApp,
  type Registration,
  registrationStatement,
  requestLife,
  type Signed,
} from '@symbolon/protocol';
import { type Database, type GroupCommit, ServiceError } from '@symbolon/service';

/** Tables of the registry. A nonce stays for good: what was once said can never be said again. */
export const registryTables = `
  CREATE TABLE apps (id TEXT PRIMARY KEY, name TEXT NOT NULL, icon TEXT, chains TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE app_origins (
    origin TEXT PRIMARY KEY,
    app TEXT NOT NULL REFERENCES apps (id) ON DELETE CASCADE,
    position INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX app_origins_of ON app_origins (app, position);
  CREATE TABLE registrations (nonce BLOB PRIMARY KEY) WITHOUT ROWID;
`;

const maximumApps = 10_000;
const pageLength = 50;

export interface RegistryOptions {
  database: Database;
  commit: GroupCommit;
  /** Deployment id: what was signed for one registry changes no other. */
  deployment: string;
  /** The operator's public key; null: nobody can change anything. Asked each time: a key may be made while the cloud runs. */
  operator: () => Uint8Array | null;
  now: () => number;
}

/** Which dApps the operator vouches for: whose dialog may be framed where, under which name. */
export class Registry {
  readonly #options: RegistryOptions;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Apps of a query, in the order of their ids. */
  find({ id, origin, after }: AppsQuery): RegisteredApp[] {
    if (origin !== undefined) {
      const owner = this.#ownerOf(origin);
      return owner === undefined ? [] : this.find({ id: owner });
    }
    const { database } = this.#options;
    const rows =
      id === undefined
        ? database.statement('SELECT * FROM apps WHERE id > ? ORDER BY id LIMIT ?').all(after ?? '', pageLength)
        : database.statement('SELECT * FROM apps WHERE id = ?').all(id);
    return rows.map((row) => this.#app(row));
  }

  /** Whether some app has this origin. */
  knows(origin: string): boolean {
    return this.#ownerOf(origin) !== undefined;
  }

  /**
   * Does what the operator has signed, once. Throws ServiceError `registration-refused`, `registration-expired`, `origin-taken`,
   * `app-unknown`, `registry-full`.
   */
  async change(signed: Signed): Promise<Record<string, never>> {
    const { action, nonce } = this.#open(signed);
    await this.#options.commit.submit((database) => {
      const used = database.statement('INSERT INTO registrations (nonce) VALUES (?) ON CONFLICT DO NOTHING').run(nonce);
      if (Number(used.changes) === 0) throw refused('was used before');
      if (action.do === 'remove') remove(database, action.id);
      else add(database, action.app);
    });
    return {};
  }

  #open(signed: Signed): Registration {
    const { operator, deployment, now } = this.#options;
    const key = operator();
    const said = key === null ? null : openStatement(registrationStatement, signed, key, verifyEd25519);
    if (said === null) throw refused("is not signed by the operator's key");
    if (said.deployment !== deployment) throw refused('is for another deployment');
    const left = said.expires - now();
    if (left <= 0 || left > requestLife + clockSkew) throw expired();
    return said;
  }

  #ownerOf(origin: string): string | undefined {
    const row = this.#options.database.statement('SELECT app FROM app_origins WHERE origin = ?').get(origin);
    return row === undefined ? undefined : String(row['app']);
  }

  #app(row: Record<string, unknown>): RegisteredApp {
    const sql = 'SELECT origin FROM app_origins WHERE app = ? ORDER BY position';
    const id = String(row['id']);
    return {
      id,
      name: String(row['name']),
      icon: row['icon'] as string | null,
      origins: this.#options.database
        .statement(sql)
        .all(id)
        .map((one) => String(one['origin'])),
      chains: JSON.parse(String(row['chains'])),
    };
  }
}

function add(database: Database, { id, name, icon, origins, chains }: RegisteredApp): void {
  for (const origin of origins) {
    const owner = database.statement('SELECT app FROM app_origins WHERE origin = ? AND app <> ?').get(origin, id);
    // Two apps of one origin: which of them would the person be told?
    if (owner !== undefined) throw taken(origin, String(owner['app']));
  }
  database.statement('DELETE FROM apps WHERE id = ?').run(id);
  const count = Number(database.statement('SELECT count(*) AS n FROM apps').get()?.['n']);
  if (count >= maximumApps) throw full();
  const row = [id, name, icon, JSON.stringify(chains)] as const;
  database.statement('INSERT INTO apps (id, name, icon, chains) VALUES (?, ?, ?, ?)').run(...row);
  for (const [position, origin] of origins.entries()) {
    const sql = 'INSERT INTO app_origins (origin, app, position) VALUES (?, ?, ?)';
    database.statement(sql).run(origin, id, position);
  }
}

function remove(database: Database, id: string): void {
  const removed = database.statement('DELETE FROM apps WHERE id = ?').run(id);
  if (Number(removed.changes) === 0) throw unknown(id);
}

const refused = (why: string) =>
  new ServiceError({
    status: 403,
    code: 'registration-refused',
    message: `This change of the registry ${why}.`,
    hint: 'Make it anew with `symbolon apps`, with the key whose public half this cloud has.',
  });

const expired = () =>
  new ServiceError({
    status: 401,
    code: 'registration-expired',
    message: 'This change of the registry is not of now.',
    hint: 'Make it anew, and check this clock.',
  });

const taken = (origin: string, app: string) =>
  new ServiceError({
    status: 409,
    code: 'origin-taken',
    message: `${origin} belongs to the app ${app}.`,
    hint: `Remove it there first: symbolon apps remove ${app}`,
  });

const unknown = (id: string) =>
  new ServiceError({
    status: 404,
    code: 'app-unknown',
    message: `There is no app ${id}.`,
    hint: 'See them all: symbolon apps list',
  });

const full = () =>
  new ServiceError({
    status: 409,
    code: 'registry-full',
    message: `There are ${maximumApps} apps already.`,
    hint: 'Remove those that nobody uses.',
  });

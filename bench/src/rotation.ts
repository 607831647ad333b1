import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { concat, equal, join as joinShares, Secret, split, utf8 } from '@symbolon/crypto';
import { publicKeyEd25519, publicKeySecp256k1, SigningKey, verifyEd25519 } from '@symbolon/crypto/native';
import {
  addressOf,
  type Curve,
  codec,
  curvesInOrder,
  type Deed,
  deedCodec,
  deedHash,
  deedVersion,
  openStatement,
  type PublicKeys,
  paths,
  type RotationReport,
  rotationReportStatement,
  type Store,
  signedCodec,
  statementBodyCodec,
  statementCodec,
  statementListCodec,
  tagged,
} from '@symbolon/protocol';
import { readBytes, statementHash } from '@symbolon/verify';
import { EmbeddedVault, loadKeys } from '../../packages/share-store/src/index.ts';
import { moment, perSignature, takenByOthers } from './cpu.ts';
import type { World } from './world.ts';

export interface RotationFindings {
  wallets: number;
  /** From the first wallet that flipped to the last, ms. */
  ms: number;
  walletsPerSecond: number;
  /** Processor time of each store for one wallet, us: what the rate comes to on a machine that does nothing else. */
  microseconds: { kms: number; cloud: number };
  /** Cores' worth of processor time that others took meanwhile. */
  takenByOthers: number;
  /** Wallets whose new pair was joined and made the wallet's keys, in both curves. */
  checked: number;
}

type Devnet = World['devnet'];
const stores = ['kms', 'cloud'] as const;
const versionCodec = codec('deedVersion', deedVersion);
const sample = 100;

/**
 * Rotation of everyone over the real processes: `count` wallets lie in both stores (put there while these are down), a statement of
 * two organisations orders it, as fast as it goes. Throws Error where a new pair does not make its wallet's keys.
 */
export async function measureRotation({ devnet }: World, count: number): Promise<RotationFindings> {
  for (const store of stores) await devnet.kill(store, 'SIGTERM');
  const loaded = await loadWallets(devnet, count);
  for (const store of stores) await devnet.restart(store);

  const before = await moment(devnet);
  const number = await order(devnet);
  let report = await reportOf(devnet, number);
  for (; report.state !== 'done'; report = await reportOf(devnet, number)) await sleep(500);
  const after = await moment(devnet);
  // The kms flips first, the cloud follows.
  await sleep(2_000);
  const step = Math.max(1, Math.floor(count / sample));
  let checked = 0;
  for (let index = 0; index < count; index += step, checked += 1) await checkPair(devnet, loaded[index]);
  const ms = (report.last ?? 0) - (report.first ?? 0);
  const { kms, cloud } = perSignature(before, after, report.rotated);
  return {
    wallets: report.rotated,
    ms,
    walletsPerSecond: Math.round((report.rotated * 1_000) / ms),
    microseconds: { kms: Math.round(kms), cloud: Math.round(cloud) },
    takenByOthers: Number(takenByOthers(before, after).toFixed(2)),
    checked,
  };
}

interface Loaded {
  id: Uint8Array;
  keys: PublicKeys;
}

const fileOf = ({ home }: Devnet, store: Store) => join(home[store], 'data', `${store}.sqlite`);
const vaultOf = ({ home }: Devnet, store: Store) => new EmbeddedVault(loadKeys(join(home[store], 'data')).root);
const contextOf = ({ deployment }: Devnet, store: Store, { id }: Loaded, epoch: number) =>
  concat(utf8(`${deployment.id}/${store}/${epoch}/`), id);

async function loadWallets(devnet: Devnet, count: number): Promise<Loaded[]> {
  const sides = stores.map((store) => ({
    store,
    vault: vaultOf(devnet, store),
    database: new DatabaseSync(fileOf(devnet, store)),
  }));
  const loaded: Loaded[] = [];
  for (const { database } of sides) database.exec('BEGIN');
  for (let index = 0; index < count; index += 1) {
    const secrets = { secp256k1: Secret.random(32), ed25519: Secret.random(32) };
    const keys = { secp256k1: publicKeySecp256k1(secrets.secp256k1), ed25519: publicKeyEd25519(secrets.ed25519) };
    const body = deedCodec.encode(deedOf(devnet, keys));
    const one = { id: deedHash(body), keys };
    loaded.push(one);
    const halves = { secp256k1: split(secrets.secp256k1), ed25519: split(secrets.ed25519) };
    for (const { store, vault, database } of sides) {
      const sql = `INSERT INTO wallets (id, state, person, salt, epoch, head, made) VALUES (?, 'active', ?, ?, 1, ?, ?)`;
      database.prepare(sql).run(one.id, randomBytes(32), randomBytes(32), one.id, Date.now() - 60_000);
      const version = versionCodec.encode({ body, authority: { by: 'creation' } });
      database.prepare('INSERT INTO deeds (wallet, number, version) VALUES (?, 1, ?)').run(one.id, version);
      const context = contextOf(devnet, store, one, 1);
      const key = await vault.createKey(context);
      database.prepare('INSERT INTO share_keys (wallet, epoch, wrapped) VALUES (?, 1, ?)').run(one.id, key);
      for (const curve of curvesInOrder) {
        const sealed = await vault.protect(key, context, curve, halves[curve][store === 'kms' ? 'a' : 'b']);
        const insert = 'INSERT INTO shares (wallet, epoch, curve, sealed) VALUES (?, 1, ?, ?)';
        database.prepare(insert).run(one.id, curve, sealed);
      }
    }
  }
  for (const { database } of sides) {
    database.exec('COMMIT');
    database.close();
  }
  return loaded;
}

function deedOf({ deployment }: Devnet, keys: PublicKeys): Deed {
  const random = () => new Uint8Array(randomBytes(32));
  const device = {
    key: new Uint8Array(randomBytes(64)),
    name: 'fixture',
    added: 1,
    how: 'creation',
    origin: null,
  } as const;
  const head = { v: 1, deployment: deployment.id, number: 1, previous: null, salt: random(), keys } as const;
  return {
    ...head,
    made: { how: 'created', at: 1 },
    identity: random(),
    mailbox: null,
    devices: [device],
    revoked: [],
  };
}

/** A statement by as many organisations as it takes, at the highest rate; resolves with its number. */
async function order({ deployment, home }: Devnet): Promise<number> {
  const { statements } = statementListCodec.decode(await ask(addressOf(deployment.kms.url, paths.statements)));
  const last = statements.at(-1);
  const body = statementBodyCodec.encode({
    v: 1,
    deployment: deployment.id,
    number: statements.length + 1,
    previous: last === undefined ? null : statementHash(last.statement.body),
    made: Date.now(),
    decision: { what: 'rotate-all', rate: 10_000, canaries: [], lockHours: 72, note: 'measured' },
  });
  const signatures = home.organisations.slice(0, deployment.threshold).map((folder) => {
    using seed = Secret.take(new Uint8Array(readFileSync(join(folder, 'organisation.key'))));
    const key = SigningKey.fromSeed(seed);
    return { organisation: key.publicKey, signature: key.sign(tagged('statement', body)) };
  });
  await ask(addressOf(deployment.kms.url, paths.statements), statementCodec.encode({ body, signatures }));
  return statements.length + 1;
}

async function reportOf({ deployment }: Devnet, number: number): Promise<RotationReport> {
  const body = await ask(`${addressOf(deployment.kms.url, paths.rotationReport)}?number=${number}`);
  const report = openStatement(
    rotationReportStatement,
    signedCodec.decode(body),
    deployment.kms.signing,
    verifyEd25519,
  );
  if (report === null) throw new Error('the kms did not sign its report');
  return report;
}

async function ask(url: string, body?: Uint8Array): Promise<Uint8Array> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/cbor' },
    body: body as Uint8Array<ArrayBuffer>,
  };
  const response = await fetch(url, body === undefined ? {} : request);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return readBytes(response, 1_048_576);
}

async function checkPair(devnet: Devnet, one: Loaded | undefined): Promise<void> {
  if (one === undefined) return;
  for (const curve of curvesInOrder) {
    using a = await readShare(devnet, 'kms', one, curve);
    using b = await readShare(devnet, 'cloud', one, curve);
    using key = joinShares(a, b);
    const point = curve === 'ed25519' ? publicKeyEd25519(key) : publicKeySecp256k1(key);
    if (!equal(point, one.keys[curve] ?? new Uint8Array()))
      throw new Error(`a new pair does not make its ${curve} key`);
  }
}

async function readShare(devnet: Devnet, store: Store, one: Loaded, curve: Curve): Promise<Secret> {
  using database = new DatabaseSync(fileOf(devnet, store), { readOnly: true });
  const row = database
    .prepare(
      `SELECT w.epoch, k.wrapped, s.sealed FROM wallets w
     JOIN share_keys k ON k.wallet = w.id AND k.epoch = w.epoch
     JOIN shares s ON s.wallet = w.id AND s.epoch = w.epoch AND s.curve = ? WHERE w.id = ?`,
    )
    .get(curve, one.id);
  const [epoch, wrapped, sealed] = [Number(row?.['epoch']), row?.['wrapped'], row?.['sealed']];
  if (epoch < 2) throw new Error(`the ${store} has not turned a wallet`);
  return vaultOf(devnet, store).open(
    wrapped as Uint8Array,
    contextOf(devnet, store, one, epoch),
    curve,
    sealed as Uint8Array,
  );
}

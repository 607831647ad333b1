import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digest } from '@symbolon/chains/evm';
import { Secret } from '@symbolon/crypto';
import {
  hpkeXWing,
  openAtRest,
  publicKeySecp256k1,
  SigningKey,
  sealAtRest,
  signEs256,
  signSecp256k1,
  verifyEd25519,
  verifyEs256,
  verifySecp256k1,
} from '@symbolon/crypto/native';
import { GroupCommit, openDatabase } from '@symbolon/service';
import type { Payer } from './cpu.ts';
import { pointOf } from './deviceKey.ts';
import { transferOf } from './transfer.ts';

/** A primitive that one signature cannot do without: how often it occurs at whom, and what one takes here and now. */
export interface Primitive {
  name: string;
  times: Partial<Record<Payer, number>>;
  micros: number;
}

/** Sizes of one signature's messages, bytes: the padded request and answer, the proof's input, a share's frame, a receipt. */
const sizes = { request: 5_120, answer: 1_024, proof: 480, share: 700, receipt: 560 } as const;
/** Outcomes are signed and verified once for this many signatures. */
const outcomes = 1 / 64;
/** Shares that one encapsulation between a store and a signer serves. */
const encapsulations = 1 / 256;

/** Times every primitive over the code that the parties run, on one core; what the others do meanwhile is the caller's choice. */
export async function measureFloor(): Promise<Primitive[]> {
  return [...measureCryptography(), await durableInsert()];
}

/** Those without the store. */
export function measureCryptography(): Primitive[] {
  return [...signatures(), ...seals(), ...storage()];
}

/** What one signature costs at least: at one payer, or at all. Microseconds. */
export function floorOf(primitives: readonly Primitive[], payer: Payer): number {
  return primitives.reduce((sum, { times, micros }) => sum + (times[payer] ?? 0) * micros, 0);
}

function signatures(): Primitive[] {
  const proof = new Uint8Array(sizes.proof);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = pointOf(publicKey);
  const es256 = signEs256(privateKey, proof);

  using store = SigningKey.generate();
  const said = new Uint8Array(sizes.receipt);
  const ed25519 = store.sign(said);

  using key = Secret.random(32);
  const expectedPublicKey = publicKeySecp256k1(key);
  const transfer = transferOf(1);
  const hash = digest(transfer);
  const { signature } = signSecp256k1({ key, expectedPublicKey, digest: hash });

  return [
    primitive('ES256 sign (proof)', { device: 3 }, () => signEs256(privateKey, proof)),
    primitive('ES256 verify', { cloud: 1, signer: 1, kms: 1 }, () => verifyEs256(point, proof, es256)),
    primitive('Ed25519 sign', { cloud: 1, kms: 2, signer: outcomes }, () => store.sign(said)),
    primitive('Ed25519 verify', { signer: 2, device: 1, kms: outcomes, cloud: outcomes }, () =>
      verifyEd25519(store.publicKey, said, ed25519),
    ),
    primitive('EIP-1559 encode + keccak-256', { signer: 1, device: 1 }, () => digest(transfer)),
    primitive('secp256k1 P-check, sign, verify', { signer: 1 }, () =>
      signSecp256k1({ key, expectedPublicKey, digest: hash }),
    ),
    primitive('secp256k1 verify', { device: 1 }, () => verifySecp256k1(expectedPublicKey, hash, signature)),
  ];
}

function seals(): Primitive[] {
  const info = new Uint8Array(40);
  const aad = new Uint8Array(32);
  using recipient = hpkeXWing.generate();
  const seal = (length: number) => hpkeXWing.seal(recipient.publicKey, info, aad, new Uint8Array(length));
  const answer = new Uint8Array(sizes.answer);
  using sequence = hpkeXWing.sequence(recipient.publicKey, info);
  const share = new Uint8Array(sizes.share);
  const sealedShare = sequence.seal(aad, share);
  const { sealed: small } = seal(0);
  const { sealed: request } = seal(sizes.request);
  const sealReply = () => recipient.open(request, info, aad).reply;
  const openReply = () => {
    const { sealed, reply } = seal(sizes.request);
    return { reply, answer: recipient.open(sealed, info, aad).reply.sealReply(aad, answer) };
  };
  return [
    primitive('X-Wing encapsulate', { cloud: encapsulations, kms: encapsulations }, () => {
      using _ = hpkeXWing.sequence(recipient.publicKey, info);
    }),
    primitive('share seal', { cloud: 1, kms: 1 }, () => sequence.seal(aad, share)),
    primitive('share open', { signer: 2 }, () => recipient.openSequenced(sealedShare, info, aad)),
    primitive('X-Wing seal, request', { device: 1 }, () => seal(sizes.request)),
    primitive('X-Wing decapsulate', { signer: 2 * encapsulations }, () => {
      const { plaintext, reply } = recipient.open(small, info, aad);
      plaintext.wipe();
      reply[Symbol.dispose]();
    }),
    primitive('X-Wing open, request', { signer: 1 }, () => recipient.open(request, info, aad)),
    prepared('ChaCha20-Poly1305 reply seal', { signer: 1 }, sealReply, (reply) => reply.sealReply(aad, answer)),
    prepared('ChaCha20-Poly1305 reply open', { device: 1 }, openReply, ({ reply, answer: sealed }) =>
      reply.openReply(aad, sealed),
    ),
  ];
}

function storage(): Primitive[] {
  using key = Secret.random(32);
  using share = Secret.random(32);
  const place = new Uint8Array(80);
  const sealed = sealAtRest(key, place, share);
  return [
    primitive('XChaCha20-Poly1305 open at rest (key, share)', { cloud: 2, kms: 2 }, () =>
      openAtRest(key, place, sealed),
    ),
  ];
}

/** One row's share of a commit that is on the disk when it returns; processor time, not the wait for the disk. */
async function durableInsert(): Promise<Primitive> {
  const folder = mkdtempSync(join(tmpdir(), 'symbolon-floor-'));
  const database = openDatabase(join(folder, 'floor.sqlite'), [
    'CREATE TABLE log (place INTEGER PRIMARY KEY, body BLOB);',
  ]);
  const commit = new GroupCommit(database);
  const body = new Uint8Array(sizes.receipt);
  const together = 32;
  const insert = () => commit.submit(({ statement }) => statement('INSERT INTO log (body) VALUES (?)').run(body));
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 40; round += 1) {
    const { user, system } = process.cpuUsage();
    await Promise.all(Array.from({ length: together }, insert));
    const used = process.cpuUsage();
    best = Math.min(best, (used.user + used.system - user - system) / together);
  }
  commit.close();
  database.close();
  rmSync(folder, { recursive: true });
  return { name: `durable insert, ${together} a commit`, times: { kms: 1 }, micros: best };
}

const primitive = (name: string, times: Primitive['times'], work: () => unknown) =>
  prepared(name, times, () => undefined, work);

/** The best of several batches: whatever else runs here only ever adds. */
function prepared<T>(
  name: string,
  times: Primitive['times'],
  prepare: () => T,
  work: (input: T) => unknown,
): Primitive {
  const batch = 100;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 12; round += 1) {
    const inputs = Array.from({ length: batch }, prepare);
    const began = performance.now();
    for (const input of inputs) work(input);
    best = Math.min(best, ((performance.now() - began) * 1_000) / batch);
  }
  return { name, times, micros: best };
}

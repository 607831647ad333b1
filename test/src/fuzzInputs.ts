import { Secret, toBase64url, utf8 } from '@symbolon/crypto';
import {
  decodeData,
  deploymentSchema,
  encodeData,
  ProtocolError,
  parseProof,
  unpackKeep,
  unpackShare,
  unpad,
} from '@symbolon/protocol';
import { DeedVerifier, ProofVerifier, Refusal, TokenVerifier } from '@symbolon/verify';
import * as fc from 'fast-check';
import { safeParse } from 'valibot';
import { allCodecs, messages } from '../../packages/protocol/src/testing.ts';
import { checks, filled, makeWallet, makeWorld, TestDevice } from '../../packages/verify/src/testing.ts';

/** Longest that one input may take, ms: far above what a busy machine adds, far below what an attacker would want. */
const maximumMs = 1_000;
const samplesEach = 12;

/** What a decoder made of an input: a message, or a refusal that it may give. Anything else it throws is a fault. */
type Target = (input: Uint8Array) => unknown;

/** How many inputs each decoder was given, how many of them it took, and the slowest of all (ms). */
export interface Report {
  inputs: number;
  accepted: number;
  refused: number;
  slowestMs: number;
}

/**
 * Mutates valid messages, proofs, tokens and random bytes, and gives them to every decoder that strangers reach. Throws Error
 * naming decoder and input (hex) for a fault that is neither a ProtocolError nor a Refusal, and for an input that takes over a
 * second. The same seed and count give the same inputs, but for the keys of the tokens.
 */
export async function run(seed: number, count: number): Promise<Report> {
  const random = generator(seed);
  const { targets, corpus } = await prepare(seed);
  const names = [...targets.keys()];
  const report: Report = { inputs: 0, accepted: 0, refused: 0, slowestMs: 0 };
  for (; report.inputs < count; report.inputs++) {
    const name = pick(random, names);
    const input = mutated(random, corpus, pick(random, corpus.get(name) ?? []));
    const started = performance.now();
    const accepted = await accepts(name, targets.get(name) ?? unpad, input);
    report[accepted ? 'accepted' : 'refused'] += 1;
    report.slowestMs = Math.max(report.slowestMs, performance.now() - started);
    if (report.slowestMs > maximumMs) throw new Error(`${name} took ${report.slowestMs} ms: ${hexOf(input)}`);
  }
  return report;
}

async function accepts(name: string, target: Target, input: Uint8Array): Promise<boolean> {
  try {
    const value = await target(input);
    return value !== null;
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof Refusal) return false;
    throw new Error(`${name} fails with ${String(error)}: ${hexOf(input)}`, { cause: error });
  }
}

/** Every decoder, and valid inputs to begin from. */
async function prepare(seed: number) {
  const targets = new Map<string, Target>();
  const corpus = new Map<string, Uint8Array[]>();
  const add = (name: string, target: Target, samples: readonly Uint8Array[]) => {
    targets.set(name, target);
    corpus.set(name, [...samples]);
  };
  for (const codec of allCodecs) {
    const samples = fc.sample(messages(codec), { seed, numRuns: samplesEach }).map((value) => codec.encode(value));
    add(codec.name, (input) => codec.decode(input), samples);
  }
  const intents = fc.sample(fc.object({ withBigInt: true, withNullPrototype: false }), { seed, numRuns: samplesEach });
  add(
    'intent',
    (input) => decodeData('intent', input),
    intents.map((value) => encodeData(JSON.parse(plain(value)))),
  );
  add('padding', unpad, [new Uint8Array(2_048), new Uint8Array(5_120)]);
  add('share', (input) => unpackShare(Secret.take(input), filled(32, 1), checks.ed25519), [filled(200, 0)]);
  add('opening', (input) => unpackKeep(Secret.take(input)), [filled(120, 0)]);
  add('deployment', (input) => parsedDeployment(input), [utf8('{"v":1,"id":"fuzz","mode":"development"}')]);
  await addVerifiers(add);
  return { targets, corpus };
}

async function addVerifiers(add: (name: string, target: Target, samples: readonly Uint8Array[]) => void) {
  const world = await makeWorld();
  const { clock, deployment, issuer } = world;
  const device = new TestDevice();
  const text = (input: Uint8Array) => new TextDecoder().decode(input);

  const claims = {
    htu: 'https://kms.example',
    iat: clock.at / 1_000,
    ath: filled(32, 1),
    rh: filled(32, 2),
    msg: filled(32, 3),
  };
  const proofs = [utf8(device.proof(claims)), utf8(new TestDevice().proof(claims))];
  const verifier = new ProofVerifier(checks, clock.now);
  const expected = { htu: claims.htu, token: '', rh: claims.rh, message: new Uint8Array() };
  add('proof', (input) => parseProof(text(input)), proofs);
  add('proof, verified', (input) => verifier.verify(text(input), expected), proofs);

  const tokens = new TokenVerifier(deployment.issuers, clock.now);
  add('token', (input) => tokens.verify(text(input)), [
    utf8(await issuer.token('alice', device)),
    utf8(await issuer.token('bob', null, { aud: ['wallet', 'x'], azp: 'wallet' })),
    utf8(`${toBase64url(utf8('{"alg":"none"}'))}.${toBase64url(utf8(`{"iss":"${issuer.url}"}`))}.`),
  ]);

  const roots = { deployment: deployment.id, kms: deployment.kms.signing, cloud: deployment.cloud.signing };
  const deeds = new DeedVerifier(roots, checks);
  const { id, first } = makeWallet(world, device, 'alice');
  add('deed', (input) => deeds.verify(id, [{ ...first, body: input }]), [first.body]);
}

function parsedDeployment(input: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(input));
  } catch {
    return null;
  }
  return safeParse(deploymentSchema, value).success ? value : null;
}

/** Bytes that decoders stumble over: CBOR's heads of great and indefinite length, tags, floats, base64url's ends, JSON's marks. */
const tokens = [
  [0xff],
  [0x00],
  [0x9f],
  [0xbf],
  [0x5f],
  [0x7f],
  [0xf7],
  [0xf6],
  [0xf9, 0x7e, 0x00],
  [0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
  [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x9b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
  [0xba, 0xff, 0xff, 0xff, 0xff],
  [0xc2, 0x58, 0x40],
  [0xc1],
  [0xd9, 0xd9, 0xf7],
  [0x69, ...utf8('__proto__')],
  [0x6b, ...utf8('constructor')],
  [0xed, 0xa0, 0x80],
  [0xc3, 0x28],
  [...utf8('.')],
  [...utf8('=')],
  [...utf8('"')],
  [...utf8('{"a":')],
  [...utf8('\\ud800')],
  [...utf8('1e999')],
];

function mutated(random: () => number, corpus: ReadonlyMap<string, Uint8Array[]>, from: Uint8Array): Uint8Array {
  if (random() < 0.02) return bytes(random, Math.floor(random() * 300));
  if (random() < 0.01) return filled(100_000, pick(random, [0x81, 0xa1, 0xc1, 0xd8, 0x5b, 0x7b, 0x22]));
  let out = Uint8Array.from(from);
  for (let rounds = 1 + Math.floor(random() * 3); rounds > 0; rounds--) {
    const at = Math.floor(random() * (out.length + 1));
    const span = Math.floor(random() * Math.min(40, out.length + 1));
    const rest = out.subarray(at);
    switch (Math.floor(random() * 7)) {
      case 0:
        if (at < out.length) out[at] = (out[at] ?? 0) ^ (1 << Math.floor(random() * 8));
        break;
      case 1:
        if (at < out.length) out[at] = Math.floor(random() * 256);
        break;
      case 2:
        out = out.slice(0, at);
        break;
      case 3:
        out = joined(out.subarray(0, at), rest.subarray(span));
        break;
      case 4:
        out = joined(out.subarray(0, at), rest.subarray(0, span), rest);
        break;
      case 5:
        out = joined(out.subarray(0, at), Uint8Array.from(pick(random, tokens)), rest.subarray(random() < 0.5 ? 0 : 1));
        break;
      default: {
        const other = pick(random, pick(random, [...corpus.values()]));
        out = joined(out.subarray(0, at), other.subarray(Math.floor(random() * other.length)), rest.subarray(span));
      }
    }
  }
  return out;
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));
const bytes = (random: () => number, length: number) => Uint8Array.from({ length }, () => Math.floor(random() * 256));
const hexOf = (input: Uint8Array) => Buffer.from(input).toString('hex').slice(0, 2_000);
const plain = (value: unknown) =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) ?? 'null';

function pick<T>(random: () => number, from: readonly T[]): T {
  const item = from[Math.floor(random() * from.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** xorshift32: the same numbers for the same seed, from 0 to below 1. */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { fromBase64url, sha256, toBase64url, utf8 } from '@symbolon/crypto';
import { signEs256 } from '@symbolon/crypto/native';
import {
  addressOf,
  assembleProof,
  authorisedCodec,
  type Codec,
  digest,
  type paths,
  proofInput,
  type Store,
  thumbprint,
} from '@symbolon/protocol';
import { type Answer, post } from './http.ts';
import type { Claims } from './testIssuer.ts';
import type { World } from './world.ts';

export type Path = (typeof paths)[keyof typeof paths];

/** A device key whose private half a test holds. */
export interface DeviceKey {
  point: Uint8Array;
  /** What a token's nonce must be to enrol it. */
  nonce: string;
  sign(message: Uint8Array): Uint8Array;
}

export function newDeviceKey(): DeviceKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = pointOf(privateKey);
  return { point, nonce: toBase64url(thumbprint(point)), sign: (message) => signEs256(privateKey, message) };
}

/** What a proof names, every field open to a liar. */
export interface Proven {
  htu: string;
  token: string;
  rh: Uint8Array;
  message: Uint8Array;
  jti?: string;
  /** s */
  iat?: number;
}

export function prove(key: DeviceKey, { htu, token, rh, message, jti, iat }: Proven): string {
  const input = proofInput(key.point, {
    jti: jti ?? toBase64url(randomBytes(16)),
    htu,
    iat: iat ?? Math.floor(Date.now() / 1_000),
    ath: sha256(utf8(token)),
    rh,
    msg: sha256(message),
  });
  return assembleProof(input, key.sign(utf8(input)));
}

/** A person at the test issuer, and one device of theirs: honest, unless a test makes it lie. */
export class Hand {
  readonly world: World;
  readonly subject: string;
  readonly email: string | undefined;
  readonly key: DeviceKey;
  #token = { text: '', until: 0 };

  constructor(world: World, who: { subject?: string; email?: string } = {}, key: DeviceKey = newDeviceKey()) {
    this.world = world;
    this.subject = who.subject ?? toBase64url(randomBytes(12));
    this.email = who.email;
    this.key = key;
  }

  /** A sign-in of just now for this device's key; a new one wherever `claims` says something else. */
  async token(claims?: Partial<Claims>): Promise<string> {
    if (claims === undefined && this.#token.until > Date.now()) return this.#token.text;
    const mailbox = this.email === undefined ? {} : { email: this.email, email_verified: true };
    const text = await this.world.issuer.mint({ sub: this.subject, nonce: this.key.nonce, ...mailbox, ...claims });
    if (claims === undefined) this.#token = { text, until: Date.now() + 60_000 };
    return text;
  }

  /** What every message begins with. */
  head<const K extends string>(kind: K) {
    return { v: 1, deployment: this.world.deployment.id, kind, expires: Date.now() + 120_000 } as const;
  }

  /** A message under token and proof, as it travels. */
  async authorised<T>(store: Store, path: Path, codec: Codec<T>, message: T, using: Using = {}): Promise<Uint8Array> {
    const bytes = codec.encode(message);
    const token = using.token ?? (await this.token());
    const htu = addressOf(this.world.deployment[store].url, path);
    const rh = using.rh ?? digest('request', bytes);
    const proof = prove(using.key ?? this.key, { htu, token, rh, message: bytes });
    return authorisedCodec.encode({ message: bytes, token, proof });
  }

  async ask<T>(store: Store, path: Path, codec: Codec<T>, message: T, using: Using = {}): Promise<Answer> {
    const body = await this.authorised(store, path, codec, message, using);
    return post(addressOf(this.world.deployment[store].url, path), body);
  }
}

/** What is used in place of the device's own. */
export interface Using {
  token?: string;
  key?: DeviceKey;
  rh?: Uint8Array;
}

function pointOf(privateKey: KeyObject): Uint8Array {
  const { x, y } = privateKey.export({ format: 'jwk' });
  const point = new Uint8Array(64);
  point.set(fromBase64url(x ?? ''), 0);
  point.set(fromBase64url(y ?? ''), 32);
  return point;
}

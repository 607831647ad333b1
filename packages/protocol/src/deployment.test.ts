import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toBase64url } from '@symbolon/crypto';
import * as v from 'valibot';
import { deploymentSchema, signerConfigurationOf } from './deployment.ts';
import { configurationHash } from './signerKeys.ts';

const key = (length: number, byte: number) => toBase64url(new Uint8Array(length).fill(byte));
const organisation = (byte: number) => ({ name: `organisation ${byte}`, key: key(32, byte) });
const store = (byte: number) => ({ url: 'https://store.example', signing: key(32, byte), sealing: key(1_216, byte) });
const file = {
  v: 1,
  id: 'test-file',
  mode: 'production',
  attestationRoots: ['AAAA'],
  organisations: [organisation(1), organisation(2), organisation(3)],
  threshold: 2,
  waitSeconds: 0,
  issuers: [{ url: 'https://issuer.example', audience: 'wallet' }],
  kms: store(4),
  cloud: store(5),
  signer: { url: 'https://signer.example' },
};
const accepts = (value: unknown) => v.safeParse(deploymentSchema, value).success;

describe('a deployment file', () => {
  it('gives the keys as bytes', () => {
    const { kms, organisations } = v.parse(deploymentSchema, file);
    assert.deepEqual(kms.signing, new Uint8Array(32).fill(4));
    assert.equal(kms.sealing.length, 1_216);
    assert.deepEqual(organisations[2]?.key, new Uint8Array(32).fill(3));
  });

  const wrong: Record<string, unknown> = {
    'of another version': { ...file, v: 2 },
    'of a mode in between': { ...file, mode: 'staging' },
    'with a name that could be taken for another': { ...file, id: 'Test File' },
    'with one organisation deciding alone': { ...file, threshold: 1 },
    'with more organisations deciding than there are': { ...file, threshold: 4 },
    'with one organisation under two names': {
      ...file,
      organisations: [organisation(1), { ...organisation(1), name: 'x' }, organisation(2)],
    },
    'in production, with an address that anyone on the way can read': {
      ...file,
      kms: { ...file.kms, url: 'http://kms.example' },
    },
    'without organisations': { ...file, organisations: [] },
    'without issuers': { ...file, issuers: [] },
    'without attestation roots': { ...file, attestationRoots: [] },
    'with a root that is not base64': { ...file, attestationRoots: ['-----BEGIN'] },
    'with a key too short': { ...file, kms: { ...file.kms, signing: key(31, 1) } },
    'with a key too long': { ...file, kms: { ...file.kms, signing: key(33, 1) } },
    'with a key of another kind': { ...file, cloud: { ...file.cloud, sealing: key(32, 1) } },
    'with a padded key': { ...file, kms: { ...file.kms, signing: `${key(32, 1)}=` } },
    'with a key of stray bits': { ...file, kms: { ...file.kms, signing: `${'A'.repeat(42)}B` } },
    'with an address that is none': { ...file, signer: { url: 'signer' } },
    'with a negative waiting time': { ...file, waitSeconds: -1 },
    'with a waiting time of half a second': { ...file, waitSeconds: 0.5 },
    'with an unknown field': { ...file, debug: true },
    'with an unknown field inside': { ...file, kms: { ...file.kms, trust: true } },
  };
  for (const [what, value] of Object.entries(wrong))
    it(`is refused ${what}`, () => assert.equal(accepts(value), false));
});

describe("the configuration that a signer's evidence binds", () => {
  const hashOf = (value: unknown) => configurationHash(signerConfigurationOf(v.parse(deploymentSchema, value)));

  it('changes with what the trust rests on', () => {
    const changed = [
      { ...file, id: 'test-other' },
      { ...file, mode: 'development' },
      { ...file, issuers: [{ url: 'https://issuer.example', audience: 'other' }] },
      { ...file, issuers: [{ url: 'https://other.example', audience: 'wallet' }] },
      { ...file, issuers: [...file.issuers, ...file.issuers] },
      { ...file, kms: { ...file.kms, signing: key(32, 9) } },
      { ...file, cloud: { ...file.cloud, signing: key(32, 9) } },
      {
        ...file,
        kms: { ...file.kms, signing: file.cloud.signing },
        cloud: { ...file.cloud, signing: file.kms.signing },
      },
    ];
    const hashes = [file, ...changed].map((value) => String(hashOf(value)));
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it('does not change with addresses', () => {
    const moved = {
      ...file,
      kms: { ...file.kms, url: 'https://elsewhere.example' },
      signer: { url: 'https://elsewhere.example' },
      issuers: file.issuers.map((issuer) => ({ ...issuer, jwksUrl: 'https://elsewhere.example/keys' })),
    };
    assert.deepEqual(hashOf(moved), hashOf(file));
  });
});

import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { test } from 'node:test';
import { encode } from 'cborg';
import { encodeCose, sealedBytes } from '../cose.ts';
import { AttestationError, type AttestationErrorCode, type PsaKey, parsePsaKey, verifyPsaToken } from '../index.ts';

const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
const component = new Map<unknown, unknown>([
  [1, 'BL'],
  [2, filled(3)],
  [4, '3.4.2'],
  [5, filled(4, 48)],
  [6, 'sha-256'],
]);
const claims = new Map<unknown, unknown>([
  [10, filled(1, 64)],
  [256, Uint8Array.of(1, ...filled(2))],
  [265, 'tag:psacertified.org,2023:psa#tfm'],
  [268, filled(9, 32)],
  [2394, -7],
  [2395, 0x30ff],
  [2396, filled(5)],
  [2398, '1234567890123-12345'],
  [2399, [component]],
  [2400, 'https://verifier.example'],
]);

/** Makes tokens by a device's key, and holds what its verifier knows. */
interface Device {
  readonly known: PsaKey;
  readonly seal: (signed: Uint8Array) => Uint8Array;
  readonly tag: number;
  readonly algorithm: number;
}

async function signing(namedCurve: string, algorithm: number, hash: string): Promise<Device> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const known = await parsePsaKey(JSON.stringify(publicKey.export({ format: 'jwk' })));
  const seal = (signed: Uint8Array) => sign(hash, signed, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { known, seal, tag: 0xd2, algorithm };
}

async function macing(alg: string, algorithm: number, hash: string): Promise<Device> {
  const secret = randomBytes(64);
  const known = await parsePsaKey(JSON.stringify({ kty: 'oct', alg, k: secret.toString('base64url') }));
  return { known, seal: (signed) => createHmac(hash, secret).update(signed).digest(), tag: 0xd1, algorithm };
}

const device = await signing('P-256', -7, 'sha256');

function token(payload: Uint8Array, by = device, header = encode(new Map([[1, by.algorithm]]))): Uint8Array {
  const context = by.tag === 0xd2 ? 'Signature1' : 'MAC0';
  const seal = by.seal(sealedBytes(context, { header, payload }));
  return Buffer.concat([Uint8Array.of(by.tag), encodeCose({ header, payload, seal })]);
}

const verify = (bytes: Uint8Array, by = device) => verifyPsaToken(bytes, { key: by.known });
const refused = (bytes: Uint8Array, code: AttestationErrorCode, by = device) =>
  assert.rejects(verify(bytes, by), (error) => {
    assert.ok(error instanceof AttestationError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
/** A token that the device really made, its claims altered beforehand. */
const saying = (...changes: [unknown, unknown][]) => {
  const entries = [...claims, ...changes].filter(([, value]) => value !== undefined);
  const left = new Map(
    entries.filter(([key]) => !changes.some(([changed, value]) => changed === key && value === undefined)),
  );
  return token(encode(left));
};

test('every algorithm that the profile obliges a verifier to take verifies (RFC 9783 5.2)', async () => {
  const devices = [
    device,
    await signing('P-384', -35, 'sha384'),
    await signing('P-521', -36, 'sha512'),
    await macing('HS256', 5, 'sha256'),
    await macing('HS384', 6, 'sha384'),
    await macing('HS512', 7, 'sha512'),
  ];
  for (const each of devices) {
    const said = await verify(token(encode(claims), each), each);
    assert.deepEqual([said.clientId, said.lifecycle, said.certification], [-7, 0x30ff, '1234567890123-12345']);
    assert.deepEqual(said.components[0]?.version, '3.4.2');
    assert.deepEqual(said.measurement['client'], Uint8Array.of(255, 255, 255, 249));
  }
});

test('a token by another device is refused', async () => {
  await refused(token(encode(claims), await signing('P-256', -7, 'sha256')), 'signature');
  const mac = await macing('HS256', 5, 'sha256');
  await refused(token(encode(claims), await macing('HS256', 5, 'sha256')), 'signature', mac);
});

test('a public key is never taken for the secret of a MAC, nor is an algorithm that the token names itself', async () => {
  await refused(token(encode(claims), await macing('HS256', 5, 'sha256')), 'algorithm');
  const retagged = Buffer.from(token(encode(claims)));
  await refused(retagged.fill(0xd1, 0, 1), 'algorithm');
  for (const algorithm of [-35, -8, 5, 0])
    await refused(token(encode(claims), device, encode(new Map([[1, algorithm]]))), 'algorithm');
  await refused(token(encode(claims), device, new Uint8Array(0)), 'algorithm');
  const critical = [2, [99]] as const;
  await refused(token(encode(claims), device, encode(new Map<number, unknown>([critical, [1, -7]]))), 'algorithm');
});

test('a seal of zeros, a shortened one, and none are refused', async () => {
  for (const by of [device, await macing('HS512', 7, 'sha512')]) {
    const cut = (seal: Uint8Array): Device => ({ ...by, seal: () => seal });
    for (const seal of [64, 63, 16, 0].map((length) => new Uint8Array(length))) {
      await refused(token(encode(claims), cut(seal)), 'signature', by);
    }
  }
});

test('a truncated MAC that would verify if it were taken for a shorter tag is refused', async () => {
  const by = await macing('HS256', 5, 'sha256');
  await refused(token(encode(claims), { ...by, seal: (signed) => by.seal(signed).subarray(0, 16) }), 'signature', by);
});

test('a device that is not in a secured state vouches for nothing; one open to a debugger says so', async () => {
  for (const state of [0x0000, 0x1000, 0x2000, 0x5000, 0x6000, 0x2fff, 0x4100, 0xffff]) {
    await refused(saying([2395, state]), 'lifecycle');
  }
  assert.equal((await verify(saying([2395, 0x3000]))).debug, false);
  assert.equal((await verify(saying([2395, 0x4001]))).debug, true);
});

test('without optional claims a token verifies; without any mandatory one it is refused though it is signed', async () => {
  const { bootSeed, certification } = await verify(saying([268, undefined], [2398, undefined], [2400, undefined]));
  assert.deepEqual([bootSeed, certification], [null, null]);
  for (const key of [10, 256, 265, 2394, 2395, 2396, 2399]) await refused(saying([key, undefined]), 'malformed');
});

test('claims that this verifier does not know are left alone (RFC 9783 5.1)', async () => {
  await verify(saying([-75_999, 'x'], ['vendor', [1, 2, null]]));
});

test('claims of another form are refused though they are signed', async () => {
  const wrong: [unknown, unknown][] = [
    [10, filled(1, 31)],
    [10, [filled(1)]],
    [256, filled(1, 32)],
    [256, Uint8Array.of(2, ...filled(2))],
    [265, 'PSA_IOT_PROFILE_1'],
    [265, 'tag:psacertified.org,2023:psa#other'],
    [268, filled(9, 7)],
    [268, filled(9, 33)],
    [268, null],
    [2394, 0],
    [2394, 2 ** 31],
    [2394, -(2 ** 31) - 1],
    [2394, '1'],
    [2395, -1],
    [2395, 0x10000],
    [2396, filled(5, 33)],
    [2398, '1234567890123'],
    [2399, []],
    [2399, [null]],
    [2399, Array(33).fill(component)],
    [2399, [new Map([...component, [2, filled(3, 20)]])]],
    [2399, [new Map([...component].filter(([key]) => key !== 2))]],
    [2399, [new Map([...component].filter(([key]) => key !== 5))]],
    [2399, [new Map([...component, [7, 1]])]],
    [2399, [new Map([...component, [1, 'a\nb']])]],
    [2400, 7],
  ];
  for (const change of wrong) await refused(saying(change), 'malformed');
  await refused(token(encode([])), 'malformed');
  await refused(token(Buffer.concat([encode(claims), Uint8Array.of(0)])), 'malformed');
});

test('indefinite lengths are refused, in the claims and around them (RFC 9783 5.1.1)', async () => {
  const indefinite = Buffer.concat([Uint8Array.of(0xbf), encode(claims).subarray(1), Uint8Array.of(0xff)]);
  await refused(token(indefinite), 'malformed');
  const sound = token(encode(claims));
  await refused(Buffer.concat([Uint8Array.of(0xd2, 0x9f), sound.subarray(2), Uint8Array.of(0xff)]), 'malformed');
});

test('what is around the claims has one encoding: longer lengths are refused', async () => {
  const sound = Buffer.from(token(encode(claims)));
  await refused(Buffer.concat([Uint8Array.of(0xd2, 0x98, 4), sound.subarray(2)]), 'malformed');
  await refused(Buffer.concat([sound.subarray(0, 2), Uint8Array.of(0x58), sound.subarray(2).with(0, 3)]), 'malformed');
  await refused(Buffer.concat([Uint8Array.of(0xd8, 18), sound.subarray(1)]), 'malformed');
  const seal = sound.lastIndexOf(Uint8Array.of(0x58, 64));
  await refused(
    Buffer.concat([sound.subarray(0, seal), Uint8Array.of(0x59, 0), sound.subarray(seal + 1)]),
    'malformed',
  );
});

test('untagged, tagged twice or otherwise, with something after it, and giant tokens are refused', async () => {
  const sound = Buffer.from(token(encode(claims)));
  await verify(sound);
  const wrong = [
    sound.subarray(1),
    Buffer.concat([Uint8Array.of(0xd2), sound]),
    Buffer.concat([Uint8Array.of(0xd8, 61), sound]),
    Buffer.concat([sound, Uint8Array.of(0)]),
    sound.subarray(0, -1),
    new Uint8Array(0),
    new Uint8Array(17 * 1024),
  ];
  for (const bytes of wrong) await refused(bytes, 'malformed');
});

test('a key of another kind, curve, length or form is refused', async () => {
  const k = (bytes: number) => filled(1, bytes);
  const oct = (alg: string, bytes: number) => ({ kty: 'oct', alg, k: Buffer.from(k(bytes)).toString('base64url') });
  const wrong: [unknown, AttestationErrorCode][] = [
    [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }, 'algorithm'],
    [{ kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }, 'algorithm'],
    [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'malformed'],
    [{ kty: 'EC', crv: 'P-256', x: 7 }, 'malformed'],
    [{ kty: 'oct', k: 'AA' }, 'algorithm'],
    [oct('none', 32), 'algorithm'],
    [oct('toString', 32), 'algorithm'],
    [oct('HS256', 31), 'malformed'],
    [{ kty: 'oct', alg: 'HS256', k: '!' }, 'malformed'],
    [null, 'malformed'],
  ];
  for (const [jwk, code] of wrong)
    await assert.rejects(parsePsaKey(JSON.stringify(jwk)), { name: 'AttestationError', code });
  await assert.rejects(parsePsaKey('{'), { code: 'malformed' });
  // Of the right form, but on no curve: it verifies nothing.
  const key = await parsePsaKey(JSON.stringify({ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }));
  await assert.rejects(verifyPsaToken(token(encode(claims)), { key }), { code: 'signature' });
});

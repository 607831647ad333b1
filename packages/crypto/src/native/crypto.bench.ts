// Microseconds of CPU an operation takes, on this machine: node src/native/crypto.bench.ts
import { generateKeyPairSync } from 'node:crypto';
import { bench, do_not_optimize, group, run } from 'mitata';
import { concat, fromBase64url, utf8 } from '../bytes.ts';
import * as device from '../device/index.ts';
import { Secret } from '../secret.ts';
import { join, split } from '../split.ts';
import * as native from './index.ts';

const info = utf8('symbolon bench');
const aad = utf8('aad');
const message = new Uint8Array(64);
const request = new Uint8Array(8192);
const digest = new Uint8Array(32).fill(7);

for (const [name, hpke, other] of [
  ['x25519', native.hpkeX25519, device.hpkeX25519],
  ['x-wing', native.hpkeXWing, device.hpkeXWing],
] as const) {
  const recipient = hpke.generate();
  const { sealed } = hpke.seal(recipient.publicKey, info, aad, message);
  const { sealed: sealedRequest } = hpke.seal(recipient.publicKey, info, aad, request);
  const deviceRecipient = await other.generate();
  group(`HPKE ${name}`, () => {
    bench('native seal', () => hpke.seal(recipient.publicKey, info, aad, message));
    bench('native open', () => recipient.open(sealed, info, aad).plaintext.wipe());
    bench('native seal 8 KiB', () => hpke.seal(recipient.publicKey, info, aad, request));
    bench('native open 8 KiB', () => recipient.open(sealedRequest, info, aad).plaintext.wipe());
    bench('native open, reply', () => recipient.open(sealed, info, aad).reply.sealReply(aad, message));
    bench('device seal', () => other.seal(deviceRecipient.publicKey, info, aad, message));
    bench('device seal and open', async () => {
      const theirs = await other.seal(deviceRecipient.publicKey, info, aad, message);
      await deviceRecipient.open(theirs.sealed, info, aad);
    });
  });
}

const key = Secret.random(32);
const publicKey = native.publicKeySecp256k1(key);
const { signature } = native.signSecp256k1({ key, expectedPublicKey: publicKey, digest });
group('secp256k1', () => {
  bench('public key', () => native.publicKeySecp256k1(key));
  bench('P-check, sign, verify', () => native.signSecp256k1({ key, expectedPublicKey: publicKey, digest }));
  bench('verify', () => native.verifySecp256k1(publicKey, digest, signature));
  bench('device verify', () => device.verifySignature('secp256k1', publicKey, digest, signature));
});

const edPublicKey = native.publicKeyEd25519(key);
const service = native.SigningKey.generate();
const serviceSignature = service.sign(message);
group('ed25519', () => {
  bench('P-check, sign, verify', () => native.signEd25519({ seed: key, expectedPublicKey: edPublicKey, message }));
  bench('service sign', () => service.sign(message));
  bench('verify', () => native.verifyEd25519(service.publicKey, message, serviceSignature));
});

const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const { x, y } = p256.publicKey.export({ format: 'jwk' });
const point = concat(fromBase64url(String(x)), fromBase64url(String(y)));
const es256 = native.signEs256(p256.privateKey, message);
group('ES256', () => {
  bench('sign', () => native.signEs256(p256.privateKey, message));
  bench('verify, key cached', () => native.verifyEs256(point, message, es256));
});

const atRest = native.sealAtRest(key, aad, key);
group('shares', () => {
  bench('split and join', () => {
    const { a, b } = split(key);
    do_not_optimize(join(a, b));
  });
  bench('seal at rest', () => native.sealAtRest(key, aad, key));
  bench('open at rest', () => native.openAtRest(key, aad, atRest));
});

await run();

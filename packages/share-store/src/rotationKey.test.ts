import assert from 'node:assert/strict';
import { createHash, hkdfSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { Secret, toHex } from '@symbolon/crypto';
import { filled } from '../../verify/src/testing.ts';
import { RotationKey } from './rotationKey.ts';

const [wallet, attempt] = [filled(32, 0xaa), filled(32, 0x0a)];
const [ofCloud, ofKms] = [filled(32, 1), filled(32, 2)];
const u64 = (value: number) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
};

/** R as the protocol document has it, by another implementation of HKDF. */
function expectedR(epoch: number, curve: string): Buffer {
  const info = Buffer.concat([
    Buffer.from('symbolon/v1/rotation\0'),
    wallet,
    u64(epoch),
    Buffer.from(`${curve}/dev-12345678`),
  ]);
  return Buffer.from(hkdfSync('sha256', Buffer.concat([ofCloud, ofKms]), attempt, info, 32));
}

const derive = <T>(
  use: (key: RotationKey) => T,
  { cloud = ofCloud, kms = ofKms, id = 'dev-12345678', from = attempt } = {},
): T => {
  using a = Secret.take(cloud.slice());
  using b = Secret.take(kms.slice());
  using key = new RotationKey(id, from, a, b);
  return use(key);
};
const rOf = (key: RotationKey, epoch = 2, of = wallet) =>
  toHex(key.turn(of, epoch, ['secp256k1']).secp256k1?.expose() ?? new Uint8Array());

describe('R, which turns the shares of one epoch into those of the next', () => {
  it('is HKDF-SHA-256 of both contributions, salted with the attempt, for one wallet, epoch and curve', () => {
    const turn = derive((key) => key.turn(wallet, 2, ['secp256k1', 'ed25519']));
    assert.equal(toHex(turn.secp256k1?.expose() ?? wallet), expectedR(2, 'secp256k1').toString('hex'));
    assert.equal(toHex(turn.ed25519?.expose() ?? wallet), expectedR(2, 'ed25519').toString('hex'));
  });

  it('is committed to by a hash over wallet, epoch, deployment and the R of every curve', () => {
    const commitment = derive((key) => key.commitment(wallet, 2, key.turn(wallet, 2, ['secp256k1', 'ed25519'])));
    const prefix = [Buffer.from('symbolon/v1/rotation-commitment\0'), wallet, u64(2), Buffer.from('dev-12345678\0')];
    const whole = Buffer.concat([...prefix, expectedR(2, 'secp256k1'), expectedR(2, 'ed25519')]);
    assert.equal(toHex(commitment), createHash('sha256').update(whole).digest('hex'));
  });

  it('is another one for another wallet, epoch, attempt, deployment, or contribution of either party', () => {
    const all = [
      derive((key) => rOf(key)),
      derive((key) => rOf(key, 3)),
      derive((key) => rOf(key, 2, filled(32, 0xab))),
      derive((key) => rOf(key), { from: filled(32, 0x0b) }),
      derive((key) => rOf(key), { id: 'dev-87654321' }),
      derive((key) => rOf(key), { cloud: filled(32, 3) }),
      derive((key) => rOf(key), { kms: filled(32, 3) }),
      derive((key) => rOf(key), { cloud: ofKms, kms: ofCloud }),
    ];
    assert.equal(new Set(all).size, all.length);
  });

  it('is gone with its key', () => {
    using a = Secret.random(32);
    using b = Secret.random(32);
    const key = new RotationKey('dev-12345678', attempt, a, b);
    key[Symbol.dispose]();
    assert.throws(() => key.turn(wallet, 2, ['secp256k1']), { code: 'secret-wiped' });
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CryptoError, Secret, utf8 } from '@symbolon/crypto';
import { EmbeddedVault } from './embeddedVault.ts';

const context = utf8('test/kms/1/wallet');
const other = utf8('test/kms/2/wallet');
const failed = (error: unknown) => error instanceof CryptoError && error.code === 'open-failed';

async function setUp() {
  const vault = new EmbeddedVault(Secret.random(32));
  const key = await vault.createKey(context);
  const share = Secret.random(32);
  return { vault, key, share, sealed: await vault.protect(key, context, 'secp256k1', share) };
}

describe('a share in the vault', () => {
  it("opens in its own place, and stays the caller's", async () => {
    const { vault, key, share, sealed } = await setUp();
    const opened = await vault.open(key, context, 'secp256k1', sealed);
    assert.deepEqual(opened.expose(), share.expose());
  });

  it('opens nowhere else: not as another curve, wallet or epoch', async () => {
    const { vault, key, sealed } = await setUp();
    await assert.rejects(vault.open(key, context, 'ed25519', sealed), failed);
    await assert.rejects(vault.open(key, other, 'secp256k1', sealed), failed);
    const otherKey = await vault.createKey(other);
    await assert.rejects(vault.open(otherKey, other, 'secp256k1', sealed), failed);
    await assert.rejects(vault.open(await vault.createKey(context), context, 'secp256k1', sealed), failed);
  });

  it('opens under its own root alone', async () => {
    const { key, sealed } = await setUp();
    await assert.rejects(new EmbeddedVault(Secret.random(32)).open(key, context, 'secp256k1', sealed), failed);
  });

  it('does not open with any bit changed, of the key or of the share', async () => {
    const { vault, key, sealed } = await setUp();
    for (let at = 0; at < Math.max(key.length, sealed.length); at++) {
      const flip = (bytes: Uint8Array) => bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
      if (at < key.length) await assert.rejects(vault.open(flip(key), context, 'secp256k1', sealed), failed);
      if (at < sealed.length) await assert.rejects(vault.open(key, context, 'secp256k1', flip(sealed)), failed);
    }
  });

  it('a share cannot stand for a key, nor a label reach into the context', async () => {
    const { vault, key, share } = await setUp();
    const sealed = await vault.protect(key, utf8('b'), 'a', share).catch(() => null);
    assert.equal(sealed, null, 'the key is of another context');
    const asKey = await vault.protect(key, context, 'secp256k1', share);
    await assert.rejects(vault.open(asKey, context, 'secp256k1', asKey), failed);
  });

  it('never looks the same twice', async () => {
    const { vault, key, share, sealed } = await setUp();
    assert.notDeepEqual(await vault.protect(key, context, 'secp256k1', share), sealed);
    assert.notDeepEqual(await vault.createKey(context), await vault.createKey(context));
  });

  it('is out of reach once the vault is disposed', async () => {
    const { vault, key, sealed } = await setUp();
    vault[Symbol.dispose]();
    await assert.rejects(vault.open(key, context, 'secp256k1', sealed), CryptoError);
  });
});

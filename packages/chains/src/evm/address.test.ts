import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTests } from '@ethersproject/testcases';
import { SigningKey } from 'ethers';
import { addressOf, parseAddress, toChecksumAddress } from './address.ts';
import { fromHex, toHex } from './bytes.ts';

interface Account {
  address: string;
  checksumAddress: string;
  privateKey?: string;
}
const accounts = loadTests<Account[]>('accounts').filter(({ checksumAddress }) => checksumAddress);
const bytes = (hex: string) => fromHex(hex) ?? assert.fail(`not hex: ${hex}`);

test('an address reads and writes as the published accounts do, in lower, upper and checksummed case', () => {
  assert.ok(accounts.length > 1_000);
  for (const { address, checksumAddress } of accounts) {
    const expected = bytes(address.toLowerCase());
    assert.equal(toChecksumAddress(expected), checksumAddress);
    for (const text of [checksumAddress, address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`]) {
      assert.deepEqual(parseAddress(text), expected);
    }
  }
});

test('a mixed-case address with one letter of the wrong case is refused', () => {
  const good = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
  for (let index = 2; index < good.length; index += 1) {
    const letter = good.charAt(index);
    if (!/[a-fA-F]/.test(letter)) continue;
    const flipped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    const bad = good.slice(0, index) + flipped + good.slice(index + 1);
    assert.throws(() => parseAddress(bad), { code: 'address-checksum' });
  }
});

test('text that is not 0x and 40 hex digits is no address', () => {
  const lower = '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed';
  const forms = [
    lower,
    `0X${lower}`,
    `0x${lower}0`,
    `0x${lower.slice(1)}g`,
    'vitalik.eth',
    'XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS',
  ];
  for (const text of [...forms, '', `0x${lower}\n`, null, 5, bytes(`0x${lower}`)]) {
    assert.throws(() => parseAddress(text), { code: 'field-invalid' });
  }
});

test('a public key gives the published address, compressed or not', () => {
  const known = accounts.flatMap(({ privateKey, checksumAddress }) =>
    privateKey ? [{ privateKey, checksumAddress }] : [],
  );
  assert.ok(known.length > 20);
  for (const { privateKey, checksumAddress } of known.slice(0, 60)) {
    const key = new SigningKey(privateKey);
    assert.equal(addressOf(bytes(key.publicKey)), checksumAddress);
    assert.equal(addressOf(bytes(key.compressedPublicKey)), checksumAddress);
  }
});

test('bytes that are no point of the curve have no address', () => {
  const good = bytes(new SigningKey(`0x${'11'.repeat(32)}`).publicKey);
  const withByte = (index: number, value: number) => Uint8Array.from(good, (byte, i) => (i === index ? value : byte));
  const offCurve = withByte(64, (good[64] ?? 0) ^ 1);
  // x = 5 has no y on secp256k1; x = 1 has one, and x = p + 1 is the same number in disguise.
  const noRoot = bytes(`0x02${'00'.repeat(31)}05`);
  const unreduced = bytes(`0x02${'ff'.repeat(27)}fefffffc30`);
  assert.doesNotThrow(() => addressOf(bytes(`0x02${'00'.repeat(31)}01`)));
  for (const key of [
    offCurve,
    withByte(0, 2),
    noRoot,
    unreduced,
    good.subarray(1),
    good.subarray(0, 33),
    new Uint8Array(),
  ]) {
    assert.throws(() => addressOf(key), { code: 'public-key-invalid' }, toHex(key));
  }
});

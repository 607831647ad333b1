import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatUnits } from 'viem';
import { fromHex } from '../bytes.ts';
import { interoperableText, parseInteroperable } from './interoperable.ts';
import { dateText, decimalText, durationText, prefixedText } from './numbers.ts';
import { plain } from './plain.ts';

test('an amount is exact, whatever its size and decimals', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 255n), max: 2n ** 256n }),
      fc.integer({ min: 0, max: 90 }),
      (value, decimals) => {
        assert.equal(decimalText(value, decimals), formatUnits(value, decimals));
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

test('an SI prefix leaves a number from 1 to below 1000, of the same value', () => {
  assert.deepEqual(
    [
      [36000n, 0],
      [1500n, 6],
      [1n, 9],
      [999n, 0],
      [1000n, 0],
      [-2500000n, 0],
      [0n, 3],
      [1n, 33],
    ].map(([value, decimals]) => prefixedText(BigInt(value ?? 0), Number(decimals))),
    ['36k', '1.5m', '1n', '999', '1k', '-2.5M', '0', '0.001q'],
  );
  const powers = 'q r y z a f p n µ m  k M G T P E Z Y R Q'.split(' ');
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 30n }), fc.integer({ min: 0, max: 29 }), (value, decimals) => {
      const [, digits = '', prefix = ''] = /^([0-9.]+)(.*)$/.exec(prefixedText(value, decimals)) ?? [];
      const exponent = 3 * (powers.indexOf(prefix) - 10);
      const [whole = '', fraction = ''] = digits.split('.');
      assert.ok(Number(whole) >= 1 && Number(whole) < 1000, digits);
      const shift = BigInt(30 + exponent - fraction.length);
      assert.equal(BigInt(whole + fraction) * 10n ** shift, value * 10n ** BigInt(30 - decimals));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('dates are UTC and end with the year 9999', () => {
  assert.equal(dateText(1709191632n), '2024-02-29 07:27:12Z');
  assert.equal(dateText(0n), '1970-01-01 00:00:00Z');
  assert.equal(dateText(253402300799n), '9999-12-31 23:59:59Z');
  assert.equal(dateText(253402300800n), null);
  assert.equal(dateText(2n ** 256n - 1n), null);
});

test('durations count hours beyond a day', () => {
  assert.equal(durationText(8250n), '02:17:30');
  assert.equal(durationText(0n), '00:00:00');
  assert.equal(durationText(360000n), '100:00:00');
});

test('an interoperable address reads as its ERC says, checksum and all', () => {
  const said = (hex: string): string | null => {
    const parsed = parseInteroperable(fromHex(hex) ?? new Uint8Array(0));
    return parsed && interoperableText(parsed, null);
  };
  const evm = '0x00010000010114d8da6bf26964af9d7eed9e03e53415d37aa96045';
  assert.equal(said(evm), '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045@eip155:1#4CA88C9C');
  assert.match(said('0x000100000014d8da6bf26964af9d7eed9e03e53415d37aa96045') ?? '', /^0xd8dA.*@eip155#[0-9A-F]{8}$/);
  assert.match(said('0x0001000003aa36a714d8da6bf26964af9d7eed9e03e53415d37aa96045') ?? '', /@eip155:11155111#/);
  const solana =
    '0x000100022045296998a6f8e2a784db5d9f95e18fc23f70441a1039446801089879b08c7ef02005333498d5aea4ae009585c43f7b8c30df8e70187d4a713d134f977fc8dfe0b5';
  assert.match(
    said(solana) ?? '',
    /^MJKqp326RZCHnAAbew9MDdui3iCKWco7fsK9sVuZTX2@solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp#[0-9A-F]{8}$/,
  );
  for (let end = 2; end < evm.length; end += 2) assert.equal(said(evm.slice(0, end)), null, 'cut short');
  for (const wrong of [`${evm}00`, evm.replace('0x0001', '0x0002'), evm.replace('0x00010000', '0x0001ffff')]) {
    assert.equal(said(wrong), null, wrong);
  }
});

test('what hides or turns around its neighbours is made visible, what only belongs to a script is not', () => {
  assert.equal(plain('to \u202eHTE'), 'to \\u{202e}HTE');
  assert.equal(plain('a\u200db'), 'a\\u{200d}b');
  assert.equal(plain('a\u200bb\ufeffc\u0000d\u{e0041}'), 'a\\u{200b}b\\u{feff}c\\u{0}d\\u{e0041}');
  for (const harmless of ['Füße 中文 עברית ₮', 'two\nlines', '❤️ 🎉 👩‍👧', '<b>&amp;</b>'])
    assert.equal(plain(harmless), harmless);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatEther, parseAmount } from './amount.ts';
import { CliError } from './errors.ts';

test('an amount is read in its unit, ether where none is given', () => {
  assert.equal(parseAmount('1'), 10n ** 18n);
  assert.equal(parseAmount('0.01ether'), 10n ** 16n);
  assert.equal(parseAmount('1.5 gwei'), 1_500_000_000n);
  assert.equal(parseAmount('7wei'), 7n);
  assert.equal(parseAmount('0'), 0n);
});

test('what is no amount is refused: nothing is rounded or guessed', () => {
  for (const text of [
    '',
    '-1',
    '1e18',
    '.5',
    '1.',
    '0x10',
    '1.5wei',
    '1,5',
    '1 Ether',
    `0.${'1'.repeat(19)}`,
    'ether',
  ]) {
    assert.throws(
      () => parseAmount(text),
      (error) => error instanceof CliError && error.code === 'amount-invalid',
      text,
    );
  }
});

test('what is printed reads back as the same amount', () => {
  const wei = fc.bigInt({ min: 0n, max: 10n ** 40n });
  fc.assert(
    fc.property(wei, (value) => parseAmount(formatEther(value)) === value),
    { seed: 1, numRuns: 300 },
  );
});

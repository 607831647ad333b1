import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError } from './errors.ts';
import { readKey } from './keyText.ts';

const hex = `${'46'.repeat(31)}aB`;
const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
const text = (value: string) => new TextEncoder().encode(value);

test('a key is read from hex, with or without 0x and white space, and from 32 bytes', () => {
  for (const given of [text(hex), text(`0x${hex}\n`), text(`  0X${hex.toUpperCase()}\r\n`), bytes.slice()]) {
    using key = readKey(given);
    assert.deepEqual(Buffer.from(key.expose()), Buffer.from(bytes));
  }
});

test('what was given is wiped, whether it was a key or not', () => {
  const good = text(hex);
  readKey(good).wipe();
  const bad = text(`${hex}zz`);
  assert.throws(() => readKey(bad));
  for (const given of [good, bad]) assert.ok(given.every((byte) => byte === 0));
});

test('what is no key is refused without a word of it', () => {
  for (const given of [
    '',
    '0x',
    hex.slice(1),
    `${hex}0`,
    `${hex.slice(2)}0g`,
    'twelve words of a seed phrase, but not here at all',
  ]) {
    assert.throws(
      () => readKey(text(given)),
      (error) =>
        error instanceof CliError && error.code === 'key-text' && (given.length < 3 || !error.message.includes(given)),
    );
  }
});

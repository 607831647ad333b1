import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ar } from './ar.ts';
import { de } from './de.ts';
import { en, type Words } from './en.ts';
import { chooseLanguage, languageNames, loadLanguage } from './language.ts';
import { line } from './line.ts';

test('the person’s choice comes first, then the browser’s, then English', () => {
  assert.equal(chooseLanguage('ar', ['de-AT', 'en']), 'ar');
  assert.equal(chooseLanguage(null, ['fr', 'de-AT', 'en']), 'de');
  assert.equal(chooseLanguage('tlh', ['fr']), 'en');
  assert.equal(chooseLanguage('constructor', ['__proto__', 'toString']), 'en');
});

test('every language loads, knows its direction, and is spoken by its own formats', async () => {
  for (const code of ['en', 'de', 'ar'] as const) {
    const language = await loadLanguage(code);
    assert.equal(language.code, code);
    assert.equal(language.direction, code === 'ar' ? 'rtl' : 'ltr');
    assert.ok(languageNames[code].length > 0);
    assert.match(language.dateTime(Date.UTC(2026, 2, 1)), /2026/);
  }
});

test('an amount keeps every digit in every language, in Western numerals', async () => {
  const languages = await Promise.all([loadLanguage('en'), loadLanguage('de'), loadLanguage('ar')]);
  const digits = (text: string) => text.replace(/\D/g, '');
  const amounts = fc.tuple(fc.bigInt(1n, 10n ** 40n), fc.integer({ min: 1, max: 30 }));
  fc.assert(
    fc.property(amounts, ([units, decimals]) => {
      const whole = units.toString().padStart(decimals + 1, '0');
      const fraction = whole.slice(-decimals).replace(/0+$/, '');
      const text = `${whole.slice(0, -decimals)}${fraction === '' ? '' : `.${fraction}`}`;
      for (const { number } of languages) assert.equal(digits(number(text)), digits(text));
    }),
    { seed: 1, numRuns: 200 },
  );
  for (const { number } of languages) assert.equal(number('1e9, or so'), '1e9, or so');
});

test('the same amount is written as the language writes it', async () => {
  assert.equal((await loadLanguage('en')).number('1234.5'), '1,234.5');
  assert.equal((await loadLanguage('de')).number('1234.5'), '1.234,5');
});

test('no text of a language is empty, or English that was left over', () => {
  const texts = (words: object): string[] =>
    Object.values(words).flatMap((value) => (typeof value === 'string' ? [value] : isGroup(value) ? texts(value) : []));
  const english = texts(en).filter((text) => text.includes(' '));
  for (const words of [de, ar] satisfies Words[]) {
    const all = texts(words);
    assert.equal(all.length, texts(en).length);
    assert.deepEqual(
      all.filter((text) => text.trim() === '' || english.includes(text)),
      [],
    );
  }
});

test('a sentence keeps its pieces as they are, in the order of the language', () => {
  const piece = { toString: () => 'never made text' } as never;
  assert.deepEqual(line`Send ${piece} now`, ['Send ', piece, ' now']);
  assert.deepEqual(en.sentence.calls(1), ['Do one thing']);
  assert.deepEqual(ar.sentence.calls(2), ['تنفيذ أمرين على التوالي']);
});

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

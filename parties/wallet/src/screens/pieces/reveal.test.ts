import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reveal } from './reveal.ts';

test('what would reorder or hide text is shown by its code', () => {
  assert.equal(reveal('pay \u202e001\u202c now'), 'pay [U+202E]001[U+202C] now');
  assert.equal(reveal('uni\u200bswap\u0000'), 'uni[U+200B]swap[U+0000]');
  assert.equal(reveal('a\u{e0041}b'), 'a[U+E0041]b');
  assert.equal(reveal('a\r\nb'), 'a[U+000D]\nb');
});

test('what scripts and emoji need is left as it is', () => {
  const texts = ['می\u200cخواهم', '👩\u200d🚀', 'שלום\u200f!', 'Zeile\n\tTab', 'naïve Ωμέγα'];
  for (const text of texts) assert.equal(reveal(text), text);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normaliseEmail } from './accounts.ts';

test('one mailbox has one spelling', () => {
  assert.equal(normaliseEmail('  Ann.Lee+x@EXAMPLE.Test '), 'ann.lee+x@example.test');
  assert.equal(normaliseEmail('ann@bücher.example'), 'ann@xn--bcher-kva.example');
});

test('what could be two recipients or a header is no address', () => {
  const refused = [
    '',
    '@',
    'ann',
    'ann@',
    '@example.test',
    'ann@exa mple.test',
    'ann@example.test\r\nBcc: eve@evil.test',
    'ann@example.test,eve@evil.test',
    'ann@evil.test@example.test',
    '"ann"@example.test',
    'Ann <ann@example.test>',
    'ann(x)@example.test',
    'ann..lee@example.test',
    'ann@-example.test',
    'ann\u0000@example.test',
    'a\ud800@example.test',
    `${'a'.repeat(65)}@example.test`,
    `a@${'b'.repeat(250)}.test`,
  ];
  for (const text of refused) assert.equal(normaliseEmail(text), undefined, JSON.stringify(text));
});

test('normalising twice changes nothing, and no result has white space, brackets or commas', () => {
  const hostile = fc.string({
    unit: fc.constantFrom(...'aZ.9-_+@<>,;:"\\ \r\n\u0000üß\ud800'.split('')),
    maxLength: 24,
  });
  fc.assert(
    fc.property(fc.oneof(hostile, fc.emailAddress(), fc.string({ unit: 'binary' })), (text) => {
      const once = normaliseEmail(text);
      if (once === undefined) return;
      assert.equal(normaliseEmail(once), once);
      assert.match(once, /^[^\s<>,;:"\\@]+@[a-z0-9.-]+$/);
    }),
    { seed: 1, numRuns: 3000 },
  );
});

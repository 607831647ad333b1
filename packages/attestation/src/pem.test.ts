import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AttestationError } from './error.ts';
import { parsePemChain } from './pem.ts';

const print = (der: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
const chain = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 4 });

test('parsing inverts printing, in order', () => {
  const law = fc.property(chain, (certificates) => {
    const parsed = parsePemChain(certificates.map(print).join(''));
    assert.deepEqual(
      parsed.map((der) => [...der]),
      certificates.map((der) => [...der]),
    );
  });
  fc.assert(law, { seed: 1, numRuns: 200 });
});

test('a chain has one text: altered by a character, it is another chain or none', () => {
  const law = fc.property(
    chain,
    fc.nat(),
    fc.string({ minLength: 0, maxLength: 2 }),
    (certificates, where, instead) => {
      const text = certificates.map(print).join('');
      const at = where % text.length;
      const altered = text.slice(0, at) + instead + text.slice(at + 1);
      try {
        const parsed = parsePemChain(altered);
        assert.ok(altered === text || parsed.map(print).join('') === altered);
        assert.notDeepEqual(
          altered === text ? [] : parsed.map((der) => [...der]),
          certificates.map((der) => [...der]),
        );
      } catch (error) {
        assert.ok(error instanceof AttestationError, String(error));
      }
    },
  );
  fc.assert(law, { seed: 1, numRuns: 1000 });
});

test('other line ends, indents, lengths, padding and labels, and anything around the blocks, are refused', () => {
  const good = print(new Uint8Array(100).fill(7));
  parsePemChain(good);
  const wrong = [
    '',
    good.replaceAll('\n', '\r\n'),
    ` ${good}`,
    `${good}\n`,
    `${good}\0`,
    good.replace('CERTIFICATE', 'TRUSTED CERTIFICATE'),
    good.replaceAll('CERTIFICATE', 'CRL'),
    good.slice(0, -1),
    good.replace('=', ''),
    good.replace('Bw==', 'Bx=='),
    good.replace(/^(.{60})\n?/m, '$1\n'),
    good.replace(/\n(.)/, '$1'),
    `${good}junk${good}`,
  ];
  for (const text of wrong) assert.throws(() => parsePemChain(text), { code: 'malformed' }, JSON.stringify(text));
});

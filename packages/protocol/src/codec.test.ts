import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concat, fromHex, utf8 } from '@symbolon/crypto';
import { encode } from 'cborg';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { codec, decodeData, encodeData } from './codec.ts';
import { ProtocolError } from './errors.ts';
import { text, uint } from './fields.ts';
import { allCodecs, messages } from './testing.ts';

const note = codec('note', v.strictObject({ n: uint, s: v.optional(text(0, 10)) }));
const nested = v.strictObject({ inner: v.strictObject({ n: uint }) });

const malformed = (error: unknown): true => {
  assert.ok(error instanceof ProtocolError);
  assert.equal(error.code, 'malformed');
  assert.equal(error.status, 400);
  return true;
};
const map = (pairs: number) => Uint8Array.of(0xa0 + pairs);
const key = (name: string) => encode(name);

describe('what a codec encodes, it decodes to the same', () => {
  assert.ok(allCodecs.length >= 35);
  for (const each of allCodecs) {
    it(each.name, () => {
      fc.assert(
        fc.property(messages(each), (value) => {
          const bytes = each.encode(value);
          assert.deepEqual(each.decode(bytes), value);
          assert.deepEqual(each.encode(each.decode(bytes)), bytes);
        }),
        { seed: 1, numRuns: 25 },
      );
    });
  }
});

describe('a message comes in one form, and everything else is refused as malformed', () => {
  const refused: Record<string, Uint8Array> = {
    'nothing at all': new Uint8Array(),
    'a key twice': concat(map(2), fromHex('616e01'), fromHex('616e02')),
    'an indefinite-length map': fromHex('bf616e01ff'),
    'an indefinite-length text': concat(map(2), fromHex('616e01'), key('s'), fromHex('7f616161ff')),
    'a byte behind the end': fromHex('a1616e0100'),
    'a second item behind the end': fromHex('a1616e01a1616e01'),
    'a tag': fromHex('a1616ec101'),
    'a tag around the whole': fromHex('d9d9f7a1616e01'),
    'a float': fromHex('a1616efb3ff8000000000000'),
    'not a number': fromHex('a1616ef97e00'),
    infinity: fromHex('a1616ef97c00'),
    'minus infinity': fromHex('a1616ef9fc00'),
    undefined: fromHex('a1616ef7'),
    'undefined for what may be absent': concat(map(2), fromHex('616e01'), key('s'), fromHex('f7')),
    'null for what may be absent': concat(map(2), fromHex('616e01'), key('s'), fromHex('f6')),
    'a simple value': fromHex('a1616ef0'),
    'a negative integer': fromHex('a1616e20'),
    'an integer beyond what JavaScript holds': fromHex('a1616e1b0020000000000000'),
    'the largest integer of CBOR': fromHex('a1616e1bffffffffffffffff'),
    'a bignum': fromHex('a1616ec24101'),
    'an integer longer than it needs to be': fromHex('a1616e1801'),
    'a length longer than it needs to be': fromHex('a178016e01'),
    'a key that is a number': fromHex('a10101'),
    'text where a number is due': fromHex('a1616e6131'),
    'a list where a map is due': fromHex('81a1616e01'),
    'an unknown key': concat(map(2), fromHex('616e01'), key('x'), fromHex('01')),
    'the key __proto__ with all fields behind it': concat(map(1), key('__proto__'), fromHex('a1616e01')),
    'the key __proto__ beside all fields': concat(map(2), key('__proto__'), fromHex('a0'), fromHex('616e01')),
    'the key constructor': concat(map(2), fromHex('616e01'), key('constructor'), fromHex('01')),
    'a text cut short': fromHex('a1616e'),
    'a text that claims four gigabytes': fromHex('7affffffff61'),
    'bytes that claim more than exist': fromHex('5b001fffffffffffff'),
    'a list that claims four thousand million items': fromHex('9affffffff'),
    'a map that claims four thousand million pairs': fromHex('baffffffff'),
    'a list that claims 2^64 items': fromHex('9bffffffffffffffff'),
    'lists nested a hundred thousand deep': new Uint8Array(100_000).fill(0x81),
    'maps nested a hundred thousand deep': Uint8Array.from(
      { length: 300_000 },
      (_, i) => [0xa1, 0x61, 0x6e][i % 3] ?? 0,
    ),
    'tags nested a hundred thousand deep': new Uint8Array(100_000).fill(0xc1),
  };
  for (const [what, bytes] of Object.entries(refused)) {
    it(what, () => {
      const started = performance.now();
      assert.throws(() => note.decode(bytes), malformed);
      assert.throws(() => decodeDeepOrTyped(bytes), malformed);
      assert.ok(performance.now() - started < 500, 'refusing takes no time');
    });
  }
  /** The same bytes under another schema: no schema accepts what is not well-formed. */
  const decodeDeepOrTyped = (bytes: Uint8Array) => codec('nested', nested).decode(bytes);

  it('a value outside the schema is not encoded either', () => {
    for (const value of [{ n: -1 }, { n: 1.5 }, { n: 2 ** 53 }, { n: Number.NaN }, { n: 1, s: '\ud800' }]) {
      assert.throws(() => note.encode(value), malformed);
    }
  });

  it('text with a lone surrogate, which UTF-8 cannot carry, is not encoded', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 4 }),
        fc.integer({ min: 0xd800, max: 0xdfff }),
        (around, unit) => {
          const s = `a${String.fromCharCode(unit)}a${around}`;
          assert.throws(() => note.encode({ n: 1, s }), malformed);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('a refusal', () => {
  it('names the field, and never repeats the input', () => {
    assert.throws(
      () => codec('outer', nested).decode(encode({ inner: { n: 'secret value' } })),
      (error: unknown) => {
        assert.ok(error instanceof ProtocolError);
        assert.match(error.message, /^outer\.inner\.n: /);
        return true;
      },
    );
    assert.throws(
      () => note.decode(concat(utf8('secret value'), fromHex('ff'))),
      (error: unknown) => error instanceof ProtocolError && !`${error.message}${error.hint}`.includes('secret'),
    );
  });

  it('random bytes are refused or are a message, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.constantFrom(...allCodecs), fc.uint8Array({ maxLength: 200 }), (each, bytes) => {
        try {
          each.decode(bytes);
        } catch (error) {
          malformed(error);
        }
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it('a decoded field is a copy: it does not keep the request alive, nor change with it', () => {
    const field = codec('field', v.strictObject({ b: v.instance(Uint8Array) }));
    const request = Buffer.from(field.encode({ b: Uint8Array.of(1, 2, 3) }));
    const { b } = field.decode(request);
    request.fill(0);
    assert.deepEqual(b, Uint8Array.of(1, 2, 3));
    assert.equal(Object.getPrototypeOf(b), Uint8Array.prototype);
  });
});

describe('plain data', () => {
  const leaf = fc.oneof(
    fc.integer(),
    fc.bigInt({ min: -(2n ** 256n), max: 2n ** 256n - 1n }),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'grapheme-ascii', maxLength: 8 }), tie('tree'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  }));

  it('comes back as it was: numbers as numbers, bigints as bigints', () => {
    fc.assert(
      fc.property(tree, (value) => {
        assert.deepEqual(decodeData('intent', encodeData(value)), value);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('a bignum has one form: at most 32 bytes, no leading zero, no other content', () => {
    const long = concat(fromHex('c25821'), new Uint8Array(33).fill(1));
    for (const bytes of [
      fromHex('c24100'),
      fromHex('c2420001'),
      fromHex('c26161'),
      fromHex('c2c24101'),
      fromHex('c3420001'),
      long,
    ]) {
      assert.throws(() => decodeData('intent', bytes), malformed);
    }
    assert.equal(decodeData('intent', fromHex('c240')), 0n);
    assert.equal(decodeData('intent', fromHex('c340')), -1n);
  });

  it('is as strict as a message', () => {
    for (const hex of ['a2616101616102', 'bf616101ff', 'f97e00', 'f7', '0000', 'c101', '1801', 'c2', 'd90102f6']) {
      assert.throws(() => decodeData('intent', fromHex(hex)), malformed, hex);
    }
    assert.throws(() => decodeData('intent', new Uint8Array(100_000).fill(0x81)), malformed);
    assert.throws(() => decodeData('intent', new Uint8Array(100_000).fill(0xc2)), malformed);
  });

  it('a key __proto__ gives an own member, never another prototype', () => {
    const value = decodeData('intent', concat(map(1), key('__proto__'), fromHex('a1616101')));
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.ok(Object.hasOwn(value as object, '__proto__'));
  });
});

/** Numbers from 0 to below 1. */
export type Random = () => number;

/** Bytes that readers stumble over: CBOR's great and indefinite lengths and tags, DER's lengths, a quote's sizes, JSON's marks. */
const STUMBLES =
  'ff 00 9f bf 5f 7f f7 f6 f97e00 c241 d2 d1 1bffffffffffffffff 5b7fffffffffffffff 9b00000000ffffffff ' +
  '3080 3084ffffffff 0200 030107 0680 180f ffffffff ffffff7f 0500 0600 81000000';
const MARKS = [
  '"',
  '{',
  '[',
  '\\u0000',
  '\\ud800',
  '1e999',
  'null',
  '"__proto__":',
  '=',
  '\n',
  '-----END CERTIFICATE-----\n',
];
const INSERTED: readonly Uint8Array[] = [
  ...STUMBLES.split(' ').map((hex) => Buffer.from(hex, 'hex')),
  ...MARKS.map((text) => Buffer.from(text)),
];

/** One to three alterations: a bit, a byte, a cut, a hole, a repetition, a stumbling block, a stretch of zeros. */
export function alterBytes(random: Random, genuine: Uint8Array): Uint8Array {
  if (random() < 0.01) return Uint8Array.from({ length: below(random, 400) }, () => below(random, 256));
  let bytes = Uint8Array.from(genuine);
  for (let rounds = 1 + below(random, 3); rounds > 0; rounds -= 1) {
    const at = below(random, bytes.length + 1);
    const span = below(random, Math.min(64, bytes.length + 1));
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const alterations = [
      () => bytes.map((byte, i) => (i === at ? byte ^ (1 << below(random, 8)) : byte)),
      () => bytes.map((byte, i) => (i === at ? below(random, 256) : byte)),
      () => before,
      () => joined(before, after.subarray(span)),
      () => joined(before, after.subarray(0, span), after),
      () => joined(before, pick(random, INSERTED), after.subarray(below(random, 5))),
      () => bytes.map((byte, i) => (i >= at && i < at + span ? 0 : byte)),
    ];
    // Bits and bytes most of all: what is whole but for them comes furthest.
    bytes = Uint8Array.from(pick(random, [...alterations, ...alterations.slice(0, 2), ...alterations.slice(0, 2)])());
  }
  return bytes;
}

/** A field of collateral altered, left out, exchanged for another's or for something that is no text. */
export function alterField(random: Random, genuine: Uint8Array): Uint8Array {
  const fields: Record<string, unknown> = JSON.parse(new TextDecoder().decode(genuine));
  const names = Object.keys(fields);
  const name = pick(random, names);
  const text = String(fields[name]);
  const others = [fields[pick(random, names)], null, 7, {}, [text], undefined, ''];
  fields[name] =
    random() < 0.7 ? Buffer.from(alterBytes(random, Buffer.from(text))).toString('latin1') : pick(random, others);
  return Buffer.from(JSON.stringify(fields));
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const [item] = from.slice(below(random, from.length));
  if (item === undefined && from.length === 0) throw new RangeError('nothing to pick from');
  return item as T;
}

/** An integer from 0 to below `limit`. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** xorshift32: the same numbers for the same seed, from 0 to below 1. */
export function generator(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

import { IntentError } from './errors.ts';

/** JSON in memory. Integers beyond ±(2^53 - 1) are bigints. */
export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export interface JsonLimits {
  /** Levels of lists and maps. */
  readonly maxDepth?: number;
  /** UTF-16 units of the whole text. */
  readonly maxLength?: number;
}

/**
 * Parses JSON (RFC 8259) so that nothing in it can be read in two ways: refuses duplicate keys, `__proto__`, lone surrogates,
 * fractions and exponents (no field of an intent has them), depth over `maxDepth` (64) and text over `maxLength` (1 Mi).
 * Integers keep every digit. Throws IntentError `json-invalid`, which names the position.
 */
export function parseJsonStrict(text: string, { maxDepth = 64, maxLength = 1_048_576 }: JsonLimits = {}): JsonValue {
  if (text.length > maxLength) throw jsonInvalid(`longer than ${maxLength} characters`, maxLength);
  let position = 0;

  const skipSpace = () => {
    while (/[ \t\n\r]/.test(text.charAt(position))) position += 1;
  };
  const take = (token: string): boolean => {
    if (!text.startsWith(token, position)) return false;
    position += token.length;
    skipSpace();
    return true;
  };
  const expect = (token: string) => {
    if (!take(token)) throw jsonInvalid(`expected ${token}`, position);
  };

  const readValue = (depth: number): JsonValue => {
    if (depth > maxDepth) throw jsonInvalid(`deeper than ${maxDepth} levels`, position);
    if (take('{')) return readMap(depth);
    if (take('[')) return readList(depth);
    if (take('true')) return true;
    if (take('false')) return false;
    if (take('null')) return null;
    return text.charAt(position) === '"' ? readString() : readInteger();
  };

  const readMap = (depth: number): JsonValue => {
    const map: { [key: string]: JsonValue } = {};
    if (take('}')) return map;
    do {
      const start = position;
      const key = readString();
      if (key === '__proto__' || Object.hasOwn(map, key))
        throw jsonInvalid('a key that stands twice or is __proto__', start);
      expect(':');
      map[key] = readValue(depth + 1);
    } while (take(','));
    expect('}');
    return map;
  };

  const readList = (depth: number): JsonValue[] => {
    const items: JsonValue[] = [];
    if (take(']')) return items;
    do items.push(readValue(depth + 1));
    while (take(','));
    expect(']');
    return items;
  };

  const readString = (): string => {
    const start = position;
    if (text.charAt(start) !== '"') throw jsonInvalid('expected a value or a key', start);
    let end = start + 1;
    while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === '\\' ? 2 : 1;
    const value = unquote(text.slice(start, end + 1), start);
    position = end + 1;
    skipSpace();
    return value;
  };

  const readInteger = (): number | bigint => {
    const start = position;
    const [token = ''] = /^[-+.\w]*/.exec(text.slice(start, start + 100)) ?? [];
    // 2^256 has 78 digits; a longer run would only serve to keep BigInt() busy.
    if (!/^-?(?:0|[1-9]\d{0,79})$/.test(token))
      throw jsonInvalid('expected a value; numbers are integers, in full', start);
    position += token.length;
    skipSpace();
    const value = BigInt(token);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  };

  skipSpace();
  const value = readValue(0);
  if (position !== text.length) throw jsonInvalid('more text after the value', position);
  return value;
}

function unquote(token: string, position: number): string {
  let value: unknown;
  try {
    value = JSON.parse(token);
  } catch {
    throw jsonInvalid('not a JSON string', position);
  }
  if (typeof value !== 'string' || !value.isWellFormed()) throw jsonInvalid('text with a lone surrogate', position);
  return value;
}

function jsonInvalid(what: string, position: number): IntentError {
  return new IntentError(
    'json-invalid',
    `JSON, position ${position}: ${what}`,
    'Correct the text there and ask again.',
  );
}

/** Most that one request may weigh: characters, and 8 for each value beside. */
export const maximumWeight = 256 * 1024;
const maximumDepth = 64;

/**
 * A copy of `value` that is plain JSON and nothing else, or null where it is not, is too deep or too heavy. The copy shares
 * nothing with what came over the port, and every map in it has the ordinary prototype: a member called `__proto__`, by which a
 * site could give it another, makes the whole message malformed.
 */
export function plainCopy(value: unknown): { value: unknown } | 'too-large' | 'not-plain' {
  let weight = 0;

  const copy = (item: unknown, depth: number): unknown => {
    weight += typeof item === 'string' ? item.length : 8;
    if (weight > maximumWeight) throw new Refused('too-large');
    if (depth > maximumDepth) throw new Refused('not-plain');
    if (item === null || typeof item === 'string' || typeof item === 'boolean') return item;
    if (typeof item === 'number' && Number.isFinite(item)) return item;
    if (Array.isArray(item)) return Array.from(item, (one) => copy(one ?? null, depth + 1));
    if (typeof item !== 'object' || !isPlain(item)) throw new Refused('not-plain');
    const entries = Object.entries(item).filter(([, member]) => member !== undefined);
    return Object.fromEntries(
      entries.map(([key, member]) => {
        weight += key.length;
        if (key === '__proto__') throw new Refused('not-plain');
        return [key, copy(member, depth + 1)];
      }),
    );
  };

  try {
    return { value: copy(value, 0) };
  } catch (error) {
    if (error instanceof Refused) return error.why;
    throw error;
  }
}

/** By its own tag where the prototype is another window's. */
function isPlain(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === null || prototype === Object.prototype;
}

class Refused extends Error {
  readonly why: 'too-large' | 'not-plain';

  constructor(why: 'too-large' | 'not-plain') {
    super(why);
    this.why = why;
  }
}

/** Something that must be found nowhere, by name. */
export interface Canary {
  name: string;
  bytes: Uint8Array;
}

export interface Haystack {
  where: string;
  bytes: Uint8Array;
}

/** `WHERE holds NAME as FORM`, for each find. */
export type Find = string;

interface Needle {
  label: string;
  bytes: Buffer;
}

const head = 4;

/**
 * Looks for every canary in every form that bytes take on their way through programs: raw, hex, base64 and base64url at each of
 * the three places in a group of bytes, JSON's list of numbers; each also reversed. One pass over each haystack.
 */
export function search(canaries: readonly Canary[], haystacks: Iterable<Haystack>): Find[] {
  const byHead = new Map<number, Needle[]>();
  // Most places are ruled out by two bytes, without a look into the map: memories are large.
  const possible = new Uint8Array(1 << 16);
  for (const needle of canaries.flatMap(formsOf)) {
    const start = needle.bytes.readUInt32LE(0);
    possible[start >>> 16] = 1;
    byHead.set(start, [...(byHead.get(start) ?? []), needle]);
  }
  const finds: Find[] = [];
  for (const { where, bytes } of haystacks) {
    const hay = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let window = 0;
    for (let at = 0; at < hay.length; at += 1) {
      window = (window >>> 8) | ((hay[at] ?? 0) << 24);
      const begin = at + 1 - head;
      if (begin < 0 || possible[window >>> 16] === 0) continue;
      for (const { label, bytes: wanted } of byHead.get(window >>> 0) ?? []) {
        if (hay.subarray(begin, begin + wanted.length).equals(wanted)) finds.push(`${where} holds ${label}`);
      }
    }
  }
  return [...new Set(finds)];
}

/** How many different byte strings stand for one canary. */
export const formsOf = ({ name, bytes }: Canary): Needle[] =>
  [
    { order: '', content: Buffer.from(bytes) },
    { order: ' reversed', content: Buffer.from(bytes).reverse() },
  ].flatMap(({ order, content }) => {
    const hex = content.toString('hex');
    const texts: [string, string][] = [
      ['hex', hex],
      ['HEX', hex.toUpperCase()],
      ['a list of numbers', [...content].join(',')],
      ...[0, 1, 2].map((shift): [string, string] => [`base64 at ${shift}`, base64At(content, shift)]),
      ...[0, 1, 2].map((shift): [string, string] => [
        `base64url at ${shift}`,
        base64At(content, shift).replaceAll('+', '-').replaceAll('/', '_'),
      ]),
    ];
    const raw = { label: `${name} as raw bytes${order}`, bytes: content };
    return [raw, ...texts.map(([form, text]) => ({ label: `${name} as ${form}${order}`, bytes: Buffer.from(text) }))];
  });

/** The characters that these bytes alone decide where `shift` others stand before them. */
function base64At(content: Buffer, shift: number): string {
  const before = Buffer.alloc(shift);
  const text = Buffer.concat([before, content, Buffer.alloc(3)]).toString('base64');
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + content.length) * 8) / 6);
  return text.slice(first, last);
}

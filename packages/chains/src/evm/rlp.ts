import { minimalBytes } from './bytes.ts';

/** A byte string, or a list of items. */
export type Rlp = Uint8Array | readonly Rlp[];

/** Recursive length prefix encoding (Yellow Paper, appendix B), in one allocation. */
export function encodeRlp(item: Rlp): Uint8Array {
  const out = new Uint8Array(encodedLength(item));
  write(item, out, 0);
  return out;
}

function encodedLength(item: Rlp): number {
  if (item instanceof Uint8Array && isOwnEncoding(item)) return 1;
  const length = payloadLength(item);
  return (length < 56 ? 1 : 1 + minimalBytes(BigInt(length)).length) + length;
}

function payloadLength(item: Rlp): number {
  if (item instanceof Uint8Array) return item.length;
  return item.reduce((length, child) => length + encodedLength(child), 0);
}

/** Writes `item` from `offset` on; gives the offset behind it. */
function write(item: Rlp, out: Uint8Array, offset: number): number {
  if (item instanceof Uint8Array) {
    const start = isOwnEncoding(item) ? offset : writeHeader(item.length, 0x80, out, offset);
    out.set(item, start);
    return start + item.length;
  }
  let next = writeHeader(payloadLength(item), 0xc0, out, offset);
  for (const child of item) next = write(child, out, next);
  return next;
}

function writeHeader(length: number, base: number, out: Uint8Array, offset: number): number {
  if (length < 56) {
    out[offset] = base + length;
    return offset + 1;
  }
  const size = minimalBytes(BigInt(length));
  out[offset] = base + 55 + size.length;
  out.set(size, offset + 1);
  return offset + 1 + size.length;
}

function isOwnEncoding(bytes: Uint8Array): boolean {
  return bytes.length === 1 && (bytes[0] ?? 0) < 0x80;
}

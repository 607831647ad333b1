import { ProtocolError } from './errors.ts';

/** Sizes that a sealed request or answer may have, bytes: whoever carries it learns the bucket, not the length. */
const buckets = [1_024, 2_048, 5_120, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144];

/** u32 length || content || zeros up to the next bucket. Throws RangeError above the largest. */
export function pad(content: Uint8Array): Uint8Array {
  const size = buckets.find((bucket) => bucket >= content.length + 4);
  if (size === undefined) throw new RangeError(`content of ${content.length} bytes does not fit the largest bucket`);
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, 4);
  return padded;
}

/** The content again (a view). Throws ProtocolError `malformed`. */
export function unpad(padded: Uint8Array): Uint8Array {
  const length = padded.length >= 4 ? new DataView(padded.buffer, padded.byteOffset).getUint32(0) : -1;
  if (!buckets.includes(padded.length) || length < 0 || length > padded.length - 4) {
    throw new ProtocolError('malformed', 'padding: not of the expected form', 'Pad to the next bucket.');
  }
  return padded.subarray(4, 4 + length);
}

import * as v from 'valibot';
import { ServiceError } from './errors.ts';

/** How a body's bytes become a message and back. `decode` throws an error with `code` (and `hint`) for bad input. */
export type Codec<T> = {
  readonly schema: v.GenericSchema<unknown, T>;
  /** Default `application/cbor`. */
  readonly mediaType?: string;
  readonly decode: (bytes: Uint8Array) => T;
  readonly encode: (value: T) => Uint8Array;
};

/** The media type of a codec that names none (RFC 8949, section 9.3). */
export const cborMediaType = 'application/cbor';

/**
 * Raw bytes as a body: what is sealed end to end and not for this layer to parse. Shorter than `minBytes` is refused with
 * `malformed`; the upper bound is the route's `maxBytes`.
 */
export function octets(minBytes = 1): Codec<Uint8Array> {
  return {
    schema: v.instance(Uint8Array),
    mediaType: 'application/octet-stream',
    decode: (bytes) => {
      if (bytes.length >= minBytes) return bytes;
      throw new ServiceError({
        status: 400,
        code: 'malformed',
        message: `expected at least ${minBytes} bytes`,
        hint: 'Send the sealed message as the body.',
      });
    },
    encode: (value) => value,
  };
}

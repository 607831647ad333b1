import type { Socket } from 'node:net';
import { type Bytes, concatBytes } from '../bytes.ts';
import { NsmError } from './messages.ts';

const HEADER_BYTES = 4;

/** A message with its length before it, 4 bytes big-endian. */
export function frame(message: Uint8Array): Bytes {
  const header = new Uint8Array(HEADER_BYTES);
  new DataView(header.buffer).setUint32(0, message.length);
  return concatBytes(header, message);
}

/**
 * Reads the one frame that a connection carries each way, and no further. `timeoutMs` bounds the whole, so that a peer can't
 * hold the connection by sending a byte at a time. Throws an NsmError `malformed` or `unavailable`.
 */
export async function readFrame(
  socket: Socket,
  { maxBytes, timeoutMs }: { maxBytes: number; timeoutMs: number },
): Promise<Bytes> {
  const { promise, resolve, reject } = Promise.withResolvers<Bytes>();
  let received: Bytes = new Uint8Array(0);
  const take = (chunk: Buffer) => {
    received = concatBytes(received, chunk);
    try {
      const message = unframe(received, maxBytes);
      if (message !== undefined) resolve(message);
    } catch (error) {
      reject(error);
    }
  };
  socket.on('data', take);
  socket.on('error', (cause) => reject(new NsmError('unavailable', 'the connection failed', { cause })));
  socket.on('close', () => reject(new NsmError('unavailable', 'the connection ended before a message')));
  const timer = setTimeout(() => reject(new NsmError('unavailable', 'no message came in time')), timeoutMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.off('data', take);
    socket.pause();
  }
}

/** The message, or undefined while it is not all there. */
function unframe(received: Bytes, maxBytes: number): Bytes | undefined {
  if (received.length < HEADER_BYTES) return undefined;
  const length = new DataView(received.buffer).getUint32(0);
  if (length === 0 || length > maxBytes) throw new NsmError('malformed', `a message of ${length} bytes`);
  if (received.length > HEADER_BYTES + length) throw new NsmError('malformed', 'something after the message');
  return received.length === HEADER_BYTES + length ? received.subarray(HEADER_BYTES) : undefined;
}

import { connect } from 'node:net';
import { frame, readFrame } from './frame.ts';
import { encodeRequest, MAX_ANSWER_BYTES, type NsmRequest, parseAnswer } from './messages.ts';

const TIMEOUT_MS = 5_000;

/**
 * Asks the security module behind a unix socket for an attestation document, which comes back unverified.
 * Throws an NsmError.
 */
export async function requestDocument(socketPath: string, request: NsmRequest): Promise<Uint8Array> {
  const socket = connect(socketPath);
  try {
    socket.write(frame(encodeRequest(request)));
    return parseAnswer(await readFrame(socket, { maxBytes: MAX_ANSWER_BYTES, timeoutMs: TIMEOUT_MS }));
  } finally {
    socket.destroy();
  }
}

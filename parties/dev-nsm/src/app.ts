import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Measurement } from '@symbolon/attestation';
import { type Identity, issueLeaf, signDocument } from '@symbolon/attestation/develop';
import {
  encodeAnswer,
  frame,
  MAX_REQUEST_BYTES,
  NsmError,
  type NsmRequest,
  parseRequest,
  readFrame,
} from '@symbolon/attestation/nsm';

const TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 64;

/** Says in every document, to whoever prints it, what the signer runs in. */
const MODULE_IDS = { process: 'symbolon-development-nsm', emulator: 'symbolon-emulated-enclave' } as const;

export interface NsmConfig {
  readonly socketPath: string;
  readonly root: Identity;
  readonly measurement: Measurement;
  /** What it vouches for: a plain process, or an enclave that an emulator booted. Neither is hardware. */
  readonly of: keyof typeof MODULE_IDS;
}

/** Serves attestation documents on a unix socket that its owner alone may open (0600). Resolves once it listens. */
export async function serveNsm({ socketPath, root, measurement, of }: NsmConfig): Promise<Server> {
  await removeStale(socketPath);
  const server = createServer((socket) => void serve(socket, (request) => attest(request, { root, measurement, of })));
  server.maxConnections = MAX_CONNECTIONS;
  await listenPrivately(server, socketPath);
  return server;
}

/** One request, one answer, then the connection ends. */
async function serve(socket: Socket, attestFor: (request: NsmRequest) => Uint8Array): Promise<void> {
  socket.setTimeout(2 * TIMEOUT_MS, () => socket.destroy());
  try {
    const request = parseRequest(await readFrame(socket, { maxBytes: MAX_REQUEST_BYTES, timeoutMs: TIMEOUT_MS }));
    socket.end(frame(encodeAnswer({ document: attestFor(request) })));
  } catch (error) {
    socket.end(frame(encodeAnswer({ error: error instanceof NsmError ? error.code : 'internal' })));
  }
}

/** A document of the Nitro form, now, its leaf key made for it alone. PCR3 to 15 are zero, as on an image nobody signed. */
function attest(request: NsmRequest, { root, measurement, of }: Omit<NsmConfig, 'socketPath'>): Uint8Array {
  const measured = [measurement.pcr0, measurement.pcr1, measurement.pcr2];
  return signDocument({
    leaf: issueLeaf(root),
    moduleId: MODULE_IDS[of],
    timestamp: Date.now(),
    pcrs: new Map(Array.from({ length: 16 }, (_, index) => [index, measured[index] ?? new Uint8Array(48)])),
    publicKey: request.publicKey ?? null,
    userData: request.userData ?? null,
    nonce: request.nonce ?? null,
  });
}

/** The mode is set by umask while the socket is bound; a chmod afterwards would leave a moment open to others. */
async function listenPrivately(server: Server, socketPath: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  const before = process.umask(0o177);
  try {
    server.listen(socketPath, resolve);
  } finally {
    process.umask(before);
  }
  await promise;
}

/** Removes what a killed process left; a socket that answers, or a file that is none, is left alone for listen to refuse. */
async function removeStale(socketPath: string): Promise<void> {
  if (lstatSync(socketPath, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const probe = connect(socketPath, () => resolve(true)).once('error', () => resolve(false));
  const answers = await promise;
  probe.destroy();
  if (!answers) unlinkSync(socketPath);
}

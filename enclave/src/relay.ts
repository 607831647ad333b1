import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Deployment } from '@symbolon/protocol';

/** bytes, and ms */
const maximumHead = 4_096;
const headTimeout = 5_000;
const connectTimeout = 5_000;
const maximumConnections = 64;

/** `host:port` of everyone a signer of this deployment has business with: both stores, and where issuers publish their keys. */
export function parties({ kms, cloud, issuers }: Deployment): Set<string> {
  const urls = [
    kms.url,
    cloud.url,
    ...issuers.flatMap(({ url, jwksUrl }) => (jwksUrl === undefined ? [url] : [jwksUrl])),
  ];
  return new Set(urls.map(authorityOf));
}

/**
 * The enclave's way out, on a unix socket that its owner alone may open: HTTP CONNECT (RFC 9110, 9.3.6) to the parties on the list and
 * nowhere else. It passes bytes on. What it could read, alter, drop or replay is what any host could, and the signer's checks are made
 * for that; the list keeps a signer that was broken into from calling home by this way.
 */
export async function serveRelay(socketPath: string, allowed: ReadonlySet<string>): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    void pass(socket, allowed).catch(() => socket.destroy());
  });
  server.maxConnections = maximumConnections;
  await listenPrivately(server, socketPath);
  return server;
}

/** Sends the same bytes to everyone who connects, and ends. */
export async function serveFile(socketPath: string, content: Uint8Array): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(content);
  });
  await listenPrivately(server, socketPath);
  return server;
}

async function pass(socket: Socket, allowed: ReadonlySet<string>): Promise<void> {
  const { authority, rest } = await readConnect(socket);
  if (authority === null || !allowed.has(authority)) {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  const { hostname, port } = new URL(`tcp://${authority}`);
  const there = connect({ host: hostname, port: Number(port) });
  there.on('error', () => socket.destroy());
  socket.on('close', () => there.destroy());
  there.on('close', () => socket.destroy());
  await once(there, 'connect', { signal: AbortSignal.timeout(connectTimeout) });
  for (const one of [socket, there]) one.setNoDelay(true);
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  there.write(rest);
  socket.pipe(there).pipe(socket);
}

/** The head of the one request that a connection begins with. Null for any other method. Throws Error where none comes in time. */
async function readConnect(socket: Socket): Promise<{ authority: string | null; rest: Buffer }> {
  const signal = AbortSignal.timeout(headTimeout);
  let head = Buffer.alloc(0);
  for (;;) {
    const part: Buffer | null = socket.read();
    if (part === null) {
      if (socket.readableEnded || socket.destroyed) throw new Error('no request came');
      await once(socket, 'readable', { signal });
      continue;
    }
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1 && head.length < maximumHead) continue;
    const line = head.toString('latin1', 0, head.indexOf('\r\n'));
    return { authority: /^CONNECT (\S{1,300}) HTTP\/1\.1$/.exec(line)?.[1] ?? null, rest: head.subarray(end + 4) };
  }
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

function authorityOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';

/** How this process reaches other parties. */
export interface Outbound {
  connect: buildConnector.connector;
  fetch: typeof fetch;
}

const connectTimeout = 5_000;
const keepAlive = 60_000;
const connections = 2;
/** bytes */
const maximumHead = 4_096;

/**
 * Straight, or through a relay (`host:port`) where an enclave has no network: the relay is asked by HTTP CONNECT (RFC 9110, 9.3.6) to
 * pass bytes on, so TLS ends here and not with it. Connections are few and kept, for in an enclave each one is dear.
 */
export function outbound(relay?: string): Outbound {
  const direct = buildConnector({ timeout: connectTimeout });
  const connect = relay === undefined ? direct : through(relay, direct);
  const dispatcher = new Agent({ connect, connections, pipelining: 1, keepAliveTimeout: keepAlive });
  const ask = (url: string, init: object) => undiciFetch(url, { ...init, dispatcher });
  return { connect, fetch: ask as unknown as typeof fetch };
}

function through(relay: string, direct: buildConnector.connector): buildConnector.connector {
  const { hostname, port } = new URL(`http://${relay}`);
  return (target, callback) => {
    direct({ hostname, port, protocol: 'http:' }, (error, socket) => {
      if (error !== null) return callback(error, null);
      const authority = `${target.hostname}:${target.port || (target.protocol === 'https:' ? 443 : 80)}`;
      const opened = () => {
        if (target.protocol === 'https:') direct({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      };
      const failed = (cause: unknown) => {
        socket.destroy();
        callback(new Error('The relay did not connect.', { cause }), null);
      };
      askFor(authority, socket).then(opened, failed);
    });
  };
}

/** Resolves once the socket leads there. Whatever came behind the relay's word is put back. */
async function askFor(authority: string, socket: Socket): Promise<void> {
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const signal = AbortSignal.timeout(connectTimeout);
  let head = Buffer.alloc(0);
  for (;;) {
    const part: Buffer | null = socket.read();
    if (part === null) {
      if (socket.readableEnded || socket.destroyed) throw new Error('The relay hung up.');
      await once(socket, 'readable', { signal });
      continue;
    }
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1 && head.length < maximumHead) continue;
    if (!/^HTTP\/1\.[01] 200[ \r]/.test(head.toString('latin1', 0, 32))) throw new Error('The relay refused.');
    const rest = head.subarray(end + 4);
    if (rest.length > 0) socket.unshift(rest);
    return;
  }
}

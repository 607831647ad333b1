import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

const maximumConnections = 256;

/**
 * Where devices come in: passes each connection on to the machine. While that boots again, who comes waits, so that a device whose
 * request was lost with the old one has the next answered without being told to come later.
 */
export async function serveDoor(port: number, machinePort: () => Promise<number>): Promise<Server> {
  const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    void machinePort().then(
      (inner) => pass(socket, inner),
      () => socket.destroy(),
    );
  });
  server.maxConnections = maximumConnections;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function pass(socket: Socket, port: number): void {
  const inner = connect({ host: '127.0.0.1', port, noDelay: true });
  inner.on('error', () => socket.destroy());
  inner.on('close', () => socket.destroy());
  socket.on('close', () => inner.destroy());
  socket.pipe(inner).pipe(socket);
}

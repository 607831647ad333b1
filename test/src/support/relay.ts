import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** What becomes of an answer on its way to the signer: these bytes instead, or null: the connection is cut. */
export type Carry = (answer: Buffer) => Promise<Buffer | null> | Buffer | null;

/** A host's relay in bad hands: the signer reaches whom it asks for, and every answer goes through `carry`. */
export async function badRelay(socketPath: string, carry: { with: Carry }): Promise<Disposable> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (head) => {
      const [, authority] = /^CONNECT (\S+) /.exec(head.toString('latin1')) ?? [];
      const { hostname, port } = new URL(`tcp://${authority}`);
      const there = connect({ host: hostname, port: Number(port) }, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(there);
      });
      there.on('error', () => socket.destroy());
      there.on('close', () => socket.destroy());
      socket.on('close', () => there.destroy());
      there.on('data', (answer) => {
        void (async () => {
          const carried = await carry.with(answer);
          if (carried === null) socket.destroy();
          else socket.write(carried);
        })();
      });
    });
  });
  server.listen(socketPath);
  await once(server, 'listening');
  return { [Symbol.dispose]: () => void server.close() };
}

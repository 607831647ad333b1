import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Answer, get, post } from './http.ts';
import type { World } from './world.ts';

/** One message as somebody on the wire saw it. */
interface Hop {
  path: string;
  body: Uint8Array;
}

/** Answers in the kms's place; `forward` asks the kms itself. */
export type Meddle = (hop: Hop, forward: (body?: Uint8Array) => Promise<Answer>) => Promise<Answer>;

/**
 * Puts somebody between a party and the kms: the party's own copy of the deployment is told another address, as whoever holds its
 * network can bring about. Everything that passes is recorded.
 */
export async function standBetween(world: World, party: 'signer' | 'cloud', meddle: Meddle): Promise<Between> {
  const hops: Hop[] = [];
  const { kms } = world.deployment;
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '/';
      const body = await bodyOf(request);
      hops.push({ path, body });
      const ask = (sent: Uint8Array) => (request.method === 'GET' ? get(kms.url + path) : post(kms.url + path, sent));
      const answer = await meddle({ path, body }, (other) => ask(other ?? body));
      response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const file = join(world.devnet.home[party], 'deployment.json');
  const honest = readFileSync(file, 'utf8');
  const text = JSON.parse(honest);
  writeFileSync(file, JSON.stringify({ ...text, kms: { ...text.kms, url } }));
  server.unref();
  await world.devnet.restart(party);
  const leave = async () => {
    writeFileSync(file, honest);
    await world.devnet.restart(party);
    await close(server);
  };
  return { hops, [Symbol.asyncDispose]: leave };
}

export interface Between extends AsyncDisposable {
  hops: Hop[];
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new Uint8Array(Buffer.concat(chunks));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

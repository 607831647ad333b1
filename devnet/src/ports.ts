import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import * as v from 'valibot';
import { DevnetError } from './errors.ts';
import { readJson } from './home.ts';

const names = ['issuer', 'kms', 'cloud', 'signer', 'mailbox', 'smtp', 'web-host', 'dapp', 'shop', 'provider'] as const;

/** Where each process listens on 127.0.0.1. */
export type Ports = Record<(typeof names)[number] | 'chain', number>;

export const defaultPortBase = 4_100;
const chainOffset = 4_445;

/** issuer base + 1 ... provider base + 10, and the chain where Ethereum tools look for it: 8545 with the default base. */
export function fixedPorts(base: number): Ports {
  const numbered = Object.fromEntries(names.map((name, index) => [name, base + 1 + index]));
  return { ...numbered, chain: base + chainOffset } as Ports;
}

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const keptSchema = v.intersect([v.object({ issuer: port }), v.record(v.string(), port)]);

/** The ports of a home, null where it is new; one that an earlier version made lacks some. Throws DevnetError `home-damaged`. */
export function readPorts(path: string): (Partial<Ports> & Pick<Ports, 'issuer'>) | null {
  try {
    const json = readJson(path);
    return json === null ? null : v.parse(keptSchema, json);
  } catch {
    throw new DevnetError(
      'home-damaged',
      `${path} does not hold this home's ports any more.`,
      "Restore it from a copy: the issuer's address is part of who someone is. Without one, begin anew: npm start -- --fresh",
    );
  }
}

/** Ports that nobody listens on. All are held until all are known: no two are the same. */
export async function freePorts(): Promise<Ports> {
  const wanted = [...names, 'chain' as const];
  const held = await Promise.all(wanted.map(() => hold(0)));
  const ports = held.map((server) => portOf(server));
  await Promise.all(held.map(release));
  return Object.fromEntries(wanted.map((name, index) => [name, ports[index]])) as Ports;
}

/** Throws DevnetError `port-taken`, naming each. */
export async function requirePortsFree(ports: Ports): Promise<void> {
  const tries = Object.entries(ports).map(async ([name, port]) => {
    try {
      await release(await hold(port));
      return null;
    } catch {
      return `${port} (${name})`;
    }
  });
  const taken = (await Promise.all(tries)).filter((one) => one !== null);
  if (taken.length === 0) return;
  throw new DevnetError(
    'port-taken',
    `Something else listens on 127.0.0.1, port ${taken.join(', ')}.`,
    'End it, or begin another home on other ports: --home DIR --port-base N.',
  );
}

async function hold(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function release(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { IssuerConfigInput } from './config.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const MAILBOX_MAIN = join(import.meta.dirname, '../../../devnet/src/mailbox/main.ts');

export const CALLBACK = 'http://127.0.0.1/callback';
export const WALLET_ORIGIN = 'http://wallet.localhost:5173';
export const PAGE_CALLBACK = `${WALLET_ORIGIN}/callback`;

/** An issuer and a mailbox as processes of their own, with real SMTP between them. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'issuer-'));
  readonly dataDir = join(this.folder, 'data');
  url = '';
  mailbox = '';
  #issuer: Running | undefined;
  #mail: Running | undefined;

  static async start(limits: IssuerConfigInput['limits'] = {}): Promise<World> {
    const world = new World();
    try {
      await world.#boot(limits);
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #boot(limits: IssuerConfigInput['limits']): Promise<void> {
    this.#mail = await run([MAILBOX_MAIN, '--data-dir', join(this.folder, 'mailbox')]);
    this.mailbox = String(this.#mail.ready.url);
    const port = await freePort();
    this.url = `http://127.0.0.1:${port}`;
    const config: IssuerConfigInput = {
      dataDir: 'data',
      url: this.url,
      host: '127.0.0.1',
      port,
      behindProxy: true,
      clients: [
        { id: 'wallet', name: 'Wallet & Co', redirectUris: [CALLBACK], origins: [WALLET_ORIGIN] },
        { id: 'other', name: 'Other', redirectUris: [CALLBACK], origins: [] },
        { id: 'page', name: 'Page', application: 'web', redirectUris: [PAGE_CALLBACK, CALLBACK], origins: [] },
      ],
      smtp: { host: '127.0.0.1', port: Number(this.#mail.ready.smtpPort), secure: false, from: 'i@issuer.test' },
      limits,
    };
    writeFileSync(this.configPath, JSON.stringify(config));
    await this.startIssuer();
  }

  get configPath(): string {
    return join(this.folder, 'issuer.json');
  }

  /** Everything the issuer wrote to stdout and stderr since its last start. */
  get output(): string {
    return this.#issuer?.output() ?? '';
  }

  async startIssuer(): Promise<void> {
    this.#issuer = await run([MAIN, this.configPath]);
  }

  /** @returns the exit code, null after SIGKILL */
  async stopIssuer(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    return (await this.#issuer?.stop(signal)) ?? null;
  }

  async stopMailbox(): Promise<void> {
    await this.#mail?.stop('SIGTERM');
  }

  /** The codes mailed to `to` so far, oldest first. */
  async codes(to: string): Promise<string[]> {
    const response = await fetch(`${this.mailbox}/api/messages?to=${encodeURIComponent(to)}`);
    const messages = (await response.json()) as { text: string }[];
    return messages.map(({ text }) => /code is: (\d{6})/.exec(text)?.[1] ?? 'none');
  }

  async lastCode(to: string): Promise<string> {
    const code = (await this.codes(to)).at(-1);
    assert.ok(code, `no code was mailed to ${to}`);
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#issuer?.stop('SIGKILL');
    await this.#mail?.stop('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Running {
  ready: Record<string, unknown>;
  output(): string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

async function run(args: string[]): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout, stderr } = child;
  assert.ok(stdout && stderr);
  let output = '';
  for (const stream of [stdout, stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const exit = once(child, 'exit');
  const line = await Promise.race([
    once(createInterface(stdout), 'line').then(([text]) => String(text)),
    exit.then(([code]) => assert.fail(`${args[0]} ended with ${code}: ${output}`)),
  ]);
  return {
    ready: JSON.parse(line),
    output: () => output,
    async stop(signal) {
      child.kill(signal);
      const [code] = await exit;
      return code;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

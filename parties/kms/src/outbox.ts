import type { Database, Logger } from '@symbolon/service';
import { createTransport } from 'nodemailer';
import type { KmsStore } from './store.ts';

/** A mail to the mailbox of a deed, in plain text. */
export interface Letter {
  recipient: string;
  subject: string;
  body: string;
}

/** The kms's own way to send mail: not the issuer's. */
export interface Smtp {
  host: string;
  port: number;
  secure: boolean;
  from: string;
  auth?: { user: string; pass: string } | undefined;
}

const retryAfter = 15_000;
const timeout = 10_000;

/** Inside a work: the letter is durable with what it tells of, and is sent afterwards. */
export function post({ statement }: Database, { recipient, subject, body }: Letter): void {
  statement('INSERT INTO outbox (recipient, subject, body) VALUES (?, ?, ?)').run(recipient, subject, body);
}

/** Sends what waits, in order, and tries again later what could not be sent: at least once. */
export class Outbox {
  readonly #store: KmsStore;
  readonly #log: Logger;
  readonly #from: string;
  readonly #transport;
  #running: Promise<void> | null = null;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(store: KmsStore, { from, host, port, secure, auth }: Smtp, log: Logger) {
    this.#store = store;
    this.#log = log;
    this.#from = from;
    const timeouts = { connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout };
    this.#transport = createTransport({ host, port, secure, ...timeouts, ...(auth ? { auth } : {}) });
  }

  /** Something waits. Returns at once. */
  wake(): void {
    if (this.#closed || this.#running !== null) return;
    clearTimeout(this.#retry);
    this.#running = this.#sendAll()
      .catch((error: unknown) => {
        this.#log.error('mail-not-sent', {}, error);
        if (!this.#closed) this.#retry = setTimeout(() => this.wake(), retryAfter);
      })
      .finally(() => {
        this.#running = null;
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#running;
    this.#transport.close();
  }

  async #sendAll(): Promise<void> {
    for (let letter = this.#next(); letter !== null && !this.#closed; letter = this.#next()) {
      const { id, recipient, subject, body } = letter;
      await this.#transport.sendMail({ from: this.#from, to: recipient, subject, text: body });
      await this.#store.commit.submit(({ statement }) => statement('DELETE FROM outbox WHERE id = ?').run(id));
    }
  }

  #next(): (Letter & { id: number }) | null {
    const row = this.#store.database
      .statement('SELECT id, recipient, subject, body FROM outbox ORDER BY id LIMIT 1')
      .get();
    if (row === undefined) return null;
    const { id, recipient, subject, body } = row;
    return { id: Number(id), recipient: String(recipient), subject: String(subject), body: String(body) };
  }
}

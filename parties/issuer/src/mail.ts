import { readSecretFile } from '@symbolon/service';
import nodemailer from 'nodemailer';
import type { IssuerConfig } from './config.ts';
import { Refused } from './refusal.ts';

export interface Mailer {
  /**
   * Hands one code to the relay, which has accepted it when this resolves.
   * @throws {Refused} `mail-refused` for this mailbox for good, `mail-unavailable` when trying again may help
   */
  sendCode(mail: { to: string; code: string; app: string; minutes: number }): Promise<void>;
  close(): void;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);
const TIMEOUT_MS = 10_000;

export function createMailer(smtp: IssuerConfig['smtp']): Mailer {
  const { user, passFile } = smtp;
  const login = user !== undefined && passFile !== undefined ? { auth: { user, pass: readPassword(passFile) } } : {};
  const transport = nodemailer.createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure,
    // Someone on the path who strips STARTTLS would read every code; only a relay on this machine may do without.
    requireTLS: !smtp.secure && !LOOPBACK.has(smtp.host),
    ...login,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async sendCode({ to, code, app, minutes }) {
      try {
        await transport.sendMail({
          from: smtp.from,
          to: { name: '', address: to },
          subject: `${code} is your sign-in code`,
          text: codeText(code, app, minutes),
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw refusedForGood(error)
          ? new Refused(422, 'mail-refused', 'The mail server does not accept this address.', 'Check its spelling.')
          : new Refused(503, 'mail-unavailable', 'The mail could not be sent.', 'Try again in a minute.', {
              cause: error,
            });
      }
    },
    close() {
      transport.close();
    },
  };
}

function codeText(code: string, app: string, minutes: number): string {
  return [
    `Your sign-in code is: ${code}`,
    '',
    `It was asked for by "${app}" and is good for ${minutes} minutes, once, on the page that asked for it.`,
    '',
    'Nobody will ever ask you for this code: not by phone, not by chat, not by e-mail, and no support either.',
    'Whoever has it signs in as you. If you did not ask for it, do nothing: without the code nobody gets in.',
    '',
  ].join('\n');
}

function refusedForGood(error: unknown): boolean {
  const status = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
  const atEnvelope = error instanceof Error && 'code' in error && error.code === 'EENVELOPE';
  return atEnvelope && status >= 500;
}

function readPassword(path: string): string {
  const bytes = readSecretFile(path);
  const password = new TextDecoder().decode(bytes).trimEnd();
  bytes.fill(0);
  return password;
}

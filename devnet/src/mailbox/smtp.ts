import type { AddressInfo } from 'node:net';
import { callbackify } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Messages } from './messages.ts';

const MAX_BYTES = 256 * 1024;

export interface Listener {
  port: number;
  close(): Promise<void>;
}

/** Accepts mail for anyone on the loopback `port`, without login or TLS: it never leaves this machine. */
export async function listenSmtp(port: number, messages: Messages): Promise<Listener> {
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    maxClients: 50,
    logger: false,
    onData: callbackify((stream: SMTPServerDataStream, session: SMTPServerSession) => keep(stream, session, messages)),
  });
  // A client that hangs up in the middle is its own affair.
  smtp.on('error', () => undefined);
  const server = smtp.listen(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}

async function keep(stream: SMTPServerDataStream, session: SMTPServerSession, messages: Messages): Promise<void> {
  const mail = await simpleParser(stream, { skipTextToHtml: true, skipImageLinks: true });
  if (stream.sizeExceeded) throw Object.assign(new Error('message too large'), { responseCode: 552 });
  for (const { address } of session.envelope.rcptTo) {
    messages.add({ to: address, from: mail.from?.text ?? '', subject: mail.subject ?? '', text: mail.text ?? '' });
  }
}

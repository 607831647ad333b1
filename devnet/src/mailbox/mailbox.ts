import { listenHttp } from './http.ts';
import { openMessages } from './messages.ts';
import { listenSmtp } from './smtp.ts';

export interface Mailbox {
  /** Of the page and the JSON. */
  url: string;
  httpPort: number;
  smtpPort: number;
  close(): Promise<void>;
}

/** Starts the local mailbox, for development only. Port 0 takes a free one. */
export async function startMailbox(options: { smtpPort: number; httpPort: number; dataDir: string }): Promise<Mailbox> {
  const messages = openMessages(options.dataDir);
  const smtp = await listenSmtp(options.smtpPort, messages);
  const http = await listenHttp(options.httpPort, messages);
  return {
    url: `http://127.0.0.1:${http.port}`,
    httpPort: http.port,
    smtpPort: smtp.port,
    async close() {
      await Promise.all([smtp.close(), http.close()]);
      messages.close();
    },
  };
}

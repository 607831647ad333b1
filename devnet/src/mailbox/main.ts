import { parseArgs } from 'node:util';
import { startMailbox } from './mailbox.ts';

const { values } = parseArgs({
  options: {
    'smtp-port': { type: 'string', default: '0' },
    'http-port': { type: 'string', default: '0' },
    'data-dir': { type: 'string' },
  },
});
const dataDir = values['data-dir'];
if (dataDir === undefined) {
  process.stderr.write('usage: node main.ts --data-dir DIR [--smtp-port PORT] [--http-port PORT]\n');
  process.exit(2);
}

const mailbox = await startMailbox({
  smtpPort: Number(values['smtp-port']),
  httpPort: Number(values['http-port']),
  dataDir,
});
const { url, httpPort, smtpPort } = mailbox;
process.stdout.write(`${JSON.stringify({ event: 'ready', url, httpPort, smtpPort })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void mailbox.close().then(() => process.exit(0)));
}

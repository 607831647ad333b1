import { explainStart, shutdownOnSignals } from '@symbolon/service';
import { log, startIssuer } from './app.ts';
import { readIssuerConfig } from './config.ts';

const path = process.argv[2];
if (path === undefined) {
  process.stderr.write('usage: node main.ts CONFIG.json\n');
  process.exit(2);
}
try {
  const issuer = await startIssuer(readIssuerConfig(path));
  shutdownOnSignals(issuer.close, log);
  process.stdout.write(`${JSON.stringify({ event: 'ready', url: issuer.url })}\n`);
} catch (error) {
  explainStart(error);
}

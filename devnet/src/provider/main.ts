import { createServer } from 'node:http';
import { readJson } from '../home.ts';
import { Accounts } from './accounts.ts';
import { choose } from './choose.ts';
import { createProvider, type ProviderConfig } from './provider.ts';
import { Records } from './records.ts';

const [file = ''] = process.argv.slice(2);
const config = readJson(file) as ProviderConfig | null;
if (config === null) {
  process.stderr.write('usage: node main.ts CONFIG.json\n');
  process.exit(2);
}

const { dataDir, url, port } = config;
const accounts = new Accounts(dataDir);
const records = new Records(dataDir);
const provider = createProvider(config, accounts, records);
provider.on('server_error', (_context, error) => process.stderr.write(`${error.stack}\n`));
const library = provider.callback();

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  if (path === '/healthz') return void response.end('{"status":"ok"}');
  request.headers.host = new URL(url).host;
  const served = path.startsWith('/choose/')
    ? choose(provider, accounts, url, request, response)
    : library(request, response);
  served.catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.destroy();
  });
});
server.listen(port, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ event: 'ready', url })}\n`));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    records.save();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}

import { readFileSync } from 'node:fs';
import { type DappOptions, startDapp } from './index.ts';

const [file = ''] = process.argv.slice(2);
if (file === '') {
  process.stderr.write('usage: node main.ts CONFIG.json\n');
  process.exit(2);
}
const dapp = await startDapp(JSON.parse(readFileSync(file, 'utf8')) as DappOptions);
process.stdout.write(`${JSON.stringify({ event: 'ready', port: dapp.port })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void dapp[Symbol.asyncDispose]().then(() => process.exit(0)));
}

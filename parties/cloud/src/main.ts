import { explainStart, readConfig, shutdownOnSignals } from '@symbolon/service';
import { configSchema } from './config.ts';
import { start } from './start.ts';

const [configFile] = process.argv.slice(2);
if (configFile === undefined) {
  console.error('usage: main.ts CONFIG.json   see README.md');
  process.exit(2);
}
try {
  const { url, stop, log } = await start(readConfig(configFile, configSchema));
  shutdownOnSignals(stop, log);
  console.log(JSON.stringify({ event: 'ready', url }));
} catch (error) {
  explainStart(error);
}

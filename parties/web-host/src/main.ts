import { runParty } from '@symbolon/service';
import { configSchema } from './config.ts';
import { start } from './start.ts';

await runParty(configSchema, start);

import { parseArgs } from 'node:util';
import { initialiseKeys } from '@symbolon/share-store';

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } });
const dataDir = values['data-dir'];
if (dataDir === undefined) {
  console.error("usage: init.ts --data-dir DIR   makes the kms's own keys there, and prints their public halves");
  process.exit(2);
}
console.log(JSON.stringify(initialiseKeys(dataDir)));

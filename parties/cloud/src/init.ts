import { parseArgs } from 'node:util';
import { initialiseKeys } from '@symbolon/share-store';
import { initialiseOperator } from './operator.ts';

const { values } = parseArgs({ options: { 'data-dir': { type: 'string' } } });
const dataDir = values['data-dir'];
if (dataDir === undefined) {
  console.error("usage: init.ts --data-dir DIR   makes the cloud's own keys there, and prints their public halves");
  process.exit(2);
}
console.log(JSON.stringify(initialiseKeys(dataDir)));
console.error(
  `The registry of apps is changed with ${initialiseOperator(dataDir)}: move it to where its operator works.`,
);

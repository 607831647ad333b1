import { ensureTools } from './tools.ts';

/** `npm run setup`: what the tests need of this machine. */
const still = ensureTools();
if (still.length > 0) process.exit(1);
console.log('Everything that the tests need is installed.');

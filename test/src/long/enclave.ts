// `node enclave.ts SEED FROM COUNT`: COUNT wallets, ten signatures each, through the signer's image in an emulated enclave; then nothing of
// any of them is in the machine's memory. The last line is the totals, JSON. Keys are random: the seed changes nothing.
import { machineOf } from '../support/enclave.ts';
import { assertForgotten, exerciseWallets, plantedOrigins } from '../support/forgotten.ts';
import { memoryOfProcess } from '../support/memory.ts';
import { bootWorld } from '../support/world.ts';

const signaturesEach = 10;
const wallets = Number(process.argv[4]);

await using world = await bootWorld({ signer: 'enclave', origins: plantedOrigins });
const secrets = await exerciseWallets(world, wallets, signaturesEach);
await assertForgotten(world, secrets, memoryOfProcess(machineOf(world)));
console.log(JSON.stringify({ wallets, signatures: wallets * (signaturesEach + 1), secrets: secrets.length, found: 0 }));

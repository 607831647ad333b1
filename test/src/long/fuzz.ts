// One shard of the long fuzz test: `fuzz.ts SEED FROM COUNT`. The last line is its totals as JSON; a crash, a hang or an answer
// of 5xx ends it with an error instead.
import { run } from '../fuzzInputs.ts';
import { sendBadInput } from '../support/badInput.ts';
import { sendBadSignIns } from '../support/badSignIns.ts';
import { liftIssuerLimits } from '../support/issuerLimits.ts';
import { bootWorld } from '../support/world.ts';

const [seed = 1, from = 0, count = 100_000] = process.argv.slice(2).map(Number);
// Shards of one seed go on where the one before ended: each has a seed of its own.
const own = seed + from;
const httpRounds = 4;

const { inputs, accepted, refused, slowestMs } = await run(own, count);
console.log(
  `${inputs} inputs to the decoders: ${accepted} taken, ${refused} refused, the slowest in ${slowestMs.toFixed(1)} ms`,
);

await using world = await bootWorld();
await liftIssuerLimits(world);
const before = JSON.stringify(world.devnet.pids());
const parties = await sendBadInput(world, own, httpRounds);
const issuer = await sendBadSignIns(world, own);
if (JSON.stringify(world.devnet.pids()) !== before) throw new Error('a party fell over');
const requests = parties.requests + issuer.requests;
console.log(`${requests} bad requests to the live parties: ${JSON.stringify(Object.fromEntries(parties.codes))}`);
console.log(JSON.stringify({ inputs, accepted, refused, requests }));

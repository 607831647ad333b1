// One shard of the long fuzz test of evidence: `attestation.ts SEED FROM COUNT`. The last line is its totals as JSON; evidence
// that is taken though altered, a crash or a hang ends it with an error instead, which names the input.
import { flipBytes, run } from '../../../packages/attestation/src/fuzzing/run.ts';

const [seed = 1, from = 0, count = 250_000] = process.argv.slice(2).map(Number);
// Shards of one seed go on where the one before ended: each has a seed of its own.
const own = seed + from;

const flips = from === 0 ? await flipBytes(own, Number.POSITIVE_INFINITY) : {};
const flipped = Object.values(flips).reduce((total, refused) => total + refused, 0);
console.log(`${flipped} single bytes altered, all refused: ${JSON.stringify(flips)}`);

const { inputs, refused, slowestMs } = await run(own, count);
console.log(
  `${inputs} altered inputs, all refused, the slowest in ${slowestMs.toFixed(1)} ms of processor time: ${JSON.stringify(refused)}`,
);
console.log(JSON.stringify({ inputs, flipped, accepted: 0 }));

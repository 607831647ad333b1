import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { root } from './run.ts';

/** How much of each there is in all, and in how many shards, each under eight minutes on two cores. */
const kinds = {
  kill: { total: 600, shards: 4 },
  fuzz: { total: 1_000_000, shards: 4 },
  attestation: { total: 1_000_000, shards: 4 },
  enclave: { total: 100, shards: 4 },
  gallery: { total: 12, shards: 4 },
} as const;
type Kind = keyof typeof kinds;

const usage = `usage: test:long [KIND...] [--shard I/N] [--seed S]
  kill   600 kills (kill -9) over every step and party
  fuzz   1,000,000 bad inputs to the decoders, and bad requests to the live parties
  attestation   1,000,000 altered documents, quotes and tokens, and each of their bytes altered alone
  enclave   100 wallets and 1,000 signatures through the image in an emulated enclave; then its memory is searched
  gallery   axe over every screen of the wallet, in every language, theme and size
Without --shard every shard runs, one after another; a failed one is had again with its --shard and --seed.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { shard: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const asked = positionals.length === 0 ? (Object.keys(kinds) as Kind[]) : positionals.map(kindOf);
const seed = Number(values.seed);
const shard = values.shard === undefined ? null : /^([1-9]\d*)\/([1-9]\d*)$/.exec(values.shard);
if (!Number.isSafeInteger(seed) || (values.shard !== undefined && shard === null)) fail();

for (const kind of asked) {
  const { total, shards } = kinds[kind];
  const of = shard === null ? shards : Number(shard[2]);
  const wanted = shard === null ? Array.from({ length: of }, (_, index) => index) : [Number(shard[1]) - 1];
  if (wanted.some((index) => index >= of)) fail();
  const totals: Record<string, number> = {};
  for (const index of wanted) {
    const from = Math.floor((total * index) / of);
    const count = Math.floor((total * (index + 1)) / of) - from;
    console.log(`${kind}, shard ${index + 1}/${of}, seed ${seed}: ${count} from ${from} on`);
    const counted = await runShard(kind, [seed, from, count]);
    if (counted === null) {
      console.error(`FAILED: npm run test:long -- ${kind} --shard ${index + 1}/${of} --seed ${seed}`);
      process.exit(1);
    }
    for (const [name, value] of Object.entries(counted)) totals[name] = (totals[name] ?? 0) + value;
  }
  console.log(`totals ${kind}: ${JSON.stringify(totals)}`);
}

/** Runs one shard in a process of its own, its output passed on. Its totals, or null where it failed. */
async function runShard(kind: Kind, args: readonly number[]): Promise<Record<string, number> | null> {
  const child = spawn(process.execPath, [`test/src/long/${kind}.ts`, ...args.map(String)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    last = line;
  }
  return (await ended) === 0 ? JSON.parse(last) : null;
}

function kindOf(name: string): Kind {
  return Object.hasOwn(kinds, name) ? (name as Kind) : fail();
}

function fail(): never {
  console.error(usage);
  process.exit(2);
}

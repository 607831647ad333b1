// One shard of the long kill test: `kill.ts SEED FROM COUNT`. The last line is its totals as JSON; a wallet lost or half shown
// ends it with an error instead.
import { runKills } from '../kill/kills.ts';

const [seed = 1, from = 0, count = 60] = process.argv.slice(2).map(Number);
const { kills, missed, retries, wallets, log } = await runKills(seed, count, (line) => console.log(line), from);
console.log(JSON.stringify({ kills, missed, retries, wallets, releases: log.releases }));

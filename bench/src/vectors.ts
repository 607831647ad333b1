import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { keepAliveTransport, nativeCrypto } from '@symbolon/client/node';
import { Conformance } from './conformance.ts';
import { inOrder } from './inOrder.ts';
import { share } from './users.ts';
import { createWorld, interrupted, type World } from './world.ts';

const usage = `usage: npm run -s vectors -- FILE      (-: standard input)

Signs each case of a JSON lines file through all parties of a temporary system, and prints one JSON line a case, in order:
  {"id", "chain": "evm", "op": "transaction" | "message" | "typed-data", "privateKey": "0x..", "payload": {...}}
  -> {"id", "address", "signed"} | {"id", "address", "signature"} | {"id", "error": {"code", "message"}}

Exit code: 0 every line was answered, 1 the system did not hold up, 2 usage, 130 interrupted.`;

/** Cases under way at once: enough to fill the batches between signer and kms. */
const width = 96;
const progressEveryMs = 2_000;

process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage);
    return 0;
  }
  const file = await fileOf(args);
  if (file === null) {
    console.error(usage);
    return 2;
  }
  let asked = false;
  const stopped = interrupted().then(() => {
    asked = true;
    return 130;
  });
  try {
    await using world = await createWorld();
    const code = await Promise.race([stopped, answerAll(world, file)]);
    return code === 0 && world.fallen() ? 1 : code;
  } catch (error) {
    // A Ctrl-C reaches what is still booting as well.
    if (!asked) explain(error);
    return asked ? 130 : 1;
  }
}

function explain(error: unknown): void {
  const { message, hint } = error as Error & { hint?: unknown };
  console.error(`error: ${message}${typeof hint === 'string' ? `\n  next: ${hint}` : ''}`);
}

/** Null where it is not one file that can be read; said on standard error where it is a file. */
async function fileOf(args: string[]): Promise<string | null> {
  try {
    const [file, ...more] = parseArgs({ args, allowPositionals: true }).positionals;
    if (file === undefined || more.length > 0) return null;
    if (file !== '-' && !(await stat(file)).isFile()) throw new Error(`${file} is not a file`);
    return file;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** Standard output carries answers and nothing else. */
async function answerAll({ devnet, issuer }: World, file: string): Promise<number> {
  const { transport } = keepAliveTransport();
  const conformance = new Conformance(share(devnet.deployment, issuer, nativeCrypto, transport));
  const began = performance.now();
  let answered = 0;
  let unread = 0;
  const report = () => {
    const seconds = (performance.now() - began) / 1_000;
    const rate = (answered / seconds).toFixed(0);
    console.error(`${answered} cases, ${conformance.keys} keys, ${seconds.toFixed(1)} s: ${rate} cases a second`);
  };
  const ticking = setInterval(report, progressEveryMs);
  for await (const outcome of inOrder(linesOf(file), width, ({ text, line }) => conformance.answer(text, line))) {
    answered += 1;
    // Only a line that was no case is named by its number.
    if ('line' in outcome) unread += 1;
    if (!process.stdout.write(`${JSON.stringify(outcome)}\n`)) await once(process.stdout, 'drain');
  }
  clearInterval(ticking);
  report();
  if (unread > 0) {
    console.error(
      `${unread} of ${answered} lines hold no case: the file should be JSON lines, one whole object a line.`,
    );
    if (unread === answered)
      console.error('  next: if it is one JSON list, write each of its members on a line of its own: jq -c .[] FILE');
  }
  return 0;
}

/** Lines that are not blank, and their numbers from 1. */
async function* linesOf(file: string): AsyncGenerator<{ text: string; line: number }> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== '') yield { text, line };
  }
}

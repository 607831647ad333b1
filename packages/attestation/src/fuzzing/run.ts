import { AttestationError, recognise } from '../index.ts';
import { below, generator, pick } from './alter.ts';
import { type Target, targets } from './targets.ts';

/** The most processor time that one input may take, ms: of that a machine busy with other things takes nothing away. */
const MAX_MS = 1_000;

/** How many altered inputs each verifier was given and refused, by AttestationError alone, and the most processor time that one took (ms). */
interface Report {
  readonly refused: Record<string, number>;
  readonly inputs: number;
  readonly slowestMs: number;
}

/**
 * Alters real documents, quotes, collateral and tokens, and gives each to its verifier. Throws Error naming verifier and input
 * (hex) where one is taken, fails with anything but an AttestationError, or takes over a second of processor time. The same
 * seed and count give the same inputs.
 */
export async function run(seed: number, count: number): Promise<Report> {
  const random = generator(seed);
  const all = await targets();
  const refused: Record<string, number> = {};
  let slowestMs = 0;
  let inputs = 0;
  while (inputs < count) {
    const target = pick(random, all);
    const altered = target.alter(random, target.genuine);
    if (target.same(altered)) continue;
    const before = process.cpuUsage();
    await requireRefused(target, altered);
    const { user, system } = process.cpuUsage(before);
    slowestMs = Math.max(slowestMs, (user + system) / 1000);
    if (slowestMs > MAX_MS) throw new Error(`${target.name} took ${slowestMs} ms: ${hexOf(altered)}`);
    refused[target.name] = (refused[target.name] ?? 0) + 1;
    inputs += 1;
  }
  return { refused, inputs, slowestMs };
}

/**
 * Alters bytes one at a time, at most `most` of each evenly spread, by masks drawn from the seed, and gives each result to its
 * verifier. Resolves with how many each refused; throws as {@link run} does.
 */
export async function flipBytes(seed: number, most: number): Promise<Record<string, number>> {
  const random = generator(seed);
  const refused: Record<string, number> = {};
  for (const target of await targets()) {
    const { name, genuine, same } = target;
    const step = Math.max(1, Math.ceil(genuine.length / most));
    for (let at = below(random, step); at < genuine.length; at += step) {
      const mask = 1 + below(random, 255);
      const altered = genuine.map((byte, i) => (i === at ? byte ^ mask : byte));
      if (same(altered)) continue;
      await requireRefused(target, altered);
      refused[name] = (refused[name] ?? 0) + 1;
    }
  }
  return refused;
}

async function requireRefused({ name, verify }: Target, altered: Uint8Array): Promise<void> {
  try {
    recognise(altered);
    await verify(altered);
  } catch (error) {
    if (error instanceof AttestationError) return;
    throw new Error(`${name} fails with ${String(error)}: ${hexOf(altered)}`, { cause: error });
  }
  throw new Error(`${name} takes an altered one: ${hexOf(altered)}`);
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').slice(0, 4_000);

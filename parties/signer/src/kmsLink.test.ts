import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { paths, type ReleaseAsk, type ReleaseResult, releasesAnswer, releasesCodec } from '@symbolon/protocol';
import { KmsLink, ReleaseError } from './kmsLink.ts';
import { outbound } from './outbound.ts';
import { type Answer, startServer } from './testing.ts';

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const askOf = (n: number): ReleaseAsk => ({
  message: Uint8Array.of(n >> 8, n & 255),
  token: 't'.repeat(16),
  proof: 'p'.repeat(16),
  challenge: filled(32, 0),
});
const numberOf = ({ message }: ReleaseAsk) => ((message[0] ?? 0) << 8) | (message[1] ?? 0);
const releasedTo = (ask: ReleaseAsk): ReleaseResult => ({
  status: 'released',
  receipt: { body: ask.message, signature: filled(64, 0) },
  sealed: ask.message,
});
const encoded = (results: ReleaseResult[]) => ({ body: releasesAnswer.encode({ results }) });

const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing) await close();
});

/** A link to a kms that answers each batch so, and the batches that came. */
async function setUp(answer: (asks: ReleaseAsk[]) => ReturnType<Answer>) {
  const batches: number[][] = [];
  let together = 0;
  let mostTogether = 0;
  const server = await startServer(async (path, body) => {
    assert.equal(path, paths.releases);
    const { asks } = releasesCodec.decode(body);
    batches.push(asks.map(numberOf));
    mostTogether = Math.max(mostTogether, ++together);
    const given = await answer(asks);
    together -= 1;
    return given;
  });
  const link = new KmsLink(server.url, outbound().connect);
  closing.push(server.close, () => link.close().catch(() => {}));
  return { link, batches, mostTogether: () => mostTogether };
}
const codeIs = (code: ReleaseError['code']) => (error: unknown) => {
  assert.ok(error instanceof ReleaseError, String(error));
  assert.equal(error.code, code);
  return true;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('the way to the kms', () => {
  it('gives each asker its own answer, many to a batch, two batches at a time', async () => {
    const { link, batches, mostTogether } = await setUp(async (asks) => {
      await pause(5);
      return encoded(asks.map(releasedTo));
    });
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    const answers = await Promise.all(numbers.map((n) => link.release(askOf(n))));
    assert.deepEqual(
      answers.map(({ sealed }) => ((sealed[0] ?? 0) << 8) | (sealed[1] ?? 0)),
      numbers,
    );
    assert.ok(batches.every(({ length }) => length <= 64));
    assert.ok(batches.length < 20 && mostTogether() <= 2, `${batches.length} batches, ${mostTogether()} at once`);
    assert.deepEqual(
      batches.flat().sort((a, b) => a - b),
      numbers,
      'each is sent once, in the order of asking',
    );
  });

  it('one alone does not wait', async () => {
    const { link, batches } = await setUp(async (asks) => encoded(asks.map(releasedTo)));
    await link.release(askOf(1));
    await link.release(askOf(2));
    assert.deepEqual(batches, [[1], [2]]);
  });

  it('a refusal of one is of that one alone', async () => {
    const codes = ['refused', 'signer-unknown', 'store-unavailable', 'issuer-unreachable', 'anything-else'];
    const { link } = await setUp(async (asks) =>
      encoded(
        asks.map((ask) =>
          numberOf(ask) < 5 ? { status: 'refused', code: codes[numberOf(ask)] ?? '' } : releasedTo(ask),
        ),
      ),
    );
    const told = ['refused', 'retry-evidence', 'retry-later', 'retry-later', 'refused'] as const;
    const asked = Array.from({ length: 8 }, (_, n) => link.release(askOf(n)));
    for (const [n, code] of told.entries()) await assert.rejects(asked[n] ?? Promise.resolve(), codeIs(code));
    for (const n of [5, 6, 7]) assert.deepEqual((await asked[n])?.sealed, askOf(n).message);
  });

  const faults: Record<string, (asks: ReleaseAsk[]) => ReturnType<Answer>> = {
    'fewer results than asked': async (asks) => encoded(asks.slice(1).map(releasedTo)),
    'more results than asked': async (asks) => encoded([...asks, ...asks].map(releasedTo)),
    'a server error': async () => ({ status: 500, body: new Uint8Array() }),
    'an overload': async () => ({ status: 429, body: new Uint8Array() }),
    'a redirection': async () => ({ status: 307, body: new Uint8Array() }),
    'something that is no answer': async () => ({ body: filled(100, 0xff) }),
    'an answer behind an answer': async (asks) => ({
      body: new Uint8Array([...encoded(asks.map(releasedTo)).body, 0]),
    }),
  };
  for (const [what, answer] of Object.entries(faults)) {
    it(`${what}: all of the batch may be tried later, as new requests; nothing is sent again`, async () => {
      const { link, batches } = await setUp(answer);
      const results = await Promise.allSettled([1, 2, 3].map((n) => link.release(askOf(n))));
      for (const result of results) if (result.status === 'rejected') codeIs('retry-later')(result.reason);
      assert.ok(results.every(({ status }) => status === 'rejected'));
      await pause(20);
      assert.deepEqual(batches, [[1, 2, 3]]);
    });
  }

  it('a kms that never answers: after the timeout all may be tried later, and what waits goes on', async () => {
    let silent = true;
    const { link, batches } = await setUp(async (asks) => (silent ? null : encoded(asks.map(releasedTo))));
    await assert.rejects(link.release(askOf(1)), codeIs('retry-later'));
    silent = false;
    await link.release(askOf(2));
    assert.deepEqual(batches, [[1], [2]]);
  });

  it('a kms that is not there: at once, later', async () => {
    const server = await startServer(async () => null);
    server.close();
    const link = new KmsLink(server.url, outbound().connect);
    closing.push(() => link.close());
    await assert.rejects(link.release(askOf(1)), codeIs('retry-later'));
  });

  it('a crowd beyond what can wait is told to come later', async () => {
    const { link } = await setUp(async (asks) => encoded(asks.map(releasedTo)));
    const results = await Promise.allSettled(Array.from({ length: 2_010 }, (_, n) => link.release(askOf(n))));
    const late = results.filter(({ status }) => status === 'rejected');
    assert.equal(late.length, 10);
  });
});

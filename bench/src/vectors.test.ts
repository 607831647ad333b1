import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** The private key of EIP-155's example. */
const privateKey = `0x${'46'.repeat(32)}`;
const address = '0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F';
const example = {
  nonce: 9,
  gasPrice: 20_000_000_000,
  gas: 21_000,
  to: `0x${'35'.repeat(20)}`,
  value: '1000000000000000000',
  chainId: 1,
};
const signedExample =
  '0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83';

async function run(input: string, ...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'vectors.ts'), ...args]);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { lines: out.split('\n').filter(Boolean), err, code };
}

test('every line gets its answer, in order, through all parties; a bad one stops no other', async () => {
  const base = { chain: 'evm', privateKey };
  const { lines, err, code } = await run(
    [
      JSON.stringify({ ...base, id: 'eip-155', op: 'transaction', payload: { ...example, from: address } }),
      'not json',
      '',
      JSON.stringify({ ...base, id: 2, op: 'message', payload: { raw: '0x68656c6c6f' } }),
      JSON.stringify({ ...base, id: 3, op: 'transaction', payload: { ...example, from: `0x${'35'.repeat(20)}` } }),
      JSON.stringify({ ...base, id: 4, op: 'transaction', payload: { ...example, chainId: undefined } }),
      JSON.stringify({ ...base, id: 5, op: 'message', privateKey: `0x${'00'.repeat(32)}`, payload: { raw: '0x' } }),
    ].join('\n'),
    '-',
  );
  const answers = lines.map((line) => JSON.parse(line));
  assert.equal(code, 0);
  assert.equal(answers.length, 6);
  assert.match(err, /^1 of 6 lines hold no case: the file should be JSON lines/m);
  assert.doesNotMatch(err, /next: if it is one JSON list/);
  assert.deepEqual(answers[0], { id: 'eip-155', address, signed: signedExample });
  assert.deepEqual([answers[1].id, answers[1].line, answers[1].error.code], [null, 2, 'json-invalid']);
  assert.deepEqual([answers[2].id, answers[2].address], [2, address]);
  assert.match(answers[2].signature, /^0x[0-9a-f]{128}(1b|1c)$/);
  assert.deepEqual(
    answers.slice(3).map(({ id, error }) => [id, error.code]),
    [
      [3, 'from-mismatch'],
      [4, 'transaction-unprotected'],
      [5, 'key-invalid'],
    ],
  );
});

test('without a file, or with one that is not there, nothing is started', async () => {
  for (const args of [[], ['a', 'b'], ['/nowhere.jsonl'], ['--no-such-option']]) {
    const { lines, err, code } = await run('', ...args);
    assert.deepEqual([lines, code], [[], 2]);
    assert.match(err, /usage: npm run -s vectors -- FILE/);
  }
});

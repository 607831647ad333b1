import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision } from '@symbolon/protocol';
import type { VerifiedStatement } from '@symbolon/verify';
import { standings } from './standing.ts';
import { statementLine } from './words.ts';

const bytes = (fill: number, length = 48) => new Uint8Array(length).fill(fill);
const pair = (fill: number) => ({
  pcr0: bytes(fill),
  pcr1: bytes(fill),
  pcr2: bytes(fill),
  configuration: bytes(1, 32),
});
const at = (seconds: number) => Date.UTC(2026, 0, 1) + seconds * 1_000;

function listOf(...decisions: Decision[]): VerifiedStatement[] {
  return decisions.map((decision, index) => ({
    body: { v: 1, deployment: 'test', number: index + 1, previous: null, made: at(0), decision },
    hash: bytes(index, 32),
    loggedAt: at(index * 10),
  }));
}
const signer = (what: 'allow-signer' | 'withdraw-signer', fill: number): Decision => ({
  what,
  pair: pair(fill),
  note: '',
});
const page = (what: 'allow-page' | 'withdraw-page'): Decision => ({ what, release: bytes(9, 32), note: '' });

test('what is allowed waits, then is in force since the end of the wait', () => {
  const list = listOf(signer('allow-signer', 1));
  assert.deepEqual(standings(list, 60, at(59)), [{ state: 'waiting', since: at(60), by: null }]);
  assert.deepEqual(standings(list, 60, at(60)), [{ state: 'in-force', since: at(60), by: null }]);
});

test('what was withdrawn is not in force, and the statement that withdrew it is named; others stand', () => {
  const list = listOf(
    signer('allow-signer', 1),
    signer('allow-signer', 2),
    page('allow-page'),
    signer('withdraw-signer', 1),
    page('withdraw-page'),
    signer('allow-signer', 1),
  );
  const all = standings(list, 0, at(100));
  assert.deepEqual(
    all.map(({ state, by }) => [state, by]),
    [
      ['withdrawn', 4],
      ['in-force', null],
      ['withdrawn', 5],
      ['in-force', null],
      ['in-force', null],
      ['in-force', null],
    ],
  );
  const [first, second] = list;
  const [gone, stands] = all;
  assert.ok(first && second && gone && stands);
  assert.match(
    statementLine(first, gone),
    /allows signer 0101010101010101\.\.\. {2}withdrawn by 4 at 2026-01-01T00:00:30/,
  );
  assert.match(statementLine(second, stands), /allows signer 0202\S+ {2}in force since 2026-01-01T00:00:10/);
});

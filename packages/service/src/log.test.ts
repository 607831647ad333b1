import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createLogger, type Fields } from './log.ts';
import { requestFields } from './serve.ts';

function capture(level?: 'debug' | 'warn') {
  const lines: string[] = [];
  const fields = [...requestFields, 'note', 'count', 'good'];
  const write = (line: string) => lines.push(line);
  return { lines, log: createLogger({ party: 'kms', fields, write, ...(level === undefined ? {} : { level }) }) };
}

const key = randomBytes(32);
const spellings: Record<string, unknown> = {
  bytes: new Uint8Array(key),
  buffer: key,
  numbers: [...key],
  nested: { deep: { key: key.toString('hex') } },
  hex: key.toString('hex'),
  'upper-case hex': key.toString('hex').toUpperCase(),
  '0x hex': `0x${key.toString('hex')}`,
  'half of it': key.toString('hex').slice(0, 32),
  base64: key.toString('base64'),
  base64url: key.toString('base64url'),
  decimal: BigInt(`0x${key.toString('hex')}`).toString(),
  bigint: BigInt(`0x${key.toString('hex')}`),
  'in a sentence': `the key is ${key.toString('hex')}`,
  'in a path': `/v1/keys/${key.toString('hex')}`,
  'seed phrase': 'abandon ability able about above absent absorb abstract absurd abuse access accident',
  token: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl',
  object: { toJSON: () => key.toString('hex'), toString: () => key.toString('hex') },
  symbol: Symbol(key.toString('hex')),
};

test('a key in any spelling, under any field name, in an event or a party of names never reaches a line', () => {
  for (const [what, value] of Object.entries(spellings)) {
    const { lines, log } = capture();
    const line = (fields: Record<string, unknown>) => log.info('event', fields as Fields);
    for (const name of ['note', 'route', 'secret', '__proto__']) line({ [name]: value });
    if (typeof value === 'string') {
      log.info(value);
      line({ [value]: true });
    }
    for (const text of lines) {
      const { time: _, ...rest } = JSON.parse(text);
      assert.ok(['event', 'unnamed'].includes(rest.event), what);
      assert.deepEqual(rest, { level: 'info', party: 'kms', event: rest.event }, what);
    }
    assert.equal(log.withheld(), lines.length, what);
  }
});

test('an error is told by class, code and place: not its message, cause, stack text, name or properties', () => {
  const hex = key.toString('hex');
  const forged = new Error(`line one\n    at ${hex} (file:///${hex}/${hex}.ts:1:1)\n    at /${hex}:1:1`);
  const renamed = Object.assign(new Error('x'), { name: hex, code: hex, [hex]: hex });
  const rewritten = Object.assign(new Error('x'), {
    stack: `Error: ${hex}\n    at ${key.toString('base64')}:1:1\n${hex}`,
  });
  const caused = new Error('outer', { cause: new TypeError(hex, { cause: hex }) });
  const many = new AggregateError([new Error(hex)], hex);
  for (const thrown of [new Error(hex), forged, renamed, rewritten, caused, many, hex, key, { message: hex }, null]) {
    const { lines, log } = capture();
    log.error('failed', { route: '/v1/seals' }, thrown);
    assert.equal(lines.length, 1);
    for (const spelling of [hex, key.toString('base64'), key.toString('base64url')]) {
      assert.equal(lines[0]?.includes(spelling), false);
    }
  }
});

test('what is left of an error finds the line of code', () => {
  const { lines, log } = capture();
  log.error('failed', {}, Object.assign(new Error('x', { cause: new TypeError('y') }), { code: 'ERR_SQLITE_ERROR' }));
  const line = JSON.parse(lines[0] ?? '');
  assert.deepEqual(line.error, ['Error:ERR_SQLITE_ERROR', 'TypeError']);
  assert.match(line.stack[0], /^service\/src\/log\.test\.ts:\d+:\d+$/);
});

test('listed fields of plain values are written, one JSON object a line; others are dropped and counted', () => {
  const { lines, log } = capture();
  log.warn('request', { route: '/v1/seals', status: 429, good: false, other: 1, note: 'http://127.0.0.1:8080' });
  log.warn('request', { count: Number.NaN, note: undefined });
  const { time, ...first } = JSON.parse(lines[0] ?? '');
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 10_000);
  assert.deepEqual(first, {
    level: 'warn',
    party: 'kms',
    event: 'request',
    route: '/v1/seals',
    status: 429,
    good: false,
    note: 'http://127.0.0.1:8080',
  });
  assert.ok(lines.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1));
  assert.equal(log.withheld(), 2);
});

test('no field passes for the time, level, party or event', () => {
  const lines: string[] = [];
  const log = createLogger({ party: 'kms', fields: ['party', 'level', 'event'], write: (line) => lines.push(line) });
  log.info('real', { party: 'cloud', level: 'error', event: 'other' });
  assert.match(lines[0] ?? '', /"level":"info","party":"kms","event":"real"}\n$/);
});

test('the level decides what is written', () => {
  const { lines, log } = capture('warn');
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  assert.equal(lines.length, 2);
  assert.deepEqual([log.enabled('info'), log.enabled('warn')], [false, true]);
});

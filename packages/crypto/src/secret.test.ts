import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { offHeap, toHex, utf8 } from './bytes.ts';
import { CryptoError } from './errors.ts';
import { Secret } from './secret.ts';

const CANARY = 'canary-4f1d0c6e';
const wiped = { code: 'secret-wiped' };

/** Every form in which a byte string commonly ends up in text. */
function leaks(text: string): boolean {
  const bytes = Buffer.from(CANARY);
  const forms = [CANARY, bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')];
  forms.push(bytes.join(','), bytes.join(', '), bytes.join(' '), [...bytes].map((b) => b.toString(16)).join(' '));
  return forms.some((form) => text.toLowerCase().includes(form.toLowerCase()));
}

function template(value: unknown): string {
  return `${value as string}`;
}

test('the leak check finds a planted canary', () => {
  assert.ok(leaks(inspect(Buffer.from(CANARY))));
  assert.ok(leaks(JSON.stringify([...utf8(CANARY)])));
  assert.ok(leaks(`x ${toHex(utf8(CANARY))}`));
});

test('nothing that prints, serialises, clones or inspects a Secret shows its bytes', () => {
  using secret = Secret.take(utf8(CANARY));
  const nested = { deep: [{ secret }], map: new Map([[secret, secret]]) };
  const failure = new Error('failed', { cause: secret });
  const shown = [
    template(secret),
    String(secret),
    ['', secret].join('-'),
    JSON.stringify(secret),
    JSON.stringify(nested),
    inspect(secret),
    inspect(nested, { depth: 9, showHidden: true, getters: true }),
    inspect(secret, { customInspect: false, showHidden: true, getters: true }),
    inspect(failure, { showHidden: true, depth: 9 }),
    format('%s %o %O %j %d %i', secret, secret, secret, secret, secret, secret),
    inspect(structuredClone(secret), { showHidden: true }),
    inspect(Object.assign({}, secret)),
    inspect(Object.entries(secret)),
    Reflect.ownKeys(secret).map(String).join(),
  ];
  for (const text of shown) assert.equal(leaks(text), false, text);
  assert.equal(template(secret), '[secret]');
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
  assert.equal(inspect(secret), '[secret]');
});

test('console.log of a Secret prints that it is one', (t) => {
  const written: string[] = [];
  t.mock.method(process.stdout, 'write', (chunk: string) => written.push(chunk) > 0);
  using secret = Secret.take(utf8(CANARY));
  console.log(secret, { secret });
  t.mock.restoreAll();
  assert.deepEqual(written, ['[secret] { secret: [secret] }\n']);
});

test('take leaves zeros behind, whatever the source: off the heap, on it, pooled or a part of something', () => {
  for (const source of [offHeap(16), new Uint8Array(16), Buffer.alloc(16), Buffer.from(offHeap(64).buffer, 8, 16)]) {
    source.fill(7);
    using secret = Secret.take(source);
    assert.deepEqual([...secret.expose()], Array(16).fill(7));
    assert.deepEqual([...source], Array(16).fill(0));
    assert.notEqual(secret.expose().buffer, source.buffer);
    assert.equal(secret.expose().buffer.byteLength, 16);
  }
});

test('wiping zeroes the very bytes that were exposed, and ends the Secret', () => {
  const secret = Secret.random(32);
  const live = secret.expose();
  assert.notDeepEqual([...live], Array(32).fill(0));
  secret.wipe();
  assert.deepEqual([...live], Array(32).fill(0));
  assert.throws(() => secret.expose(), wiped);
  assert.throws(() => secret.length, wiped);
  secret.wipe();
  assert.equal(template(secret), '[secret]');
});

test('using wipes on every exit, a throw too', () => {
  let live = new Uint8Array(0);
  assert.throws(() => {
    using secret = Secret.random(32);
    live = secret.expose();
    throw new Error('on the way');
  });
  assert.deepEqual([...live], Array(32).fill(0));
});

test('random fills any length, also beyond one call of the platform', () => {
  using secret = Secret.random(150_000);
  assert.equal(secret.length, 150_000);
  assert.notDeepEqual(secret.expose().slice(-32), new Uint8Array(32));
  assert.equal(Secret.alloc(3).expose().join(), '0,0,0');
});

test('an error carries its code and nothing else', () => {
  const error = new CryptoError('key-mismatch');
  assert.equal(error.code, 'key-mismatch');
  assert.equal(error.cause, undefined);
  assert.deepEqual(Object.keys(error).sort(), ['code', 'name']);
});

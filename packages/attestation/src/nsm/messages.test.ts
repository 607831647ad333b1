import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import fc from 'fast-check';
import { copyOf } from '../bytes.ts';
import { encodeAnswer, encodeRequest, NsmError, parseAnswer, parseRequest } from './messages.ts';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

test('a request within the limits arrives as it was sent', () => {
  const fields = { publicKey: bytes(1024), userData: bytes(512), nonce: bytes(512) };
  const law = fc.property(fc.record(fields, { requiredKeys: [] }), (request) => {
    assert.deepEqual(parseRequest(copyOf(encodeRequest(request))), { ...request });
  });
  fc.assert(law, { seed: 1, numRuns: 100 });
});

test('a request beyond the limits, with foreign fields or of another form is malformed', () => {
  const bad: unknown[] = [
    null,
    [],
    { userData: new Uint8Array(513) },
    { nonce: new Uint8Array(513) },
    { publicKey: new Uint8Array(1025) },
    { pcrs: new Uint8Array(1) },
    { nonce: 'text' },
    { nonce: null },
    { __proto__: null, constructor: new Uint8Array(1) },
    new Map([[1, new Uint8Array(1)]]),
  ];
  for (const item of bad) assert.throws(() => parseRequest(copyOf(encode(item))), { code: 'malformed' });
  assert.throws(() => parseRequest(Uint8Array.of(0xff)), { code: 'malformed' });
});

test('an answer is a document, or an error that is thrown', () => {
  const parse = (answer: Uint8Array) => parseAnswer(copyOf(answer));
  assert.deepEqual(parse(encodeAnswer({ document: Uint8Array.of(1) })), Uint8Array.of(1));
  assert.throws(() => parse(encodeAnswer({ error: 'internal' })), { code: 'internal' });
  const unreadable = [{}, { error: 'other' }, { document: 'text' }, { document: new Uint8Array(1), error: 'internal' }];
  for (const answer of unreadable) assert.throws(() => parse(encode(answer)), { code: 'malformed' });
  assert.throws(() => parse(Uint8Array.of()), NsmError);
});

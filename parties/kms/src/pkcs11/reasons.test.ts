import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endsSession, mayBeMismatch, vaultErrorOf } from './reasons.ts';

const failed = (code: number) => Object.assign(new Error('CKR'), { code });
const reasonOf = (code: number) => vaultErrorOf(failed(code)).reason;

test('what an HSM says has a stable name: full, locked, wrong PIN, gone', () => {
  assert.equal(reasonOf(0x31), 'hsm-full');
  assert.equal(reasonOf(0xb1), 'hsm-full');
  assert.equal(reasonOf(0xa4), 'pin-locked');
  assert.equal(reasonOf(0xa0), 'pin-wrong');
  assert.equal(reasonOf(0xe0), 'token-missing');
  assert.equal(reasonOf(0x101), 'hsm-away');
  assert.equal(reasonOf(0x7fff_ffff), 'hsm-refused');
  assert.equal(vaultErrorOf(new Error('of nobody')).reason, 'hsm-refused');
});

test('a full HSM keeps its session, one that is gone does not', () => {
  assert.ok(!endsSession(reasonOf(0x31)));
  assert.ok(endsSession(reasonOf(0x30)));
});

test('callers are told no more than that the store is out of reach', () => {
  const { code, status, message } = vaultErrorOf(failed(0xa0));
  assert.deepEqual([code, status], ['store-unavailable', 503]);
  assert.doesNotMatch(message, /pin/i);
});

test('a wrong PIN is never taken for bytes that do not belong', () => {
  assert.ok(mayBeMismatch(failed(0x40)));
  assert.ok(!mayBeMismatch(failed(0xa0)));
  assert.ok(!mayBeMismatch(new Error('of nobody')));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Attestation,
  appraise,
  findings,
  type Measurement,
  measurementsEqual,
  type Policy,
  type Registers,
  type TcbStatus,
} from './index.ts';

const bytes = (byte: number, length = 48) => new Uint8Array(length).fill(byte);
const measurement: Measurement = { pcr0: bytes(1), pcr1: bytes(2), pcr2: bytes(3) };
const at = 1_700_000_000_000;
const attestation: Attestation = {
  kind: 'nitro',
  moduleId: 'test',
  timestamp: at,
  digest: 'SHA384',
  pcrs: new Map(),
  measurement,
  publicKey: null,
  userData: bytes(7, 32),
  nonce: bytes(8, 16),
  debug: false,
};
const policy: Policy = { at, measurements: [measurement], nonce: bytes(8, 16), userData: bytes(7, 32) };

test('evidence that meets the whole policy passes', () => {
  assert.deepEqual(findings(attestation, policy), []);
  appraise(attestation, policy);
});

test('a policy without challenge and user data leaves those two unjudged', () => {
  appraise({ ...attestation, nonce: null, userData: null }, { at, measurements: [measurement] });
});

test('debug mode is refused even where its measurement is allowed', () => {
  const zero = { pcr0: bytes(0), pcr1: bytes(0), pcr2: bytes(0) };
  const debug = { ...attestation, measurement: zero, debug: true };
  assert.throws(() => appraise(debug, { ...policy, measurements: [zero] }), { code: 'debug' });
});

for (const name of ['pcr0', 'pcr1', 'pcr2'] as const) {
  test(`an image that differs in ${name} alone is refused`, () => {
    const other = { ...attestation, measurement: { ...measurement, [name]: bytes(9) } };
    assert.throws(() => appraise(other, policy), { code: 'measurement' });
  });
}

test('an image made of parts of several allowed ones is refused, as is any under an empty list', () => {
  const mixed = [
    { ...measurement, pcr0: bytes(9) },
    { ...measurement, pcr2: bytes(9) },
  ];
  assert.throws(() => appraise(attestation, { ...policy, measurements: mixed }), { code: 'measurement' });
  assert.throws(() => appraise(attestation, { ...policy, measurements: [] }), { code: 'measurement' });
});

test('a document is good for five minutes, or for as long as the policy says, and not a millisecond longer', () => {
  appraise(attestation, { ...policy, at: at + 300_000 });
  assert.throws(() => appraise(attestation, { ...policy, at: at + 300_001 }), { code: 'stale' });
  appraise(attestation, { ...policy, at: at + 1000, maxAgeMs: 1000 });
  assert.throws(() => appraise(attestation, { ...policy, at: at + 1001, maxAgeMs: 1000 }), { code: 'stale' });
});

test('a document dated over a minute ahead is refused: kept back, it would outlive its age', () => {
  appraise(attestation, { ...policy, at: at - 60_000 });
  assert.throws(() => appraise(attestation, { ...policy, at: at - 60_001 }), { code: 'future' });
});

test('a clock that is not a number lets nothing pass', () => {
  assert.throws(() => appraise(attestation, { ...policy, at: Number.NaN }), { code: 'stale' });
  assert.throws(() => appraise(attestation, { ...policy, maxAgeMs: Number.NaN }), { code: 'stale' });
});

test('another challenge, a longer one and none are refused where one was given; user data likewise', () => {
  for (const nonce of [bytes(9, 16), bytes(8, 17), bytes(8, 15), bytes(0, 0), null]) {
    assert.throws(() => appraise({ ...attestation, nonce }, policy), { code: 'nonce' });
  }
  for (const userData of [bytes(9, 32), bytes(7, 33), bytes(7, 31), bytes(0, 0), null]) {
    assert.throws(() => appraise({ ...attestation, userData }, policy), { code: 'user-data' });
  }
});

test('findings name everything that is wrong, in order', () => {
  const worst: Attestation = { ...attestation, debug: true, nonce: null, userData: null };
  const all = ['debug', 'measurement', 'stale', 'nonce', 'user-data'];
  assert.deepEqual(findings(worst, { ...policy, measurements: [], at: at + 1e9 }), all);
});

test('undated evidence is stale, whatever the clock, unless it holds something of the verifier’s choosing', () => {
  const undated = { ...attestation, timestamp: null };
  const allowed = { at, measurements: [measurement] };
  assert.deepEqual(findings(undated, allowed), ['stale']);
  assert.deepEqual(findings(undated, { ...allowed, maxAgeMs: Infinity }), ['stale']);
  assert.deepEqual(findings(undated, { ...allowed, nonce: bytes(8, 16) }), []);
  assert.deepEqual(findings(undated, { ...allowed, userData: bytes(7, 32) }), []);
  assert.deepEqual(findings(undated, { ...allowed, nonce: bytes(9, 16) }), ['nonce']);
});

test('of a platform that its maker judges, only what the policy names is acceptable: up to date, unless it names more', () => {
  const statuses: TcbStatus[] = ['UpToDate', 'SWHardeningNeeded', 'ConfigurationNeeded', 'OutOfDate'];
  for (const status of statuses) {
    const judged = { ...attestation, tcb: { status, advisories: [] } };
    assert.deepEqual(findings(judged, policy), status === 'UpToDate' ? [] : ['tcb']);
    assert.deepEqual(findings(judged, { ...policy, tcb: [status] }), []);
    assert.deepEqual(findings(judged, { ...policy, tcb: [] }), ['tcb']);
  }
});

test('registers left out, added or renamed are another measurement, on whichever side; none at all is none', () => {
  const { pcr0, pcr1, pcr2 } = measurement;
  const others: Registers[] = [{ pcr0, pcr1 }, { pcr0, pcr1, pcr2, mrtd: pcr2 }, { pcr0, pcr1, pcr4: pcr2 }, {}];
  for (const other of others) {
    assert.equal(measurementsEqual(measurement, other), false);
    assert.equal(measurementsEqual(other, measurement), false);
  }
  assert.equal(measurementsEqual({}, {}), false);
  assert.equal(measurementsEqual({ toString: pcr0 }, { toString: pcr0 }), false);
});

test('what stands beside the registers of an allowed image, such as its configuration, is not compared', () => {
  const pair: Registers = { ...measurement, configuration: bytes(1, 32) };
  assert.ok(measurementsEqual(measurement, pair) && measurementsEqual(pair, measurement));
  assert.deepEqual(findings(attestation, { ...policy, measurements: [pair] }), []);
});

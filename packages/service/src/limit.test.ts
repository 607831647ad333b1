import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { clientAddress } from './address.ts';
import { RateLimiter } from './limit.ts';

const passes = (limiter: RateLimiter, key: string): boolean => {
  try {
    limiter.take(key);
    return true;
  } catch {
    return false;
  }
};

test('a bucket gives its burst at once and then its rate', () => {
  let now = 0;
  const limiter = new RateLimiter({ perMinute: 60, burst: 3 }, 10, () => now);
  assert.deepEqual(
    [1, 2, 3, 4].map(() => passes(limiter, 'a')),
    [true, true, true, false],
  );
  now += 1_000;
  assert.deepEqual(
    [1, 2].map(() => passes(limiter, 'a')),
    [true, false],
  );
  now += 3_600_000;
  assert.deepEqual(
    [1, 2, 3, 4].map(() => passes(limiter, 'a')),
    [true, true, true, false],
  );
});

test('over any stretch of time no key gets more than burst + rate', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 200 }), (gaps) => {
      let now = 0;
      const limiter = new RateLimiter({ perMinute: 30, burst: 5 }, 10, () => now);
      let passed = 0;
      for (const gap of gaps) {
        now += gap;
        if (passes(limiter, 'a')) passed += 1;
      }
      assert.ok(passed <= 5 + now / 2_000 + 1e-6);
    }),
    { seed: 1, numRuns: 200 },
  );
});

test('a flood of addresses is remembered up to the bound and never empties the bucket of another', () => {
  const limiter = new RateLimiter({ perMinute: 1, burst: 2 }, 100, () => 0);
  assert.equal(passes(limiter, 'victim'), true);
  for (let i = 0; i < 10_000; i += 1) passes(limiter, `flood-${i}`);
  assert.equal(limiter.size, 100);
  assert.deepEqual([passes(limiter, 'victim'), passes(limiter, 'victim')], [true, true]);
});

test('the refusal says after how many seconds there is a token', () => {
  const limiter = new RateLimiter({ perMinute: 6, burst: 1 }, 10, () => 0);
  limiter.take('a');
  assert.throws(() => limiter.take('a'), { code: 'rate-limited', status: 429, retryAfter: 10 });
  assert.throws(() => new RateLimiter({ perMinute: 0 }), RangeError);
});

test('a client is its IPv4 address or its IPv6 /64, and X-Forwarded-For counts from trusted proxies only', () => {
  const trusted = new Set(['10.0.0.1', '10.0.0.2']);
  const cases: [string | undefined, string | null, string][] = [
    ['192.0.2.7', null, '192.0.2.7'],
    ['::ffff:192.0.2.7', null, '192.0.2.7'],
    ['192.0.2.7', '198.51.100.1', '192.0.2.7'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '203.0.113.9, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['10.0.0.1', 'nonsense', '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', null, '10.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', null, '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', null, '2001:db8:1:2::/64'],
    ['2001:db8::1', null, '2001:db8:0:0::/64'],
    ['fe80::1%eth0', null, 'fe80:0:0:0::/64'],
    ['::1', null, '0:0:0:0::/64'],
    [undefined, null, 'unknown'],
  ];
  for (const [peer, forwarded, expected] of cases) assert.equal(clientAddress(peer, forwarded, trusted), expected);
});

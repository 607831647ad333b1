import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metrics } from './metrics.ts';
import { echoApp, message, post } from './testing.ts';

const line = /^[a-z_]+(\{[a-z]+="[^"\\]*(\\.[^"\\]*)*"(,[a-z]+="[^"\\]*(\\.[^"\\]*)*")*\})? -?\d+(\.\d+)?(e[+-]\d+)?$/;

test('the text is Prometheus exposition format, with HELP and TYPE before each metric', () => {
  const metrics = new Metrics();
  metrics.counter('releases_total', 'Releases.', ['kind']).add(2, 'a"b\\c\nd');
  metrics.gauge('waiting', 'Now.', () => 3);
  const known = new Set<string>();
  for (const text of metrics.render().trimEnd().split('\n')) {
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(text);
    if (type?.[1] !== undefined) known.add(type[1]);
    else if (!text.startsWith('# HELP ')) {
      assert.match(text, line);
      assert.ok(known.has(/^[a-z_]+/.exec(text)?.[0] ?? ''));
    }
  }
  assert.ok(metrics.render().includes('releases_total{kind="a\\"b\\\\c\\nd"} 2\n'));
  for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'waiting'])
    assert.ok(known.has(name));
});

test('histogram buckets are cumulative and end with +Inf = count', () => {
  const metrics = new Metrics();
  const histogram = metrics.histogram('wait_seconds', 'Wait.', [0.1, 1], ['step']);
  for (const value of [0.05, 0.1, 0.5, 5]) histogram.observe(value, 'x');
  const samples = metrics
    .render()
    .split('\n')
    .filter((text) => text.startsWith('wait_seconds'));
  assert.deepEqual(samples, [
    'wait_seconds_bucket{step="x",le="0.1"} 2',
    'wait_seconds_bucket{step="x",le="1"} 3',
    'wait_seconds_bucket{step="x",le="+Inf"} 4',
    'wait_seconds_sum{step="x"} 5.65',
    'wait_seconds_count{step="x"} 4',
  ]);
});

test('a name is registered once, in Prometheus form, and a sample names every label', () => {
  const metrics = new Metrics();
  metrics.gauge('x', 'X.', () => 0);
  assert.throws(() => metrics.gauge('x', 'X.', () => 0), RangeError);
  assert.throws(() => metrics.gauge('not-this', 'X.', () => 0), RangeError);
  assert.throws(() => metrics.counter('c_total', 'C.', ['a']).add(1), RangeError);
});

test('requests are counted by route and status; what a caller writes in a URL never becomes a label', async () => {
  const { app } = echoApp();
  await app.fetch(post(message({ text: 'x' })));
  await app.fetch(post(new Uint8Array(0)));
  await app.fetch(new Request('http://t/c0ffee'));
  const text = await (await app.fetch(new Request('http://t/metrics'))).text();
  for (const sample of [
    'requests_total{method="POST",route="/v1/echo",status="200"} 1',
    'requests_total{method="POST",route="/v1/echo",status="400"} 1',
    'requests_total{method="other",route="none",status="404"} 1',
    'request_seconds_count{method="POST",route="/v1/echo"} 2',
    'requests_in_flight 0',
  ]) {
    assert.ok(text.includes(`${sample}\n`), sample);
  }
  assert.equal(text.includes('c0ffee'), false);
});

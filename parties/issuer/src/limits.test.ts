import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { networkOf } from './address.ts';
import { createMailLimits } from './limits.ts';
import { openStore } from './store.ts';
import { Agent, ask, begin, signIn } from './testAgent.ts';
import { World } from './testWorld.ts';

const folder = mkdtempSync(join(tmpdir(), 'issuer-limits-'));
const database = openStore(folder);
after(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const VICTIM = 'victim@example.test';
const quotas = {
  networkAndMailbox: { quarterHour: 3, day: 5 },
  network: { quarterHour: 6, day: 100 },
  mailbox: { quarterHour: 4, day: 100 },
  requestsPerMinute: 600,
};

function limits(t: { mock: { timers: { enable(options: { apis: ['Date']; now: number }): void } } }) {
  database.sqlite.exec('DELETE FROM sends; DELETE FROM familiar');
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) });
  return createMailLimits(database, createSecretKey(randomBytes(32)), quotas);
}

test('one machine that has codes mailed to a victim runs dry, and the victim elsewhere does not', (t) => {
  const { book } = limits(t);
  for (let n = 0; n < 3; n++) assert.ok(book(VICTIM, '198.51.100.7').booked);
  assert.deepEqual(book(VICTIM, '198.51.100.8'), { booked: false, retryAfter: 900 });
  assert.ok(book(VICTIM, '192.0.2.1').booked);
});

test('many machines on one victim run dry, and the victim at a network of theirs does not', (t) => {
  const { book, recordSignIn } = limits(t);
  recordSignIn(VICTIM, '192.0.2.1');
  for (let n = 0; n < 20; n++) book(VICTIM, `198.51.${n}.1`);
  assert.equal(book(VICTIM, '203.0.113.1').booked, false);
  for (let n = 0; n < 3; n++) assert.ok(book(VICTIM, '192.0.2.77').booked);
});

test('one machine that mails many strangers runs dry', (t) => {
  const { book } = limits(t);
  const booked = Array.from({ length: 10 }, (_, n) => book(`stranger${n}@example.test`, '198.51.100.7').booked);
  assert.deepEqual(booked.filter(Boolean).length, 6);
});

test('a refused mail costs nothing, and the wait that was named suffices', (t) => {
  const { book } = limits(t);
  for (let n = 0; n < 3; n++) book(VICTIM, '198.51.100.7');
  t.mock.timers.tick(60_000);
  const refused = book(VICTIM, '198.51.100.7');
  assert.ok(!refused.booked && refused.retryAfter === 840);
  t.mock.timers.tick(refused.retryAfter * 1000);
  assert.ok(book(VICTIM, '198.51.100.7').booked);
});

test('the day has a limit of its own', (t) => {
  const { book } = limits(t);
  let booked = 0;
  for (let n = 0; n < 20; n++) {
    if (book(VICTIM, '198.51.100.7').booked) booked++;
    t.mock.timers.tick(15 * 60_000);
  }
  assert.equal(booked, 5);
});

test('a network is a /24 or a /56, mapped addresses are IPv4', () => {
  assert.equal(networkOf('192.0.2.99'), networkOf('::ffff:192.0.2.1'));
  assert.notEqual(networkOf('192.0.2.1'), networkOf('192.0.3.1'));
  assert.equal(networkOf('2001:db8:1:2200::1'), networkOf('2001:db8:1:22ff:aaaa::2'));
  assert.notEqual(networkOf('2001:db8:1:2200::1'), networkOf('2001:db8:1:2300::1'));
  assert.equal(networkOf('::1'), networkOf('0:0:0:0:0:0:0:1'));
});

test('over the wire: an attacker’s codes are refused with a wait, the victim signs in meanwhile', async () => {
  await using world = await World.start({ networkAndMailbox: { quarterHour: 2, day: 9 } });
  const attacker = new Agent(world, '198.51.100.7');
  const answers = [];
  for (let n = 0; n < 3; n++) {
    const path = await begin(attacker, await ask(world));
    answers.push(await attacker.post(`${path}/email`, { email: VICTIM }));
  }
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.equal(answers[2]?.json.code, 'too-many-codes');
  assert.ok(Number(answers[2]?.headers.get('retry-after')) > 800);
  assert.ok((await signIn(world, new Agent(world, '192.0.2.1'), VICTIM)).id_token);
  // The first entries of the header are the client's own claim, and buy it nothing.
  const liar = new Agent(world, '203.0.113.9, 198.51.100.7');
  const path = await begin(liar, await ask(world));
  assert.equal((await liar.post(`${path}/email`, { email: VICTIM })).status, 429);
});

test('over the wire: a flood from one network is refused, another network is served', async () => {
  await using world = await World.start({ requestsPerMinute: 20 });
  const attacker = new Agent(world, '198.51.100.7');
  const statuses = [];
  for (let n = 0; n < 25; n++) statuses.push((await attacker.get('/healthz')).status);
  assert.ok(statuses.slice(0, 20).every((status) => status === 200) && statuses.at(-1) === 429);
  assert.equal((await new Agent(world, '192.0.2.1').get('/healthz')).status, 200);
});

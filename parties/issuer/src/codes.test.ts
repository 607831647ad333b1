import assert from 'node:assert/strict';
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { createCodes } from './codes.ts';
import { openStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'issuer-codes-'));
const database = openStore(folder);
after(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const codes = createCodes(database, createSecretKey(randomBytes(32)), 600, 900);
const EMAIL = 'ann@example.test';

test('a code lives ten minutes', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) });
  const [early, late] = [codes.issue('early', EMAIL), codes.issue('late', EMAIL)];
  t.mock.timers.tick(599_999);
  assert.deepEqual(codes.verify('early', early?.code ?? ''), { outcome: 'right', email: EMAIL });
  t.mock.timers.tick(1);
  assert.deepEqual(codes.verify('late', late?.code ?? ''), { outcome: 'expired' });
});

test('a second code replaces the first, and gives no tries back', () => {
  const first = codes.issue('again', EMAIL)?.code ?? '';
  codes.verify('again', 'wrong!');
  const second = codes.issue('again', EMAIL);
  assert.equal(second?.triesLeft, 4);
  if (first !== second?.code) assert.equal(codes.verify('again', first).outcome, 'wrong');
  assert.equal(codes.verify('again', second?.code ?? '').outcome, 'right');
});

test('a right code is spent, and tries are forgotten only after the interaction itself', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 0, 1) });
  const { code } = codes.issue('spent', EMAIL) ?? { code: '' };
  assert.equal(codes.verify('spent', code).outcome, 'right');
  assert.equal(codes.verify('spent', code).outcome, 'not_sent');
  for (let n = 0; n < 4; n++) {
    codes.issue('spent', EMAIL);
    codes.verify('spent', 'wrong!');
  }
  t.mock.timers.tick(900_000);
  codes.prune();
  assert.equal(codes.issue('spent', EMAIL), undefined);
  t.mock.timers.tick(1);
  codes.prune();
  assert.ok(codes.issue('spent', EMAIL));
});

test('whatever the order of asking and guessing, an interaction has at most five wrong guesses', () => {
  let n = 0;
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (acts) => {
      const interaction = `property ${n++}`;
      const wrong = acts.filter((ask) =>
        ask
          ? codes.issue(interaction, EMAIL) === null
          : ['wrong', 'dead'].includes(codes.verify(interaction, 'wrong!').outcome),
      );
      const counted = database.sqlite.prepare('SELECT tries FROM codes WHERE interaction = ?').get(interaction);
      assert.ok(Number(counted?.tries ?? 0) <= 5);
      if (wrong.length >= 5) assert.equal(codes.issue(interaction, EMAIL), undefined);
    }),
    { seed: 1, numRuns: 40 },
  );
});

test('codes are six digits over the whole range', () => {
  const seen = Array.from({ length: 200 }, (_, n) => codes.issue(`range ${n}`, EMAIL)?.code ?? '');
  assert.ok(seen.every((code) => /^[0-9]{6}$/.test(code)));
  assert.ok(new Set(seen.map((code) => code[0])).size > 5);
});

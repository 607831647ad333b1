import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { SigningKey } from '@symbolon/crypto/native';
import { type SignedStatement, statementBodyCodec, tagged } from '@symbolon/protocol';
import { nativeChecks } from '@symbolon/share-store';
import { Refusal, statementHash, verifyStatements } from '@symbolon/verify';
import { allowedPair, flipped, makeWorld } from '../../../packages/verify/src/testing.ts';
import { brokenAt } from './log.ts';
import { StatementLog } from './statements.ts';
import { openKms } from './testing.ts';

const world = await makeWorld();
const { clock, organisations } = world;
const day = 86_400;
const deployment = { ...world.deployment, waitSeconds: day };
const folder = mkdtempSync(join(tmpdir(), 'kms-statements-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const parts = { deployment, ...world.kms, now: clock.now, allowed: [] };
const pair = allowedPair(deployment);

function statement(
  number: number,
  previous: Uint8Array | null,
  what: 'allow-signer' | 'withdraw-signer',
  by: readonly SigningKey[],
  note = '',
) {
  const decision = { what, pair, note };
  const body = statementBodyCodec.encode({ v: 1, deployment: deployment.id, number, previous, made: 1, decision });
  const signatures = by.map((key) => ({ organisation: key.publicKey, signature: key.sign(tagged('statement', body)) }));
  return { body, signatures } satisfies SignedStatement;
}
const refused = (work: Promise<unknown>) =>
  assert.rejects(work, (error: unknown) => error instanceof Refusal && error.reason === 'statement-invalid');

const two = organisations.slice(0, 2);
const first = statement(1, null, 'allow-signer', two);

describe("statements on the kms's log", () => {
  it('allow after the waiting time, withdraw at once, and are there after a restart', async () => {
    const path = join(folder, `${files++}.sqlite`);
    const kms = openKms(path, parts);
    await kms.statements.submit(first);
    assert.deepEqual(kms.statements.allowed(), []);
    clock.at += day * 1_000;
    assert.deepEqual(kms.statements.allowed(), [pair]);
    kms.store.close();

    const restarted = openKms(path, parts);
    assert.deepEqual(restarted.statements.allowed(), [pair]);
    await restarted.statements.submit(statement(2, statementHash(first.body), 'withdraw-signer', two));
    assert.deepEqual(restarted.statements.allowed(), []);
    assert.equal(brokenAt(restarted.store.database), null);
    assert.equal(verifyStatements(restarted.statements.list(), deployment, nativeChecks).length, 2);
  });

  it('sent again are answered as before: the wait does not start anew', async () => {
    const { statements } = openKms(join(folder, `${files++}.sqlite`), parts);
    const { entry } = await statements.submit(first);
    clock.at += 1_000;
    assert.deepEqual((await statements.submit(first)).entry, entry);
    assert.deepEqual((await statements.submit(statement(1, null, 'allow-signer', organisations))).entry, entry);
    assert.equal(statements.list().length, 1);
  });

  it('of too few organisations, out of turn, or beside another are refused', async () => {
    const { statements } = openKms(join(folder, `${files++}.sqlite`), parts);
    await refused(statements.submit(statement(1, null, 'allow-signer', organisations.slice(0, 1))));
    await refused(statements.submit(statement(2, null, 'allow-signer', two)));
    const rivals = ['a', 'b', 'c'].map((note) => statements.submit(statement(1, null, 'allow-signer', two, note)));
    const results = await Promise.allSettled(rivals);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal(statements.list().length, 1);
  });

  it('put into the store by its operator are not believed at the next start', async () => {
    const kms = openKms(join(folder, `${files++}.sqlite`), parts);
    await kms.statements.submit(first);
    const { sqlite } = kms.store.database;
    const entry = sqlite.prepare('SELECT entry FROM statements').get()?.['entry'] as Uint8Array;
    sqlite.prepare('UPDATE statements SET entry = ?').run(flipped(entry, entry.length * 8 - 1));
    assert.throws(() => new StatementLog(kms.store, deployment, world.kms.signing, clock.now), Refusal);
  });
});

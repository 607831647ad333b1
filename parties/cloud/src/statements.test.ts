import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  type LoggedStatement,
  paths,
  signStatement,
  statementBodyCodec,
  statementEntryStatement,
  statementListCodec,
  tagged,
} from '@symbolon/protocol';
import { Refusal, statementHash } from '@symbolon/verify';
import { allowedPair, makeWorld } from '../../../packages/verify/src/testing.ts';
import { StatementFollower } from './statements.ts';
import { CloudStore } from './store.ts';

const world = await makeWorld();
const { clock, organisations } = world;
const pair = allowedPair(world.deployment);
const day = 86_400;
const folder = mkdtempSync(join(tmpdir(), 'cloud-statements-'));
let files = 0;

/** What the kms gives for its list; null: it is down. */
let given: Uint8Array | null = null;
const server = createServer((request, response) => {
  response.statusCode = request.url === paths.statements && given !== null ? 200 : 500;
  response.end(given ?? '');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
const deployment = { ...world.deployment, waitSeconds: day, kms: { ...world.deployment.kms, url } };

/** A list of decisions, logged at this moment by the kms's word, ms. */
function listOf(at: number, ...decisions: ('allow-signer' | 'withdraw-signer')[]): LoggedStatement[] {
  let previous: Uint8Array | null = null;
  return decisions.map((what, index) => {
    const decision = { what, pair, note: '' };
    const number = index + 1;
    const body = statementBodyCodec.encode({ v: 1, deployment: deployment.id, number, previous, made: 1, decision });
    const hash = statementHash(body);
    previous = hash;
    const signatures = organisations.map((key) => ({
      organisation: key.publicKey,
      signature: key.sign(tagged('statement', body)),
    }));
    const said = { v: 1, deployment: deployment.id, number, statement: hash, at, log: number } as const;
    return { statement: { body, signatures }, entry: signStatement(statementEntryStatement, said, world.kms.signing) };
  });
}
const gives = (statements: LoggedStatement[]) => {
  given = statementListCodec.encode({ statements });
};
const refused = (work: Promise<unknown>) =>
  assert.rejects(work, (error: unknown) => error instanceof Refusal && error.reason === 'statement-invalid');

function open(path = join(folder, `${files++}.sqlite`)) {
  const store = new CloudStore(path);
  return { path, store, follower: new StatementFollower(store, deployment, clock.now) };
}

describe("the cloud's own list of statements", () => {
  it('counts after the waiting time as this party has lived it: a date that the kms invents does not shorten it', async () => {
    const { follower } = open();
    gives(listOf(clock.at - 30 * day * 1_000, 'allow-signer'));
    await follower.refresh();
    assert.deepEqual(follower.allowed(), []);
    clock.at += day * 1_000;
    assert.deepEqual(follower.allowed(), [pair]);
  });

  it('withdraws as soon as it is read, and outlives a restart and a kms that is down', async () => {
    const { path, store, follower } = open();
    gives(listOf(clock.at, 'allow-signer'));
    await follower.refresh();
    clock.at += day * 1_000;
    assert.deepEqual(follower.allowed(), [pair]);
    store.close();

    const { follower: restarted } = open(path);
    given = null;
    await assert.rejects(restarted.refresh());
    assert.deepEqual(restarted.allowed(), [pair]);
    gives(listOf(clock.at - day * 1_000, 'allow-signer', 'withdraw-signer'));
    await restarted.refresh();
    assert.deepEqual(restarted.allowed(), []);
  });

  it('takes neither a shorter list nor another one, and goes on with what it has', async () => {
    const { follower } = open();
    gives(listOf(clock.at, 'allow-signer', 'withdraw-signer'));
    await follower.refresh();
    clock.at += 2 * day * 1_000;
    gives(listOf(clock.at, 'allow-signer'));
    await refused(follower.refresh());
    gives([]);
    await refused(follower.refresh());
    gives(listOf(clock.at, 'allow-signer', 'allow-signer', 'allow-signer'));
    await refused(follower.refresh());
    assert.deepEqual(follower.allowed(), []);
  });

  it('believes nothing that too few have signed, or that is no list', async () => {
    const { follower } = open();
    const [first] = listOf(clock.at, 'allow-signer');
    assert.ok(first);
    const { body, signatures } = first.statement;
    gives([{ ...first, statement: { body, signatures: signatures.slice(0, 1) } }]);
    await refused(follower.refresh());
    given = Uint8Array.of(0xff);
    await assert.rejects(follower.refresh(), { code: 'malformed' });
    given = new Uint8Array(9_000_000);
    await assert.rejects(follower.refresh());
    clock.at += 2 * day * 1_000;
    assert.deepEqual(follower.allowed(), []);
  });
});

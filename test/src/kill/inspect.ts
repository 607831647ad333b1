import assert from 'node:assert/strict';
import { concat, equal, sha256, toHex, utf8 } from '@symbolon/crypto';
import { digest, receiptHash, receiptStatement } from '@symbolon/protocol';
import { withStore } from '../support/records.ts';
import type { World } from '../support/world.ts';

const text = (value: unknown) => (value instanceof Uint8Array ? toHex(value) : String(value));

/** The state of a wallet at a store: null where it is not known. */
export function stateAt(world: World, store: 'kms' | 'cloud', wallet: Uint8Array): string | null {
  return withStore(world, store, (database) => {
    const row = database.prepare('SELECT state FROM wallets WHERE id = ?').get(wallet);
    return row === undefined ? null : String(row['state']);
  });
}

/** Law 7, at any instant: a wallet that the kms has activated is whole, with every share on both sides; no person has two. */
export function assertWholeOrNone(world: World): void {
  const read = (store: 'kms' | 'cloud', sql: string) =>
    withStore(world, store, (database) =>
      database
        .prepare(sql)
        .all()
        .map((row) => Object.values(row).map(text)),
    );
  const active = read('kms', "SELECT id, person, epoch FROM wallets WHERE state = 'active'");
  assert.equal(new Set(active.map(([, person]) => person)).size, active.length, 'a person has one wallet');
  for (const store of ['kms', 'cloud'] as const) {
    const shares = read(
      store,
      'SELECT s.wallet, s.curve, s.epoch FROM shares s JOIN share_keys k USING (wallet, epoch)',
    );
    const held = new Set(shares.map((row) => row.join()));
    // Whatever the kms's pointer says, both sides hold: also where the cloud has not followed yet.
    for (const [wallet, , epoch] of active) {
      for (const curve of ['secp256k1', 'ed25519'])
        assert.ok(held.has(`${wallet},${curve},${epoch}`), `${store} lacks ${curve} of epoch ${epoch}`);
    }
  }
  const known = new Set(active.map(([wallet]) => wallet));
  for (const [wallet] of read('cloud', "SELECT id FROM wallets WHERE state = 'active'")) {
    assert.ok(known.has(wallet), 'the cloud follows, and never goes ahead');
  }
}

/** Law 5: the log is whole from its first entry, and each wallet's receipts are numbered without a gap, each naming the last. */
export function assertLogIntact(world: World): { entries: number; releases: number } {
  return withStore(world, 'kms', (database) => {
    let previous: Uint8Array = new Uint8Array(32);
    const rows = database.prepare('SELECT place, kind, body, hash FROM log ORDER BY place').all();
    for (const [index, row] of rows.entries()) {
      const { place, kind, body, hash } = row as { place: number; kind: string; body: Uint8Array; hash: Uint8Array };
      assert.equal(Number(place), index + 1);
      assert.ok(equal(hash, digest('log', concat(previous, utf8(`${kind}\0`), sha256(body)))), `log entry ${place}`);
      previous = hash;
    }
    const last = new Map<string, { number: number; hash: Uint8Array }>();
    const releases = rows.filter((row) => row['kind'] === 'release');
    for (const row of releases) {
      const body = row['body'] as Uint8Array;
      const receipt = receiptStatement.body.decode(body);
      const before = last.get(toHex(receipt.wallet));
      assert.equal(receipt.number, (before?.number ?? 0) + 1, 'numbers without a gap');
      assert.ok(
        equal(receipt.previous ?? new Uint8Array(), before?.hash ?? new Uint8Array()),
        'each names the one before',
      );
      last.set(toHex(receipt.wallet), { number: receipt.number, hash: receiptHash(body) });
    }
    return { entries: rows.length, releases: releases.length };
  });
}

import { createHash } from 'node:crypto';
import type { Database } from '@symbolon/service';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';

/**
 * Models whose id is itself the credential: they are found by its hash, so a copy of the database holds none.
 * (Sessions and interactions travel in cookies signed under a key that is not in the database.) The same
 * models live and die with their grant, which is one sign-in of one app on one device.
 */
const bearer = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** Seconds an expired row is kept, longer than any clock tolerance the library applies. */
const PRUNE_AFTER = 60;

/** One adapter per model over the same table, durable on return (see openStore). */
export function createAdapters({ sqlite }: Database): (model: string) => Adapter {
  const upsert = sqlite.prepare(
    `INSERT INTO records (model, key, payload, grant_id, uid, user_code, consumed, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
       user_code = excluded.user_code, expires = excluded.expires`,
  );
  const columns = 'SELECT payload, consumed FROM records WHERE model = ?';
  const byKey = sqlite.prepare(`${columns} AND key = ?`);
  const byUid = sqlite.prepare(`${columns} AND uid = ?`);
  const byUserCode = sqlite.prepare(`${columns} AND user_code = ?`);
  const consume = sqlite.prepare('UPDATE records SET consumed = ? WHERE model = ? AND key = ? AND consumed IS NULL');
  const grantOf = sqlite.prepare('SELECT grant_id FROM records WHERE model = ? AND key = ?');
  const remove = sqlite.prepare('DELETE FROM records WHERE model = ? AND key = ?');
  const removeTokens = sqlite.prepare('DELETE FROM records WHERE grant_id = ?');

  return (model) => {
    const keyOf = (id: string) =>
      bearer.has(model) ? createHash('sha256').update(id).digest() : Buffer.from(id, 'utf8');

    return {
      async upsert(id, payload, expiresIn) {
        const kept = bearer.has(model) ? { ...payload, jti: undefined } : payload;
        upsert.run(
          model,
          keyOf(id),
          JSON.stringify(kept),
          bearer.has(model) ? (payload.grantId ?? null) : null,
          payload.uid ?? null,
          payload.userCode ?? null,
          payload.consumed ?? null,
          expiresIn === undefined ? null : now() + expiresIn,
        );
      },
      async find(id) {
        const found = toPayload(byKey.get(model, keyOf(id)));
        return found && bearer.has(model) ? { ...found, jti: id } : found;
      },
      async findByUid(uid) {
        return toPayload(byUid.get(model, uid));
      },
      async findByUserCode(userCode) {
        return toPayload(byUserCode.get(model, userCode));
      },
      async consume(id) {
        if (consume.run(now(), model, keyOf(id)).changes === 1) return;
        // Two requests with the same token passed the library's check at once: one of the two is a thief,
        // and nobody can tell which, so the whole family dies, as it does for a replay one after the other.
        const grantId = grantOf.get(model, keyOf(id))?.grant_id;
        if (typeof grantId === 'string') {
          removeTokens.run(grantId);
          remove.run('Grant', Buffer.from(grantId, 'utf8'));
        }
        throw new errors.InvalidGrant('already used');
      },
      async destroy(id) {
        remove.run(model, keyOf(id));
      },
      async revokeByGrantId(grantId) {
        removeTokens.run(grantId);
      },
    };
  };
}

/** Deletes what has expired. Consumed tokens stay until then: a replay must still be recognised as one. */
export function pruneRecords({ sqlite }: Database): void {
  sqlite.prepare('DELETE FROM records WHERE expires < ?').run(now() - PRUNE_AFTER);
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function toPayload(row: Record<string, unknown> | undefined): AdapterPayload | undefined {
  if (row === undefined) return undefined;
  const payload: AdapterPayload = JSON.parse(String(row.payload));
  return row.consumed === null ? payload : { ...payload, consumed: Number(row.consumed) };
}

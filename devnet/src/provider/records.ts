import { join } from 'node:path';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { readJson, writeJson } from '../home.ts';

interface Row {
  payload: AdapterPayload;
  /** Unix time, seconds. */
  expires: number;
}

/** What the OIDC library keeps, in memory; written to `records.json` of the folder when the process ends as it should. */
export class Records {
  readonly #file: string;
  readonly #rows: Map<string, Row>;

  constructor(folder: string) {
    this.#file = join(folder, 'records.json');
    this.#rows = new Map((readJson(this.#file) as [string, Row][] | null) ?? []);
  }

  save(): void {
    writeJson(
      this.#file,
      [...this.#rows].filter(([, { expires }]) => expires > now()),
    );
  }

  readonly adapter = (model: string): Adapter => {
    const key = (id: string) => `${model}:${id}`;
    const find = async (id: string) => {
      const row = this.#rows.get(key(id));
      return row === undefined || row.expires <= now() ? undefined : row.payload;
    };
    const findWhere = async (field: 'uid' | 'userCode', value: string) =>
      [...this.#rows].find(([name, { payload }]) => name.startsWith(`${model}:`) && payload[field] === value)?.[1]
        .payload;
    return {
      upsert: async (id, payload, expiresIn = 365 * 86_400) => {
        this.#rows.set(key(id), { payload, expires: now() + expiresIn });
      },
      find,
      findByUid: (uid) => findWhere('uid', uid),
      findByUserCode: (userCode) => findWhere('userCode', userCode),
      consume: async (id) => {
        const row = this.#rows.get(key(id));
        if (row !== undefined) row.payload.consumed = now();
      },
      destroy: async (id) => {
        this.#rows.delete(key(id));
      },
      revokeByGrantId: async (grantId) => {
        for (const [name, { payload }] of this.#rows) if (payload.grantId === grantId) this.#rows.delete(name);
      },
    };
  };
}

const now = (): number => Math.floor(Date.now() / 1_000);

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { readJson, writeJson } from '../home.ts';

/** Somebody with an account. `sub` is 21 digits that say nothing; the address may change, it may not. */
export interface Account {
  sub: string;
  email: string;
  name: string;
}

/** Who has an account here, kept in `accounts.json` of the folder. Two people at first; anybody may add another. */
export class Accounts {
  readonly #file: string;
  readonly #all: Account[];

  constructor(folder: string) {
    this.#file = join(folder, 'accounts.json');
    this.#all = (readJson(this.#file) as Account[] | null) ?? [];
    if (this.#all.length === 0) for (const name of ['Ada', 'Grace']) this.add(`${name.toLowerCase()}@example.com`);
  }

  all(): readonly Account[] {
    return this.#all;
  }

  of(sub: string): Account | undefined {
    return this.#all.find((account) => account.sub === sub);
  }

  /** The account of this address, made where there is none. */
  add(email: string): Account {
    const known = this.#all.find((account) => account.email === email);
    if (known !== undefined) return known;
    const [local = email] = email.split('@');
    const digits = Array.from({ length: 20 }, () => randomInt(10)).join('');
    const account = { sub: `1${digits}`, email, name: local.charAt(0).toUpperCase() + local.slice(1) };
    this.#all.push(account);
    writeJson(this.#file, this.#all);
    return account;
  }
}

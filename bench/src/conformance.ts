import { fromHex, Secret, toHex } from '@symbolon/crypto';
import { type Case, CaseError, intentOf, readCase, senderOf } from './cases.ts';
import { nativeDeviceKey } from './deviceKey.ts';
import { type Shared, User } from './users.ts';

/** What a line of a vector file comes to. Errors of lines that could not be read name the line instead of the case. */
export type Outcome =
  | { id: string | number; address: string; signed: string }
  | { id: string | number; address: string; signature: string }
  | { id: string | number | null; line?: number; error: { code: string; message: string } };

/** Answers vector lines by having each signed through all parties. A key's first case imports it as the wallet of a new person. */
export class Conformance {
  readonly #shared: Shared;
  readonly #users = new Map<string, Promise<User>>();

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  /** How many keys were met. */
  get keys(): number {
    return this.#users.size;
  }

  /** Never rejects: what goes wrong with a line is its answer. `line` counts from 1. */
  async answer(text: string, line: number): Promise<Outcome> {
    let read: Case;
    try {
      read = readCase(text);
    } catch (error) {
      const id = error instanceof CaseError ? error.id : null;
      return { id, ...(id === null ? { line } : {}), error: told(error) };
    }
    try {
      return await this.#sign(read);
    } catch (error) {
      return { id: read.id, error: told(error) };
    }
  }

  async #sign(read: Case): Promise<Outcome> {
    const { intent, from } = intentOf(read);
    const user = await this.#userOf(read.privateKey);
    const address = senderOf(user.wallet.deed.keys.secp256k1 ?? new Uint8Array(), from, read);
    const { signature, signed } = await user.sign(intent);
    const { id } = read;
    return signed === undefined
      ? { id, address, signature: `0x${toHex(signature)}` }
      : { id, address, signed: `0x${toHex(signed)}` };
  }

  #userOf(privateKey: string): Promise<User> {
    let user = this.#users.get(privateKey);
    if (user === undefined) {
      user = this.#import(privateKey, this.#users.size + 1);
      this.#users.set(privateKey, user);
    }
    return user;
  }

  #import(privateKey: string, number: number): Promise<User> {
    const secp256k1 = Secret.take(fromHex(privateKey.slice(2)));
    return User.importing(this.#shared, nativeDeviceKey(), { subject: `case-${number}` }, secp256k1);
  }
}

/** Every error of the libraries has a stable code; one without is ours, and its message is all there is. */
function told(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
  return { code, message };
}

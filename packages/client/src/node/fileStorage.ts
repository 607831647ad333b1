import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../errors.ts';
import type { DeviceStorage } from '../storage.ts';

/** Files of 0600 in a folder of 0700. Each is written beside its place, synced, and renamed: old or new, never half. */
export class FileStorage implements DeviceStorage {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder if there is none. Throws ClientError `storage-corrupt` where others may look into it. */
  static async open(folder: string): Promise<FileStorage> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { mode } = await stat(folder);
    if ((mode & 0o077) !== 0) {
      throw new ClientError('storage-corrupt', `The folder ${folder} is open to other users.`, {
        hint: `Take their access away: chmod 700 ${folder}`,
      });
    }
    return new FileStorage(folder);
  }

  async get(name: string): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await readFile(this.#path(name)));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async set(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const beside = `${path}.${randomUUID()}.new`;
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await this.#syncFolder();
  }

  async delete(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
    await this.#syncFolder();
  }

  /** A rename is durable only with the folder that names it. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #path(name: string): string {
    if (!/^[a-z0-9][a-z0-9.-]{0,180}$/.test(name)) throw new RangeError('not a name of this storage');
    return join(this.#folder, name);
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

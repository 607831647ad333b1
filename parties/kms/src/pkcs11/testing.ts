import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '@symbolon/crypto';
import { makeRoot } from './makeRoot.ts';
import type { Pkcs11Settings } from './settings.ts';

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
];
const pin = '4711-4711';

/** SoftHSM2 with one token in a folder of its own, which can be unplugged and plugged in again. */
export class SoftHsm implements Disposable {
  readonly folder: string;
  readonly settings: Pkcs11Settings;
  readonly #tokens: string;

  /** Throws with what to install where SoftHSM2 is missing. */
  constructor(folder = mkdtempSync(join(tmpdir(), 'softhsm-')), label = 'symbolon-test') {
    const library = libraries.find((path) => existsSync(path));
    if (library === undefined)
      throw new Error('SoftHSM2 is not installed. On Debian and Ubuntu: apt-get install softhsm2');
    this.folder = folder;
    this.#tokens = join(folder, 'tokens');
    mkdirSync(this.#tokens, { recursive: true, mode: 0o700 });
    const conf = join(folder, 'softhsm2.conf');
    writeFileSync(conf, `directories.tokendir = ${this.#tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    const environment = { SOFTHSM2_CONF: conf };
    const args = ['--init-token', '--free', '--label', label, '--so-pin', '0815-0815', '--pin', pin];
    execFileSync('softhsm2-util', args, { env: { ...process.env, ...environment }, stdio: 'ignore' });
    const pinFile = join(folder, 'pin');
    this.settings = {
      kind: 'pkcs11',
      library,
      token: label,
      keyLabel: 'symbolon-root',
      pinFile,
      environment,
      sessions: 2,
      timeoutMs: 4_000,
    };
    this.writePin(pin);
  }

  /** The root as `kms init` makes it. */
  async init(): Promise<void> {
    Object.assign(process.env, this.settings.environment);
    await makeRoot(this.settings, utf8(pin).slice());
  }

  writePin(text: string): void {
    rmSync(this.settings.pinFile, { force: true });
    writeFileSync(this.settings.pinFile, `${text}\n`, { mode: 0o400 });
  }

  rightPin(): void {
    this.writePin(pin);
  }

  unplug(): void {
    renameSync(this.#tokens, `${this.#tokens}.away`);
    mkdirSync(this.#tokens);
  }

  plugIn(): void {
    rmSync(this.#tokens, { recursive: true });
    renameSync(`${this.#tokens}.away`, this.#tokens);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

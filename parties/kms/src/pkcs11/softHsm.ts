import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pkcs11Settings } from './settings.ts';

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
];
const label = 'symbolon';
const pin = '4711-4711';

/** SoftHSM2, an HSM in software, with one token in a folder of its own: for tests and development alone, since it keeps nothing safe. */
export class SoftHsm {
  readonly settings: Pkcs11Settings;
  readonly #tokens: string;

  /** Makes the token where there is none. Throws with what to install where SoftHSM2 is missing. */
  constructor(folder: string) {
    const library = libraries.find((path) => existsSync(path));
    if (library === undefined)
      throw new Error('SoftHSM2 is not installed. On Debian and Ubuntu: sudo apt-get install softhsm2');
    const conf = join(folder, 'softhsm2.conf');
    this.#tokens = join(folder, 'tokens');
    this.settings = {
      kind: 'pkcs11',
      library,
      token: label,
      keyLabel: 'symbolon-root',
      pinFile: join(folder, 'pin'),
      environment: { SOFTHSM2_CONF: conf },
      sessions: 2,
      timeoutMs: 4_000,
    };
    if (existsSync(conf)) return;
    mkdirSync(this.#tokens, { recursive: true, mode: 0o700 });
    writeFileSync(conf, `directories.tokendir = ${this.#tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
    const args = ['--init-token', '--free', '--label', label, '--so-pin', '0815-0815', '--pin', pin];
    execFileSync('softhsm2-util', args, { env: { ...process.env, ...this.settings.environment }, stdio: 'ignore' });
    this.writePin(pin);
  }

  /** As `init.ts` is told of it. */
  get initArguments(): string[] {
    const { library, keyLabel, pinFile } = this.settings;
    return ['--pkcs11', library, '--token', label, '--key-label', keyLabel, '--pin-file', pinFile];
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
}

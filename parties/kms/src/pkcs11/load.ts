import { ConfigError } from '@symbolon/service';
import type * as Pkcs11 from 'pkcs11js';

export type Pkcs11Module = typeof Pkcs11;

/** The bridge to PKCS#11 libraries: an optional dependency, since it is compiled where it is installed. Throws ConfigError `vault`. */
export async function loadPkcs11(): Promise<Pkcs11Module> {
  try {
    const { default: loaded } = await import('pkcs11js');
    return loaded;
  } catch {
    throw new ConfigError(
      'vault',
      'The optional dependency pkcs11js is not installed here.',
      'Install a C++ compiler, make and python3, then run: npm rebuild pkcs11js (or npm ci again).',
    );
  }
}

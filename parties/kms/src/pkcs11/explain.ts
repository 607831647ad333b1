import { ConfigError } from '@symbolon/service';
import type { VaultError, VaultReason } from '@symbolon/share-store';

/** For a person at the command line: what is wrong, and what to do next. */
const words: Record<VaultReason, readonly [what: string, next: string]> = {
  'hsm-away': ['The HSM does not answer', 'Look whether it runs and is connected.'],
  'hsm-slow': ['The HSM did not answer in time', 'Look at its load, or raise timeoutMs.'],
  'hsm-busy': ['Too much is asked of the HSM at once', 'Raise sessions, or ask for less.'],
  'hsm-full': ['The HSM has no room', 'Remove what is not needed there, or raise its limits.'],
  'hsm-refused': ['The HSM refused', 'Its own log says why; it needs AES key generation, AES key wrap and AES-GCM.'],
  'library-missing': ['The library cannot be loaded', "Name the PKCS#11 library of the HSM's maker."],
  'token-missing': [
    'There is no such token, or more than one',
    'List them with `pkcs11-tool -L --module LIB`, then name one.',
  ],
  'pin-wrong': [
    'The PIN is wrong',
    'Write the right one. It is not tried again by itself: a few wrong ones lock the token.',
  ],
  'pin-locked': ['The PIN is locked', "The HSM's security officer has to set it anew."],
  'pin-last-try': ['One more wrong PIN would lock the token', 'Log in once with another tool, then try again.'],
  'pin-unreadable': ['The file with the PIN cannot be read', 'It belongs to the user that runs this, with mode 0400.'],
  'key-missing': ['There is no key of this label', 'Make it with `symbolon kms init`, or correct keyLabel.'],
  'key-unfit': [
    'The key of this label is no root',
    'It has to be one AES-256 key that wraps and unwraps, is sensitive, not extractable, and neither encrypts nor decrypts.',
  ],
  'key-other': ["The key of this label is not this store's root", 'Connect the HSM that the store was begun with.'],
};

/** Of a program that can't go on without the HSM. */
export function explainedVault({ reason }: VaultError): ConfigError {
  const [what, next] = words[reason];
  return new ConfigError('vault', `${what}: ${reason}.`, next);
}

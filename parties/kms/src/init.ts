import { parseArgs } from 'node:util';
import { vaultText } from '@symbolon/protocol';
import { ConfigError, explainStart, readSecretFile } from '@symbolon/service';
import { EmbeddedVault, initialiseKeys, loadKeys, wipeKeys } from '@symbolon/share-store';
import { makeRoot } from './pkcs11/makeRoot.ts';
import { trimmedPin } from './pkcs11/pin.ts';
import { pinOfInput } from './pkcs11/pinInput.ts';
import type { RootPlace } from './pkcs11/settings.ts';

const usage = `usage: init.ts --data-dir DIR [--pkcs11 LIB (--token LABEL | --slot N) --key-label LABEL [--pin-file FILE]]

Makes the kms's own keys in DIR, and prints their public halves and the name of its vault. With --pkcs11 the vault's root is made in
that HSM, where none of this label stands; without --pin-file the PIN is read from standard input.
`;

const text = { type: 'string' } as const;
const options = { 'data-dir': text, pkcs11: text, token: text, slot: text, 'key-label': text, 'pin-file': text };

try {
  const { values } = parseArgs({ options });
  const dataDir = values['data-dir'];
  const place = placeOf(values);
  if (dataDir === undefined) throw misused('--data-dir is missing');
  const publicHalves = initialiseKeys(dataDir);
  const vault = place === null ? await embedded(dataDir) : await inHsm(place, values['pin-file']);
  console.log(JSON.stringify({ ...publicHalves, vault }));
} catch (error) {
  if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
  explainStart(error);
}

function placeOf(values: { [name in keyof typeof options]?: string | undefined }): RootPlace | null {
  const { pkcs11: library, token, slot, 'key-label': keyLabel } = values;
  if (library === undefined) return null;
  if (keyLabel === undefined) throw misused('--key-label is missing');
  if ((token === undefined) === (slot === undefined)) throw misused('name either --token or --slot');
  if (token !== undefined) return { library, keyLabel, token };
  if (!/^\d{1,15}$/.test(slot ?? '')) throw misused('--slot is a number');
  return { library, keyLabel, slot: Number(slot) };
}

async function embedded(dataDir: string): Promise<string> {
  const keys = loadKeys(dataDir);
  try {
    return vaultText(await new EmbeddedVault(keys.root).name());
  } finally {
    wipeKeys(keys);
  }
}

async function inHsm(place: RootPlace, pinFile: string | undefined): Promise<string> {
  const pin = pinFile === undefined ? await pinOfInput() : readSecretFile(pinFile);
  const { made, ...name } = await makeRoot(place, trimmedPin(pin));
  process.stderr.write(made ? 'The root was made in the HSM.\n' : 'The root stood there already.\n');
  return vaultText(name);
}

function misused(what: string): ConfigError {
  return new ConfigError('vault', `${what}.`, usage.split('\n')[0] ?? '');
}

import { isRegister, parseMeasurement, type Registers } from '@symbolon/attestation';
import { fromHex } from '@symbolon/crypto';
import { CliError } from '../errors.ts';
import { readFile } from './inputs.ts';

/** What may run, and under which configuration: null for any. */
export interface Allowed {
  registers: Registers;
  configuration: Uint8Array | null;
}

/** One or a list of them from a JSON file. Throws CliError `measurement-invalid`. */
export function readAllowed(path: string): Allowed[] {
  try {
    const said: unknown = JSON.parse(readFile(path).toString('utf8'));
    const list: unknown[] = Array.isArray(said) ? said : [said];
    if (list.length > 0) return list.map(allowedOf);
  } catch (error) {
    if (error instanceof CliError) throw error;
  }
  const hint =
    'It should be {"pcr0": "..", "pcr1": "..", "pcr2": ".."}, 96 hex digits each, or what --json printed as "measurement", or a list of such.';
  throw new CliError('measurement-invalid', `${path} holds no measurement.`, hint);
}

/** What a build prints may say more than the registers and the configuration; those alone are compared here. */
function allowedOf(value: unknown): Allowed {
  const entries = Object.entries(value as Record<string, unknown>);
  const registers = Object.fromEntries(entries.filter(([name]) => isRegister(name)));
  const { configuration } = value as Record<string, unknown>;
  const nitro = Object.keys(registers).some((name) => name.startsWith('pcr'));
  return {
    registers: nitro ? parseMeasurement(registers) : anyRegisters(registers),
    configuration: configuration === undefined ? null : bytesOf(configuration, 32),
  };
}

/** An image is allowed by all registers that its kind has: none is skipped where it is missing. */
function anyRegisters(registers: Record<string, unknown>): Registers {
  const read = Object.entries(registers).map(([name, value]) => [name, bytesOf(value)] as const);
  if (read.length === 0) throw new TypeError('no register');
  return Object.fromEntries(read);
}

function bytesOf(text: unknown, length?: number): Uint8Array {
  if (typeof text !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(text)) throw new TypeError('not hex');
  const bytes = fromHex(text);
  if (length !== undefined && bytes.length !== length) throw new TypeError('not of this length');
  return bytes;
}

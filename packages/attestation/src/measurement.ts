import { type Bytes, equalBytes, isZero } from './bytes.ts';
import { refuse } from './error.ts';
import { PCR_BYTES } from './payload.ts';

/** What an image is: PCR0 all of it, PCR1 what it starts with, PCR2 the application; 48 bytes each. */
export interface Measurement {
  readonly pcr0: Uint8Array;
  readonly pcr1: Uint8Array;
  readonly pcr2: Uint8Array;
}

/** The same in lowercase hex, for lists, statements and screens. */
export interface MeasurementText {
  readonly pcr0: string;
  readonly pcr1: string;
  readonly pcr2: string;
}

export function measurementsEqual(a: Measurement, b: Measurement): boolean {
  return equalBytes(a.pcr0, b.pcr0) && equalBytes(a.pcr1, b.pcr1) && equalBytes(a.pcr2, b.pcr2);
}

/** Nitro zeroes all three in debug mode, where the host can read the enclave's memory and console. */
export function isDebug({ pcr0, pcr1, pcr2 }: Measurement): boolean {
  return isZero(pcr0) && isZero(pcr1) && isZero(pcr2);
}

/** Throws `pcr-missing`: a verifier that skips a PCR which is not there lets any image pass. */
export function measurementOf(pcrs: ReadonlyMap<number, Uint8Array>): Measurement {
  const pcr = (index: number) => pcrs.get(index) ?? refuse('pcr-missing', `PCR${index} is missing`);
  return { pcr0: pcr(0), pcr1: pcr(1), pcr2: pcr(2) };
}

export function printMeasurement({ pcr0, pcr1, pcr2 }: Measurement): MeasurementText {
  return { pcr0: toHex(pcr0), pcr1: toHex(pcr1), pcr2: toHex(pcr2) };
}

/** Reads what {@link printMeasurement} writes; anything else in it, or a PCR of another form, throws `malformed`. */
export function parseMeasurement(text: unknown): Measurement {
  if (typeof text !== 'object' || text === null) return malformed();
  const entries = new Map(Object.entries(text));
  if (entries.size !== 3) return malformed();
  return { pcr0: fromHex(entries.get('pcr0')), pcr1: fromHex(entries.get('pcr1')), pcr2: fromHex(entries.get('pcr2')) };
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(text: unknown): Bytes {
  if (typeof text !== 'string' || !/^[0-9a-f]{96}$/.test(text)) return malformed();
  return Uint8Array.from({ length: PCR_BYTES }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function malformed(): never {
  return refuse('malformed', 'a measurement is {pcr0, pcr1, pcr2}, each 96 lowercase hex digits');
}

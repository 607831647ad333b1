import { type Bytes, isZero } from '../bytes.ts';
import { refuse } from '../error.ts';
import { fromHex, toHex } from '../hex.ts';
import { PCR_BYTES } from './payload.ts';

/** What an image is: PCR0 all of it, PCR1 what it starts with, PCR2 the application; 48 bytes each. */
export type Measurement = {
  readonly pcr0: Uint8Array;
  readonly pcr1: Uint8Array;
  readonly pcr2: Uint8Array;
};

/** The same in lowercase hex, for lists, statements and screens. */
export interface MeasurementText {
  readonly pcr0: string;
  readonly pcr1: string;
  readonly pcr2: string;
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
  return { pcr0: pcrOf(entries.get('pcr0')), pcr1: pcrOf(entries.get('pcr1')), pcr2: pcrOf(entries.get('pcr2')) };
}

function pcrOf(text: unknown): Bytes {
  const bytes = typeof text === 'string' ? fromHex(text) : null;
  return bytes?.length === PCR_BYTES ? bytes : malformed();
}

function malformed(): never {
  return refuse('malformed', 'a measurement is {pcr0, pcr1, pcr2}, each 96 lowercase hex digits');
}

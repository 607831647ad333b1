import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { awsNitroRoot, intelSgxRoot, parsePsaKey, verifyDocument, verifyPsaToken, verifyQuote } from '../index.ts';
import { alterBytes, alterField, type Random } from './alter.ts';

/** Genuine bytes that someone else sends, and who judges them. */
export interface Target {
  readonly name: string;
  readonly genuine: Uint8Array;
  readonly verify: (bytes: Uint8Array) => Promise<unknown>;
  /** Whether altered bytes still say exactly what the genuine ones do, so that they may be taken. */
  readonly same: (altered: Uint8Array) => boolean;
  readonly alter: (random: Random, bytes: Uint8Array) => Uint8Array;
}

/** Every verifier, with everything real or published that there is for it. */
export async function targets(): Promise<Target[]> {
  return [...nitroTargets(), ...intelTargets(), ...(await psaTargets())];
}

function nitroTargets(): Target[] {
  const documents = [
    ['real-2022-11-09.cbor', '2022-11-09T22:52:00Z'],
    ['real-2022-10-12-debug-mode.cbor', '2022-10-12T13:50:06Z'],
    ['real-2026-01-03-indefinite.cbor', '2026-01-03T20:41:07Z'],
  ] as const;
  return documents.map(([file, time]) => {
    const genuine = vector(file);
    const anchor = { roots: [awsNitroRoot], at: Date.parse(time) };
    // The tag before a document is its sender's choice.
    const same = (bytes: Uint8Array) => genuine.equals(bytes[0] === 0xd2 ? bytes.subarray(1) : bytes);
    return { name: 'nitro', genuine, same, alter: alterBytes, verify: (bytes) => verifyDocument(bytes, anchor) };
  });
}

function intelTargets(): Target[] {
  const at = Date.parse('2025-06-20T00:00:00Z');
  const roots = [intelSgxRoot];
  return ['sgx', 'tdx'].flatMap((kind): Target[] => {
    const quote = vector(`intel/${kind}_quote`);
    const collateral = vector(`intel/${kind}_quote_collateral.json`);
    const alone = unpadded(quote);
    const fields = fieldsOf(collateral);
    const verifyCollateral = (bytes: Uint8Array) => verifyQuote(quote, { roots, at, collateral: bytes });
    return [
      {
        name: kind,
        genuine: quote,
        verify: (bytes) => verifyQuote(bytes, { roots, at, collateral }),
        same: (bytes) => Buffer.from(unpadded(bytes)).equals(alone),
        alter: alterBytes,
      },
      {
        name: `${kind} collateral`,
        genuine: collateral,
        verify: verifyCollateral,
        same: (bytes) => isDeepStrictEqual(fieldsOf(bytes), fields),
        alter: (random, bytes) => (random() < 0.5 ? alterBytes(random, bytes) : alterField(random, bytes)),
      },
    ];
  });
}

async function psaTargets(): Promise<Target[]> {
  const made = ['rfc9783-sign1', 'rfc9783-mac0'].map(async (name) => {
    const genuine = vector(`psa/${name}.cbor`);
    const key = await parsePsaKey(vector(`psa/${name}.jwk.json`).toString());
    const same = (bytes: Uint8Array) => genuine.equals(bytes);
    return {
      name: 'psa',
      genuine,
      same,
      alter: alterBytes,
      verify: (bytes: Uint8Array) => verifyPsaToken(bytes, { key }),
    };
  });
  return Promise.all(made);
}

function fieldsOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return null;
  }
}

function unpadded(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

const vector = (file: string): Buffer => readFileSync(new URL(`../../vectors/${file}`, import.meta.url));

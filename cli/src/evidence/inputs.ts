import { readFileSync } from 'node:fs';
import { awsNitroRoot, type Measurement, parseMeasurement } from '@symbolon/attestation';
import { type Evidence, evidenceCodec, paths } from '@symbolon/protocol';
import { CliError } from '../errors.ts';
import { readHome } from '../home.ts';
import { request } from '../http.ts';
import type { Io } from '../io.ts';

/** A document, and the keys it should bind where they came with it. */
export type Given = { document: Uint8Array; keys: Evidence['keys'] | null };

export interface Anchor {
  /** DER */
  roots: Uint8Array[];
}

/** The root that `--root` names. Throws CliError `root-invalid`, `no-home`. */
export function readAnchor(root: string, { home, device }: { home: string; device: string }): Anchor {
  if (root === 'aws') return { roots: [awsNitroRoot] };
  if (root === 'dev') {
    const { deployment } = readHome(home, device);
    return { roots: deployment.attestationRoots.map((text) => Uint8Array.from(Buffer.from(text, 'base64'))) };
  }
  const pem = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(
    readFile(root).toString('latin1'),
  );
  if (pem?.[1] === undefined) {
    throw new CliError('root-invalid', `${root} is no certificate in PEM form.`, 'Name aws, dev or a FILE.pem.');
  }
  return { roots: [Uint8Array.from(Buffer.from(pem[1], 'base64'))] };
}

/** From a file, standard input (`-`), or a signer's address. Throws CliError. */
export async function readEvidence(source: string, io: Io): Promise<Given> {
  const bytes = await bytesOf(source, io);
  try {
    return evidenceCodec.decode(bytes);
  } catch {
    return { document: bytes, keys: null };
  }
}

/** ms. Throws CliError `time-invalid`. */
export function readTime(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const at = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(at)) return at;
  const hint = 'Write it like 2026-01-03T20:41:07Z, or as milliseconds since 1970.';
  throw new CliError('time-invalid', `"${text}" is no time.`, hint);
}

/** Throws CliError `measurement-invalid`. */
export function readAllowed(path: string): Measurement[] {
  try {
    const said: unknown = JSON.parse(readFile(path).toString('utf8'));
    const list: unknown[] = Array.isArray(said) ? said : [said];
    if (list.length > 0) return list.map(measurementOf);
  } catch (error) {
    if (error instanceof CliError) throw error;
  }
  const hint = 'It should be {"pcr0": "..", "pcr1": "..", "pcr2": ".."}, 96 hex digits each, or a list of such.';
  throw new CliError('measurement-invalid', `${path} holds no measurement.`, hint);
}

/** What a build prints may say more than the three registers; those alone are compared here. */
function measurementOf(value: unknown): Measurement {
  const { pcr0, pcr1, pcr2 } = value as Record<string, unknown>;
  return parseMeasurement({ pcr0, pcr1, pcr2 });
}

async function bytesOf(source: string, io: Io): Promise<Uint8Array> {
  if (/^https?:\/\//.test(source)) {
    const url = new URL(source);
    if (url.pathname === '/') url.pathname = paths.evidence;
    return request('signer', url.href);
  }
  return Uint8Array.from(source === '-' ? await io.inputBytes() : readFile(source));
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new CliError('file-unreadable', `${path} cannot be read.`, 'Check its name, and that it may be read.');
  }
}

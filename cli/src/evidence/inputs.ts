import { readFileSync } from 'node:fs';
import { awsNitroRoot, intelSgxRoot } from '@symbolon/attestation';
import { fromHex, toBase64url } from '@symbolon/crypto';
import { type Evidence, evidenceCodec, paths } from '@symbolon/protocol';
import { CliError } from '../errors.ts';
import { readHome } from '../home.ts';
import { request } from '../http.ts';
import type { Io } from '../io.ts';

/** A document, the keys it should bind where they came with it, and the challenge put to whoever sent it. */
export interface Given {
  document: Uint8Array;
  keys: Evidence['keys'] | null;
  /** Null: none was put, so nothing shows that the document was not made long before it was asked for. */
  challenge: Uint8Array | null;
}

const challengeBytes = 32;

/** The roots (DER) that `--root` names. Throws CliError `root-invalid`, `no-home`. */
export function readRoots(root: string, { home, device }: { home: string; device: string }): Uint8Array[] {
  if (root === 'aws') return [awsNitroRoot];
  if (root === 'intel') return [intelSgxRoot];
  if (root === 'dev') {
    const { deployment } = readHome(home, device);
    return deployment.attestationRoots.map((text) => Uint8Array.from(Buffer.from(text, 'base64')));
  }
  const pem = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(
    readFile(root).toString('latin1'),
  );
  if (pem?.[1] === undefined) {
    throw new CliError('root-invalid', `${root} is no certificate in PEM form.`, 'Name aws, intel, dev or a FILE.pem.');
  }
  return [Uint8Array.from(Buffer.from(pem[1], 'base64'))];
}

/**
 * From a file, standard input (`-`), or a signer's address, of which it is asked for the challenge in `nonce` (hex), or for a
 * random one. Throws CliError.
 */
export async function readEvidence(source: string, nonce: string | undefined, io: Io): Promise<Given> {
  const asked = nonce === undefined ? null : readChallenge(nonce);
  const signer = signerAddress(source);
  const challenge = signer === null ? asked : (asked ?? crypto.getRandomValues(new Uint8Array(challengeBytes)));
  signer?.searchParams.set('nonce', toBase64url(challenge ?? new Uint8Array()));
  const bytes = await bytesOf(signer?.href ?? source, io);
  try {
    return { ...evidenceCodec.decode(bytes), challenge };
  } catch {
    return { document: bytes, keys: null, challenge };
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

/** Throws CliError `file-unreadable`. */
export function readFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new CliError('file-unreadable', `${path} cannot be read.`, 'Check its name, and that it may be read.');
  }
}

/** At most what a quote has room for. */
function readChallenge(text: string): Uint8Array {
  if (/^(?:[0-9a-f]{2}){1,64}$/i.test(text)) return fromHex(text.toLowerCase());
  throw new CliError('nonce-invalid', `"${text}" is no challenge.`, 'Write it in hex, at most 64 bytes.');
}

/** Null for an address that serves evidence as a file: it can't be asked for anything. */
function signerAddress(source: string): URL | null {
  if (!isAddress(source)) return null;
  const url = new URL(source);
  if (url.pathname === '/') url.pathname = paths.evidence;
  return url.pathname === paths.evidence ? url : null;
}

async function bytesOf(source: string, io: Io): Promise<Uint8Array> {
  if (isAddress(source)) return request('signer', source);
  return Uint8Array.from(source === '-' ? await io.inputBytes() : readFile(source));
}

const isAddress = (source: string) => /^https?:\/\//.test(source);

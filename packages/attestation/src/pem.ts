import { fromBase64 } from './base64.ts';
import type { Bytes } from './bytes.ts';
import { refuse } from './error.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n/g;
const LINE = 64;

/**
 * The certificates (DER) of a chain in PEM, in the order in which they stand there. Nobody signs the text, so only one text is
 * taken for a chain: lines of 64 characters, nothing before, between or after the blocks. Throws `malformed`.
 */
export function parsePemChain(text: string): Bytes[] {
  const chain = Array.from(text.matchAll(BLOCK), ([, body = '']) => decodeBase64(body.replaceAll('\n', '')));
  return chain.length > 0 && chain.map(printPem).join('') === text ? chain : malformed();
}

function printPem(der: Bytes): string {
  const body = btoa(String.fromCharCode(...der)).replace(new RegExp(`.{${LINE}}(?=.)`, 'g'), '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
}

function decodeBase64(text: string): Bytes {
  try {
    return fromBase64(text);
  } catch {
    return malformed();
  }
}

function malformed(): never {
  return refuse('malformed', 'not a chain of certificates in PEM');
}

import { toHex } from '@symbolon/crypto';
import type { Explained, Field, Warning } from '../model.ts';
import { common } from './common.ts';
import type { Circumstances } from './explainer.ts';
import { looksLikeSiwe, readSiwe, type Siwe, siweFits } from './siwe.ts';
import { plainLines, plainText } from './text.ts';

/** A personal message: a sign-in where it is one by the letter, else text, else bytes that nobody can read. */
export function explainMessage(message: Uint8Array, circumstances: Circumstances, now: number): Explained {
  const text = readText(message);
  const unknown = { ...nothingMoves, warnings: common(circumstances) };
  if (text === null) {
    const warnings: Warning[] = [...unknown.warnings, { level: 'caution', what: 'not-decoded' }];
    return { ...unknown, sentence: { kind: 'unreadable-message' }, warnings, raw: `0x${toHex(message)}` };
  }
  const siwe = readSiwe(text);
  if (siwe !== null) return explainSiwe(siwe, text, circumstances, now);
  // A sign-in that departs from the standard is taken by lenient servers all the same, so its domain is nobody's to check.
  const warnings: Warning[] = looksLikeSiwe(text)
    ? [...unknown.warnings, { level: 'caution', what: 'sign-in-malformed' }]
    : unknown.warnings;
  return { ...unknown, sentence: { kind: 'message' }, warnings, raw: plainLines(text) };
}

function explainSiwe(siwe: Siwe, text: string, circumstances: Circumstances, now: number): Explained {
  const { origin, address, chain } = circumstances;
  const warnings: Warning[] = [];
  const said = plainText(`${siwe.scheme === null ? '' : `${siwe.scheme}://`}${siwe.domain}`, 255);
  if (!siweFits(siwe, origin)) warnings.push({ level: 'danger', what: 'sign-in-domain', said, asking: origin });
  const otherAddress = siwe.address.toLowerCase() !== address.toLowerCase();
  if (otherAddress) warnings.push({ level: 'danger', what: 'sign-in-address', said: siwe.address });
  if (BigInt(siwe.chainId) !== BigInt(chain.info.chainId)) warnings.push({ level: 'caution', what: 'other-chain' });
  const ended = siwe.expirationTime !== null && Date.parse(siwe.expirationTime) <= now;
  if (ended) warnings.push({ level: 'caution', what: 'sign-in-expired' });
  return {
    ...nothingMoves,
    sentence: { kind: 'sign-in', domain: plainText(siwe.domain, 255) },
    warnings: [...warnings, ...common(circumstances)],
    fields: siweFields(siwe),
    raw: plainLines(text),
  };
}

function siweFields(siwe: Siwe): Field[] {
  const { statement, uri, chainId, nonce, issuedAt, expirationTime, notBefore, requestId, resources } = siwe;
  const optional = (label: string, value: string | null): Field[] =>
    value === null ? [] : [{ label, value: plainText(value, 1_000) }];
  return [
    ...optional('Statement', statement),
    { label: 'URI', value: plainText(uri, 1_000) },
    { label: 'Chain ID', value: chainId },
    { label: 'Nonce', value: plainText(nonce, 200) },
    { label: 'Issued At', value: issuedAt },
    ...optional('Expiration Time', expirationTime),
    ...optional('Not Before', notBefore),
    ...optional('Request ID', requestId),
    ...resources.map((value) => ({ label: 'Resource', value: plainText(value, 1_000) })),
  ];
}

/** A message costs nothing and moves nothing by itself. */
const nothingMoves = { detail: null, changes: [], fee: null, fields: [] } satisfies Partial<Explained>;

/** Text that a person can read: UTF-8, and no control characters but those that lay it out. */
function readText(message: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
    return /[^\P{Cc}\n\r\t]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}

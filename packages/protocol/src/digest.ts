import { concat, sha256, utf8 } from '@symbolon/crypto';

/** What a hash or signature is for. One made under one name never verifies under another. */
export type Domain =
  | 'activation'
  | 'configuration'
  | 'creation'
  | 'deed'
  | 'deed-order'
  | 'epoch-state'
  | 'flip'
  | 'flips-followed'
  | 'identity'
  | 'kept'
  | 'log'
  | 'mail-confirmation'
  | 'mailbox'
  | 'outcomes'
  | 'page-release'
  | 'receipt'
  | 'registration'
  | 'request'
  | 'rotation'
  | 'rotation-agreed'
  | 'rotation-check'
  | 'rotation-commitment'
  | 'rotation-prepared'
  | 'rotation-proposal'
  | 'rotation-report'
  | 'sealed-share'
  | 'signer-keys'
  | 'statement'
  | 'statement-entry';

const prefixes = new Map<Domain, Uint8Array>();

function prefixOf(domain: Domain): Uint8Array {
  const known = prefixes.get(domain) ?? utf8(`symbolon/v1/${domain}\0`);
  prefixes.set(domain, known);
  return known;
}

/** The exact bytes that are signed: `symbolon/v1/<domain>` || 0x00 || content. */
export function tagged(domain: Domain, content: Uint8Array): Uint8Array {
  return concat(prefixOf(domain), content);
}

/** SHA-256 over {@link tagged}. 32 bytes. */
export function digest(domain: Domain, content: Uint8Array): Uint8Array {
  return sha256(tagged(domain, content));
}

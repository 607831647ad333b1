import { sign } from 'node:crypto';
import { encode } from 'cborg';
import { encodeCose, sealedBytes } from '../cose.ts';
import { PROTECTED_ES384 } from '../nitro/sign1.ts';
import { type Identity, ownCertificate } from './issue.ts';

/** What goes into a document beside the chain of the leaf that signs it. */
export interface DocumentFields {
  readonly leaf: Identity;
  readonly moduleId: string;
  /** ms since 1970. */
  readonly timestamp: number;
  /** By index, 48 bytes each. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
}

/** An attestation document of the Nitro form, as verifyDocument takes it. */
export function signDocument(fields: DocumentFields): Uint8Array {
  return signPayload(fields.leaf, encode(payloadMap(fields)));
}

/** The payload as a CBOR map, in Nitro's order, ready to encode or to be tampered with. */
export function payloadMap(fields: DocumentFields): Map<string, unknown> {
  return new Map<string, unknown>([
    ['module_id', fields.moduleId],
    ['digest', 'SHA384'],
    ['timestamp', fields.timestamp],
    ['pcrs', new Map(fields.pcrs)],
    ['certificate', ownCertificate(fields.leaf)],
    ['cabundle', fields.leaf.chain.slice(0, -1)],
    ['public_key', fields.publicKey],
    ['user_data', fields.userData],
    ['nonce', fields.nonce],
  ]);
}

/** COSE_Sign1 by the leaf over any payload bytes, sound or not. */
export function signPayload(leaf: Identity, payload: Uint8Array): Uint8Array {
  const key = { key: leaf.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const signed = { header: PROTECTED_ES384, payload };
  return encodeCose({ ...signed, seal: sign('sha384', sealedBytes('Signature1', signed), key) });
}

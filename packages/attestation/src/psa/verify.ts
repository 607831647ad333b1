import { encode } from 'cborg';
import type { Attested, Registers, Verifier } from '../attested.ts';
import { type Bytes, copyOf, equalBytes } from '../bytes.ts';
import { decodeDefiniteCbor } from '../cbor.ts';
import { type Cose, coseOf, sealedBytes } from '../cose.ts';
import { verifyEcdsa } from '../ecdsa.ts';
import { refuse } from '../error.ts';
import { type Claims, parseClaims } from './claims.ts';
import type { PsaKey } from './key.ts';

const MAX_TOKEN_BYTES = 16 * 1024;

/** COSE_Sign1 and COSE_Mac0 (RFC 9052 2): RFC 9783 5.1.1 wants the tag to be there. */
const TAG = { sign1: 0xd2, mac0: 0xd1 } as const;

/** The upper byte of the lifecycle (RFC 9783 4.3.1). In any other state, whoever has the device may have its key. */
const SECURED = 0x30;
const NON_PSA_ROT_DEBUG = 0x40;

/** What a PSA token is judged against: the key of the one device it is of, which names it by its instance id. */
export interface PsaAnchor {
  readonly key: PsaKey;
}

/** What a genuine token says beyond what all evidence does. It has no time: its nonce alone makes it fresh. */
export interface PsaToken extends Attested, Omit<Claims, 'nonce'> {
  readonly kind: 'psa';
  readonly timestamp: null;
  readonly nonce: Uint8Array;
  readonly userData: null;
}

/**
 * Verifies a PSA attestation token (RFC 9783, TF-M profile; at most 16 KiB), signed or with a MAC, by the key of its device.
 * Debug is said where the device's non-secure parts are open to a debugger. Its measurement has the root of trust
 * (`implementation`), every component and who signed it (`component0`, `signer0`...) and who asked (`client`, four bytes).
 * Throws `malformed`, `algorithm`, `signature`, or `lifecycle` for a device in no state to vouch for anything.
 */
export const verifyPsaToken: Verifier<PsaAnchor, PsaToken> = async (evidence, { key }) => {
  if (evidence.length > MAX_TOKEN_BYTES) refuse('malformed', 'a token over 16 KiB');
  const token = parseToken(copyOf(evidence), key);
  if (!(await verifySeal(token, key))) refuse('signature', 'a signature or MAC that does not verify');
  const claims = parseClaims(token.payload);
  const state = claims.lifecycle >> 8;
  if (state !== SECURED && state !== NON_PSA_ROT_DEBUG) refuse('lifecycle', 'a device that is not in a secured state');
  const debug = state === NON_PSA_ROT_DEBUG;
  return { kind: 'psa', timestamp: null, userData: null, ...claims, measurement: measurementOf(claims), debug };
};

/** Nobody signs what is around the payload: lengths are definite and shortest there, and nothing stands in the other header. */
function parseToken(bytes: Bytes, { cose, algorithm }: PsaKey): Cose {
  const tag = bytes[0];
  if (tag !== TAG.sign1 && tag !== TAG.mac0) refuse('malformed', 'neither COSE_Sign1 nor COSE_Mac0, tagged');
  const token = coseOf(decodeDefiniteCbor(bytes.subarray(1)));
  // The key says how it is used: were the token asked, a public key could be taken for the secret of a MAC.
  const header = encode(new Map([[1, algorithm]]));
  if (tag !== TAG[cose] || !equalBytes(token.header, header)) refuse('algorithm', 'not the algorithm of this key');
  return token;
}

function verifySeal(token: Cose, key: PsaKey): Promise<boolean> {
  return key.cose === 'sign1'
    ? verifyEcdsa(key.key, key.hash, token.seal, sealedBytes('Signature1', token))
    : crypto.subtle.verify('HMAC', key.key, token.seal, sealedBytes('MAC0', token));
}

function measurementOf({ implementationId, clientId, components }: Claims): Registers {
  const client = new Uint8Array(4);
  new DataView(client.buffer).setInt32(0, clientId);
  const software = components.flatMap(({ measurement, signerId }, i) => [
    [`component${i}`, measurement] as const,
    [`signer${i}`, signerId] as const,
  ]);
  return { implementation: implementationId, client, ...Object.fromEntries(software) };
}

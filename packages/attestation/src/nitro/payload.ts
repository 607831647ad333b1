import { type Bytes, copyOf } from '../bytes.ts';
import { decodeCbor } from '../cbor.ts';
import { refuse } from '../error.ts';

/** SHA-384, the only digest Nitro measures with. */
export const PCR_BYTES = 48;
const MAX_PCRS = 32;

/** The security module's own limits, in bytes. */
export const FIELD_LIMITS = { publicKey: 1024, userData: 512, nonce: 512 } as const;
const MAX_CERTIFICATE_BYTES = 1024;

/** What the signed bytes say, in Nitro's form and within its limits; nothing of it is verified yet. */
export interface Payload {
  readonly moduleId: string;
  /** ms since 1970, by the clock of the enclave's host. */
  readonly timestamp: number;
  readonly digest: 'SHA384';
  readonly pcrs: ReadonlyMap<number, Bytes>;
  readonly certificate: Bytes;
  /** Root first. */
  readonly cabundle: readonly Bytes[];
  readonly publicKey: Bytes | null;
  readonly userData: Bytes | null;
  readonly nonce: Bytes | null;
}

const REQUIRED = ['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle'];
const OPTIONAL = ['public_key', 'user_data', 'nonce'];

/** Parses an AttestationDocument (AWS Nitro Enclaves, attestation process). Throws `malformed` or `algorithm`. */
export function parsePayload(bytes: Bytes): Payload {
  const map = decodeCbor(bytes);
  if (!(map instanceof Map)) return malformed('payload');
  for (const key of map.keys())
    if (!REQUIRED.includes(key) && !OPTIONAL.includes(key)) malformed('a key of another form');
  for (const key of REQUIRED) if (!map.has(key)) malformed(`${key}, missing`);
  return {
    moduleId: moduleId(map.get('module_id')),
    timestamp: timestamp(map.get('timestamp')),
    digest: digest(map.get('digest')),
    pcrs: pcrs(map.get('pcrs')),
    certificate: boundedBytes(map.get('certificate'), MAX_CERTIFICATE_BYTES, 'certificate'),
    cabundle: cabundle(map.get('cabundle')),
    publicKey: optionalBytes(map.get('public_key'), FIELD_LIMITS.publicKey, 'public_key'),
    userData: optionalBytes(map.get('user_data'), FIELD_LIMITS.userData, 'user_data'),
    nonce: optionalBytes(map.get('nonce'), FIELD_LIMITS.nonce, 'nonce'),
  };
}

/** Printable ASCII, since it ends up in logs and on screens. */
function moduleId(value: unknown): string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value) ? value : malformed('module_id');
}

function timestamp(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : malformed('timestamp');
}

function digest(value: unknown): 'SHA384' {
  return value === 'SHA384' ? value : refuse('algorithm', 'PCRs that are not of SHA384');
}

function pcrs(value: unknown): ReadonlyMap<number, Bytes> {
  if (!(value instanceof Map)) return malformed('pcrs');
  const read = new Map<number, Bytes>();
  for (const [index, pcr] of value) {
    if (typeof index !== 'number' || index < 0 || index >= MAX_PCRS) return malformed('index of a PCR');
    if (!(pcr instanceof Uint8Array) || pcr.length !== PCR_BYTES) return malformed('length of a PCR');
    read.set(index, copyOf(pcr));
  }
  return read;
}

function cabundle(value: unknown): readonly Bytes[] {
  if (!Array.isArray(value) || value.length === 0) return malformed('cabundle');
  return value.map((certificate) => boundedBytes(certificate, MAX_CERTIFICATE_BYTES, 'certificate in cabundle'));
}

/** Absent and null say the same; both forms are in the field. */
function optionalBytes(value: unknown, limit: number, name: string): Bytes | null {
  return value === undefined || value === null ? null : boundedBytes(value, limit, name);
}

function boundedBytes(value: unknown, limit: number, name: string): Bytes {
  return value instanceof Uint8Array && value.length <= limit ? copyOf(value) : malformed(name);
}

function malformed(what: string): never {
  return refuse('malformed', `not a Nitro attestation document: ${what}`);
}

import type { Bytes } from '../bytes.ts';
import type { Certificate } from '../certificate.ts';
import { DerReader, oid, Tag, unsigned } from '../der.ts';
import { refuse } from '../error.ts';

/** What Intel certifies of a platform, in its PCK certificate (Intel SGX PCK Certificate and CRL Profile 1.3.5). */
export interface Platform {
  /** Family of processors, 6 bytes. */
  readonly fmspc: Bytes;
  /** 2 bytes. */
  readonly pceId: Bytes;
  /** Security versions of its sixteen components, 0 to 255. */
  readonly svns: readonly number[];
  readonly pceSvn: number;
}

const SGX = '1.2.840.113741.1.13.1';
const COMPONENTS = 16;

/** Throws `malformed` for a certificate without this extension, or with one of another form. */
export function platformOf({ extensions }: Certificate): Platform {
  const extension = extensions.get(SGX) ?? malformed();
  const fields = attributes(new DerReader(extension.value));
  const tcb = attributes(new DerReader(field(fields, `${SGX}.2`, Tag.sequence).raw));
  return {
    fmspc: sized(field(fields, `${SGX}.4`, Tag.octetString).content, 6),
    pceId: sized(field(fields, `${SGX}.3`, Tag.octetString).content, 2),
    svns: Array.from({ length: COMPONENTS }, (_, i) => svn(tcb, `${SGX}.2.${i + 1}`, 0xff)),
    pceSvn: svn(tcb, `${SGX}.2.${COMPONENTS + 1}`, 0xffff),
  };
}

/** A SEQUENCE of pairs of identifier and value, by identifier; each value raw. */
function attributes(outer: DerReader): ReadonlyMap<string, Bytes> {
  const list = outer.enter(Tag.sequence);
  outer.end();
  const found = new Map<string, Bytes>();
  while (!list.atEnd) {
    const pair = list.enter(Tag.sequence);
    const id = oid(pair.next(Tag.oid));
    if (found.has(id)) malformed();
    found.set(id, pair.any().raw);
    pair.end();
  }
  return found;
}

function field(fields: ReadonlyMap<string, Bytes>, id: string, tag: number) {
  return new DerReader(fields.get(id) ?? malformed()).next(tag);
}

function svn(fields: ReadonlyMap<string, Bytes>, id: string, max: number): number {
  const value = unsigned(field(fields, id, Tag.integer)).reduce((number, byte) => number * 256 + byte, 0);
  return value <= max ? value : malformed();
}

function sized(bytes: Bytes, length: number): Bytes {
  return bytes.length === length ? bytes : malformed();
}

function malformed(): never {
  return refuse('malformed', 'not the certificate of an SGX platform');
}

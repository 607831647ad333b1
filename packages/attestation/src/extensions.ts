import type { Bytes } from './bytes.ts';
import { DerReader, namedBits, oid, requireTrue, Tag, unsigned } from './der.ts';
import { refuse } from './error.ts';

/** What a certificate's extensions allow its key to do (RFC 5280 4.2.1.3 and 4.2.1.9). */
export interface Constraints {
  readonly isCa: boolean;
  /** How many further CA certificates may follow this one; Infinity where it does not say. */
  readonly pathLength: number;
  readonly mayCertify: boolean;
  readonly maySign: boolean;
  readonly mayRevoke: boolean;
}

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';

interface Extension {
  readonly critical: boolean;
  readonly value: Bytes;
}

/** By object identifier, dotted. */
export type Extensions = ReadonlyMap<string, Extension>;

/** What the extensions allow; one that is critical and unknown means the certificate must not be used (`chain`). */
export function constraintsOf(extensions: Extensions): Constraints {
  for (const [id, { critical }] of extensions) {
    if (critical && id !== BASIC_CONSTRAINTS && id !== KEY_USAGE)
      refuse('chain', `critical extension ${id} is unknown`);
  }
  const basic = extensions.get(BASIC_CONSTRAINTS);
  const { isCa, pathLength } = basic === undefined ? END_ENTITY : basicConstraints(basic);
  const usage = extensions.get(KEY_USAGE);
  const bits = usage === undefined ? [] : namedBits(only(usage, Tag.bitString));
  const uses = { maySign: bits[0] ?? false, mayCertify: bits[5] ?? false, mayRevoke: bits[6] ?? false };
  return { isCa, pathLength, ...uses };
}

const END_ENTITY = { isCa: false, pathLength: 0 };

function basicConstraints({ critical, value }: Extension): typeof END_ENTITY {
  const outer = new DerReader(value);
  const fields = outer.enter(Tag.sequence);
  outer.end();
  const ca = fields.optional(Tag.boolean);
  const limit = fields.optional(Tag.integer);
  fields.end();
  if (ca === undefined) return limit === undefined ? END_ENTITY : refuse('malformed', 'a path length without CA');
  requireTrue(ca);
  if (!critical) refuse('chain', 'a CA whose basic constraints are not critical');
  if (limit === undefined) return { isCa: true, pathLength: Infinity };
  const octets = unsigned(limit);
  return { isCa: true, pathLength: octets.length === 1 ? (octets[0] ?? 0) : Infinity };
}

/** Extensions (RFC 5280 4.2), from within their explicit tag. Throws `malformed`, for one that stands there twice as well. */
export function readExtensions(explicit: DerReader): Extensions {
  const list = explicit.enter(Tag.sequence);
  explicit.end();
  const extensions = new Map<string, Extension>();
  while (!list.atEnd) {
    const fields = list.enter(Tag.sequence);
    const id = oid(fields.next(Tag.oid));
    const flag = fields.optional(Tag.boolean);
    const critical = flag === undefined ? false : requireTrue(flag);
    const value = fields.next(Tag.octetString).content;
    fields.end();
    if (extensions.has(id)) refuse('malformed', `extension ${id} twice`);
    extensions.set(id, { critical, value });
  }
  return extensions;
}

function only({ value }: Extension, tag: number) {
  const reader = new DerReader(value);
  const element = reader.next(tag);
  reader.end();
  return element;
}

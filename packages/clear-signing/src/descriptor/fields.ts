import { ClearSigningError } from '../errors.ts';
import { isObject, type JsonObject, own, text } from '../json.ts';
import { limits } from '../limits.ts';
import { constantAt } from './constant.ts';
import { type Path, parsePath } from './path.ts';

/** When a field is shown. */
type Visible =
  | { rule: 'always' | 'never' | 'optional' }
  | { rule: 'ifNotIn' | 'mustMatch'; values: readonly unknown[] };

/** A field format specification, its reference resolved. `value` is a literal in place of a path. */
export interface FieldSpec {
  kind: 'field';
  source: { path: Path } | { value: unknown };
  label: string;
  format: string;
  params: JsonObject;
  visible: Visible;
  separator: string | null;
  encryption: { scheme: string; plaintextType: string | null; fallbackLabel: string } | null;
}

/** A group format specification. `path` null: the structure around it. */
export interface GroupSpec {
  kind: 'group';
  path: Path | null;
  label: string | null;
  iteration: 'sequential' | 'bundled' | null;
  fields: (FieldSpec | GroupSpec)[];
}

/**
 * Reads a `fields` list.
 *
 * @param file the whole descriptor, for references into `display.definitions`
 * @throws ClearSigningError `descriptor-invalid`, `too-large`
 */
export function parseFields(file: JsonObject, list: unknown, depth = 0): (FieldSpec | GroupSpec)[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw invalid('fields that are no list');
  if (depth > limits.depth) throw new ClearSigningError('too-large', 'groups nested too deeply');
  return list.map((entry: unknown) => {
    if (!isObject(entry)) throw invalid('a field that is no object');
    return own(entry, 'fields') === undefined ? parseField(file, entry) : parseGroup(file, entry, depth);
  });
}

function parseGroup(file: JsonObject, group: JsonObject, depth: number): GroupSpec {
  const path = text(own(group, 'path'));
  const iteration = own(group, 'iteration') ?? null;
  if (iteration !== null && iteration !== 'sequential' && iteration !== 'bundled')
    throw invalid('an unknown iteration');
  return {
    kind: 'group',
    path: path === undefined ? null : parsePath(path),
    label: text(own(group, 'label')) ?? null,
    iteration,
    fields: parseFields(file, own(group, 'fields'), depth + 1),
  };
}

function parseField(file: JsonObject, entry: JsonObject): FieldSpec {
  const field = dereference(file, entry, 0);
  const path = text(own(field, 'path'));
  const value = own(field, 'value');
  if ((path === undefined) === (value === undefined)) throw invalid('not exactly one of path and value');
  const params = own(field, 'params') ?? {};
  if (!isObject(params)) throw invalid('params that are no object');
  return {
    kind: 'field',
    source: path === undefined ? { value } : { path: parsePath(path) },
    label: text(own(field, 'label')) ?? path ?? '',
    format: text(own(field, 'format')) ?? 'raw',
    params,
    visible: parseVisible(own(field, 'visible')),
    separator: text(own(field, 'separator')) ?? null,
    encryption: parseEncryption(own(field, 'encryption')),
  };
}

/** The definition that `$ref` names, with the field's own keys over it; `params` merge key by key. */
function dereference(file: JsonObject, field: JsonObject, depth: number): JsonObject {
  const ref = own(field, '$ref');
  if (ref === undefined) return field;
  const found = typeof ref === 'string' && ref.startsWith('$.') ? constantAt(file, ref) : undefined;
  if (!isObject(found) || depth > 8) throw invalid('a reference to nothing, or in circles');
  const definition = dereference(file, found, depth + 1);
  const params = { ...objectOr(own(definition, 'params')), ...objectOr(own(field, 'params')) };
  return { ...definition, ...field, params };
}

function parseVisible(rule: unknown): Visible {
  if (rule === undefined) return { rule: 'always' };
  if (rule === 'always' || rule === 'never' || rule === 'optional') return { rule };
  if (!isObject(rule)) throw invalid('an unknown visibility');
  const name = own(rule, 'mustMatch') === undefined ? 'ifNotIn' : 'mustMatch';
  const values = own(rule, name);
  if (!Array.isArray(values) || Object.keys(rule).length !== 1) throw invalid('an unknown visibility');
  return { rule: name, values };
}

function parseEncryption(encryption: unknown): FieldSpec['encryption'] {
  if (encryption === undefined) return null;
  const scheme = isObject(encryption) ? text(own(encryption, 'scheme')) : undefined;
  if (!isObject(encryption) || scheme === undefined) throw invalid('an encryption without scheme');
  return {
    scheme,
    plaintextType: text(own(encryption, 'plaintextType')) ?? null,
    fallbackLabel: text(own(encryption, 'fallbackLabel')) ?? '[Encrypted]',
  };
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function invalid(message: string): ClearSigningError {
  return new ClearSigningError('descriptor-invalid', message);
}

import { equalsConstant, type Value } from '../abi/value.ts';
import { constant } from '../descriptor/constant.ts';
import type { FieldSpec, GroupSpec } from '../descriptor/fields.ts';
import { type Path, spellPath } from '../descriptor/path.ts';
import { elements, type Selection } from '../descriptor/select.ts';
import { ClearSigningError } from '../errors.ts';
import type { ExplainedField } from '../explanation.ts';
import type { Context } from './context.ts';
import { literalValue, type Params, paramsFor, resolvePath, type Scope } from './resolve.ts';
import { renderValue } from './value.ts';

/** A field as shown, and where it comes from, so that a sentence can refer to it. */
export interface Line {
  spec: FieldSpec;
  /** The path as the descriptor has it, in full; null for a literal that is no path. */
  path: string | null;
  /** The same with the place in each array. */
  place: string | null;
  field: ExplainedField;
}

/** What one field, or one element of a group, adds: `element` is its place in the array that the group runs over. */
interface Chunk {
  element: number | null;
  lines: Line[];
}

/**
 * Every field that is to be shown, in order.
 *
 * @throws ClearSigningError `path-not-found`, `value-refused`, `length-mismatch`, `map-no-match`, `too-large`
 */
export async function renderFields(context: Context, specs: readonly (FieldSpec | GroupSpec)[]): Promise<Line[]> {
  const scope: Scope = { selection: { value: context.data, at: [] }, base: [] };
  const chunks = await all(specs, (spec) => renderSpec(context, scope, spec, []));
  return chunks.flat().flatMap((chunk) => chunk.lines);
}

/** At once, since sources may take their time; of several failures the first in order counts. */
async function all<T, R>(items: readonly T[], run: (item: T, i: number) => Promise<R>): Promise<R[]> {
  const settled = await Promise.allSettled(items.map(run));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

function renderSpec(
  context: Context,
  scope: Scope,
  spec: FieldSpec | GroupSpec,
  groups: readonly string[],
): Promise<Chunk[]> {
  return spec.kind === 'field' ? renderField(context, scope, spec, groups) : renderGroup(context, scope, spec, groups);
}

async function renderGroup(
  context: Context,
  scope: Scope,
  group: GroupSpec,
  groups: readonly string[],
): Promise<Chunk[]> {
  const labels = group.label === null ? groups : [...groups, group.label];
  const inner = group.path === null ? [scope] : scopesAt(context, scope, group.path);
  const repeats = group.path !== null && inner.some((each) => each.selection.at.length > scope.selection.at.length);
  if (repeats && group.iteration === 'sequential') {
    const pairs = group.fields.flatMap((spec) => inner.map((each) => ({ spec, each })));
    const parts = await all(pairs, async ({ spec, each }) =>
      withElement(await renderSpec(context, each, spec, labels), scope, each),
    );
    return parts.flat();
  }
  const elementwise = await all(inner, async (each) => {
    const parts = await all(group.fields, (spec) => renderSpec(context, each, spec, labels));
    const ordered = !repeats && group.iteration === 'bundled' ? bundle(group.fields, parts) : parts.flat();
    return withElement(ordered, scope, each);
  });
  return elementwise.flat();
}

/** The structures that a group's path leads to; of an array each element. */
function scopesAt(context: Context, scope: Scope, path: Path): Scope[] {
  const found = resolvePath(context, scope, path);
  if (found === null) throw notFound(spellPath(path, scope.base));
  const base = path.root === null ? [...scope.base, ...path.steps] : path.steps;
  return found.flatMap(elements).map((selection) => ({ selection, base }));
}

/** Seen from outside, what a repeated group shows for one element belongs to that element. */
function withElement(chunks: Chunk[], outer: Scope, inner: Scope): Chunk[] {
  const element = inner.selection.at[outer.selection.at.length];
  return element === undefined ? chunks : [{ element, lines: chunks.flatMap((chunk) => chunk.lines) }];
}

/** First elements of all arrays, then the second ones...; what is no array comes first. */
function bundle(specs: readonly (FieldSpec | GroupSpec)[], parts: readonly Chunk[][]): Chunk[] {
  const single = parts.flatMap((chunks) => chunks.filter((chunk) => chunk.element === null));
  const arrays = parts
    // A field without any chunk is hidden, or of an empty array, which is as long as no other.
    .filter((chunks, i) =>
      chunks.length === 0 ? !isHidden(specs[i]) : chunks.every((chunk) => chunk.element !== null),
    );
  const length = arrays[0]?.length ?? 0;
  if (arrays.some((chunks) => chunks.length !== length)) {
    throw new ClearSigningError('length-mismatch', 'bundled arrays differ in length');
  }
  const rounds = Array.from({ length }, (_, i) => arrays.flatMap((chunks) => chunks.slice(i, i + 1)));
  return [...single, ...rounds.flat()];
}

function isHidden(spec: FieldSpec | GroupSpec | undefined): boolean {
  return spec?.kind !== 'field' || spec.visible.rule === 'never';
}

async function renderField(
  context: Context,
  scope: Scope,
  spec: FieldSpec,
  groups: readonly string[],
): Promise<Chunk[]> {
  if (spec.visible.rule === 'never') return [];
  const { path, targets } = targetsOf(context, scope, spec);
  const params = paramsFor(context, scope, spec.params, targets);
  return all(targets, async (target, i) => {
    const element = target.at[scope.selection.at.length] ?? null;
    if (!isShown(context, spec, target.value)) return { element, lines: [] };
    return { element, lines: [await renderLine(context, spec, path, target, params[i], groups, element)] };
  });
}

function targetsOf(context: Context, scope: Scope, spec: FieldSpec): { path: string | null; targets: Selection[] } {
  if ('path' in spec.source) {
    const path = spellPath(spec.source.path, scope.base);
    const found = resolvePath(context, scope, spec.source.path);
    if (found === null) throw notFound(path);
    return { path, targets: found.flatMap(elements) };
  }
  const literal = spec.source.value;
  const value = literalValue(constant(context.descriptor.file, literal));
  if (value === null) throw notFound(String(literal));
  const path = typeof literal === 'string' && literal.startsWith('$.') ? literal : null;
  return { path, targets: [{ value, at: scope.selection.at }] };
}

function isShown(context: Context, { visible, label }: FieldSpec, value: Value): boolean {
  if (visible.rule !== 'ifNotIn' && visible.rule !== 'mustMatch') return true;
  const listed = visible.values.some((entry) => equalsConstant(value, constant(context.descriptor.file, entry)));
  if (visible.rule === 'ifNotIn') return !listed;
  if (!listed) throw new ClearSigningError('value-refused', `${label.slice(0, 60)} is not what the descriptor demands`);
  return false;
}

async function renderLine(
  context: Context,
  spec: FieldSpec,
  path: string | null,
  target: Selection,
  params: Params | undefined,
  groups: readonly string[],
  element: number | null,
): Promise<Line> {
  context.countField();
  if (params === undefined) throw notFound(path ?? '');
  const shown = await renderValue(context, spec, target.value, params);
  const field: ExplainedField = { label: spec.label, format: spec.format, ...shown };
  if (groups.length > 0) field.groups = [...groups];
  if (spec.visible.rule === 'optional') field.optional = true;
  if (spec.separator !== null && element !== null) {
    field.separator = spec.separator.replaceAll('{index}', String(element));
  }
  return { spec, path, place: path === null ? null : placeOf(path, target.at), field };
}

/** Puts the places into a path: `#.details.[].token` at 2 is `#.details.[2].token`. */
function placeOf(path: string, at: readonly number[]): string {
  let next = 0;
  const placed = path.replace(/\[\]/g, (all) => (next < at.length ? `[${at[next++]}]` : all));
  return [placed, ...at.slice(next).map((i) => `[${i}]`)].join('.');
}

function notFound(path: string): ClearSigningError {
  return new ClearSigningError('path-not-found', `nothing at ${path.slice(0, 80)}`);
}

import { bytesOf, type Value } from '../abi/value.ts';
import type { Step } from './path.ts';

/** A value that a path leads to. `at`: which element it is, for each array that the path runs through. */
export interface Selection {
  value: Value;
  at: readonly number[];
}

/**
 * Every value that the steps lead to from `start`, in order: a slice of an array leads to each of its elements, a slice
 * of bytes, a number or a string to those bytes. Null where the path leads nowhere, even for one of many elements:
 * showing the others alone would hide it.
 */
export function select(start: Selection, steps: readonly Step[]): Selection[] | null {
  let found: Selection[] = [start];
  for (const step of steps) {
    const next: Selection[] = [];
    for (const selection of found) {
      const reached = take(selection, step);
      if (reached === null) return null;
      next.push(...reached);
    }
    found = next;
  }
  return found;
}

/** Each element by itself, where a path ends at an array: formats apply to elements. */
export function elements(selection: Selection): Selection[] {
  if (selection.value.kind !== 'array') return [selection];
  return selection.value.items.flatMap((value, i) => elements({ value, at: [...selection.at, i] }));
}

function take({ value, at }: Selection, step: Step): Selection[] | null {
  if (step.kind === 'name') {
    const member = value.kind === 'tuple' ? value.members.get(step.name) : undefined;
    return member === undefined ? null : [{ value: member, at }];
  }
  if (value.kind === 'array') {
    if (step.kind === 'slice') {
      const range = bounds(step, value.items.length);
      return range && value.items.slice(...range).map((item, i) => ({ value: item, at: [...at, i] }));
    }
    const item = value.items.at(step.index);
    return item === undefined ? null : [{ value: item, at }];
  }
  const bytes = bytesOf(value);
  if (bytes === null) return null;
  if (step.kind === 'slice') {
    const range = bounds(step, bytes.length);
    return range && [{ value: { kind: 'bytes', value: bytes.slice(...range) }, at }];
  }
  const byte = bytes.at(step.index);
  return byte === undefined ? null : [{ value: { kind: 'bytes', value: Uint8Array.of(byte) }, at }];
}

/** Null for ends outside of the data: half an address is not an address. */
function bounds(step: Extract<Step, { kind: 'slice' }>, length: number): [number, number] | null {
  const from = (end: number): number => (end < 0 ? length + end : end);
  const start = step.start === null ? 0 : from(step.start);
  const end = step.end === null ? length : from(step.end);
  return start < 0 || end > length || start > end ? null : [start, end];
}

import { isObject, type JsonObject, own } from '../json.ts';
import { parsePath } from './path.ts';

/** What a `$.` path leads to in the descriptor; undefined where there is nothing. */
export function constantAt(file: JsonObject, path: string): unknown {
  const parsed = parsePath(path);
  let found: unknown = file;
  for (const step of parsed.steps) {
    if (step.kind === 'name') found = isObject(found) ? own(found, step.name) : undefined;
    else if (step.kind === 'index') found = Array.isArray(found) ? found.at(step.index) : undefined;
    else return undefined;
  }
  return found;
}

/** A literal of the descriptor, or what it refers to where it is a `$.` path; lists entry by entry. */
export function constant(file: JsonObject, literal: unknown): unknown {
  if (Array.isArray(literal)) return literal.map((entry) => constant(file, entry));
  return typeof literal === 'string' && literal.startsWith('$.') ? constantAt(file, literal) : literal;
}

/** A JSON object whose keys are read one by one, never walked through a prototype. */
export type JsonObject = { readonly [key: string]: unknown };

/** Whether it is a JSON object (no array, not null). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own property; undefined for what the object only inherits (`constructor`, `__proto__`). */
export function own(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A string, or undefined for anything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

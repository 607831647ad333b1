import * as v from 'valibot';
import { DappRefusal, type RefusalReason } from './errors.ts';

/** 0x and 40 hex digits; whether a checksum holds is said where it matters. */
export const addressText = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address'));
/** A chain id as EIP-695 writes it, also with capital letters. */
export const chainIdText = v.pipe(
  v.string(),
  v.regex(/^0x[1-9a-fA-F][0-9a-fA-F]{0,13}$/, 'expected a chain id in 0x hex'),
  v.toLowerCase(),
);
/** The only parameter of a list; what stands behind it is left out, not refused: standards grow. */
export function first<S extends v.GenericSchema>(schema: S): v.GenericSchema<unknown, v.InferOutput<S>> {
  return v.pipe(
    v.unknown(),
    v.transform((params) => (Array.isArray(params) ? params[0] : undefined)),
    schema,
  );
}

/** Parameters by their schema. Throws DappRefusal, `params-invalid` unless said, that names the first wrong member. */
export function readParams<S extends v.GenericSchema>(
  schema: S,
  params: unknown,
  reason: RefusalReason = 'params-invalid',
): v.InferOutput<S> {
  const parsed = v.safeParse(schema, params);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new DappRefusal(reason, `params.${v.getDotPath(issue) ?? ''}: ${issue.message}`.slice(0, 300));
}

import * as v from 'valibot';

/** Where the root lies: a library of the HSM's maker, a token by its label or its slot, and the label of the key. */
export const pkcs11Settings = v.pipe(
  v.strictObject({
    kind: v.literal('pkcs11'),
    library: v.string(),
    token: v.optional(v.pipe(v.string(), v.minLength(1))),
    slot: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    keyLabel: v.pipe(v.string(), v.minLength(1)),
    /** Holds the user's PIN, readable by this process's user alone. */
    pinFile: v.string(),
    /** What the library itself is told by its environment, as where its own configuration lies. */
    environment: v.optional(v.record(v.string(), v.string()), {}),
    /** Sessions, each in a process of its own. */
    sessions: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)), 2),
    /** An HSM that says nothing for so long is given up and connected to anew, ms. */
    timeoutMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(9_000)), 4_000),
  }),
  v.check(({ token, slot }) => (token === undefined) !== (slot === undefined), 'name either a token or a slot'),
);
export type Pkcs11Settings = v.InferOutput<typeof pkcs11Settings>;

/** What finds the root, PIN aside. */
export type RootPlace = Pick<Pkcs11Settings, 'library' | 'token' | 'slot' | 'keyLabel'>;

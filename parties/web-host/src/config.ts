import * as v from 'valibot';

const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));

/** The web host's configuration file. */
export const configSchema = v.strictObject({
  /** A folder that `symbolon page build` wrote. */
  releaseDir: v.string(),
  /** Whose registry says which origins may frame the dialog. */
  cloudUrl: v.pipe(v.string(), v.url()),
  host: v.optional(v.string(), '127.0.0.1'),
  port,
  /** Where health and metrics are asked for; never the wallet's origin. */
  operations: v.optional(v.strictObject({ host: v.optional(v.string(), '127.0.0.1'), port: v.optional(port, 0) }), {}),
  logLevel: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info'),
});
export type Config = v.InferOutput<typeof configSchema>;

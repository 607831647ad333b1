import * as v from 'valibot';

/** The signer's configuration file: where it listens and whom it serves. Nothing in it is secret. */
export const configSchema = v.strictObject({
  host: v.optional(v.string(), '127.0.0.1'),
  port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  deploymentFile: v.string(),
  nsmSocket: v.string(),
  /** `host:port` of the relay through which other parties are reached, where there is no network (an enclave). */
  relay: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,253}:\d{1,5}$/, 'expected host:port'))),
  origins: v.optional(v.array(v.string()), []),
  /** Addresses of reverse proxies whose word on the client's address is believed. */
  trustedProxies: v.optional(v.array(v.string()), []),
  logLevel: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info'),
});
export type Config = v.InferOutput<typeof configSchema>;

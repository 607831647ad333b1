import { base64url } from '@symbolon/protocol';
import * as v from 'valibot';

/** The cloud's configuration file. */
export const configSchema = v.strictObject({
  dataDir: v.string(),
  host: v.optional(v.string(), '127.0.0.1'),
  port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  deploymentFile: v.string(),
  origins: v.optional(v.array(v.string()), []),
  /** Addresses of reverse proxies whose word on the client's address is believed. */
  trustedProxies: v.optional(v.array(v.string()), []),
  /** Public half of the key that changes the registry of apps; left out, the one that init made in the data folder. */
  operator: v.optional(base64url(32)),
  logLevel: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info'),
});
export type Config = v.InferOutput<typeof configSchema>;

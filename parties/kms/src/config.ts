import { parseVaultText, type VaultName } from '@symbolon/protocol';
import * as v from 'valibot';
import { pkcs11Settings } from './pkcs11/settings.ts';

const vaultSettings = v.union([v.strictObject({ kind: v.literal('embedded') }), pkcs11Settings]);
export type VaultSettings = v.InferOutput<typeof vaultSettings>;

const name = v.pipe(
  v.string(),
  v.check((text) => parseVaultText(text) !== null, 'a vault as `symbolon kms init` names it'),
  v.transform((text) => parseVaultText(text) as VaultName),
);

/** The kms's configuration file. */
export const configSchema = v.strictObject({
  dataDir: v.string(),
  host: v.optional(v.string(), '127.0.0.1'),
  port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
  deploymentFile: v.string(),
  origins: v.optional(v.array(v.string()), []),
  /** Addresses of reverse proxies whose word on the client's address is believed. */
  trustedProxies: v.optional(v.array(v.string()), []),
  smtp: v.strictObject({
    host: v.string(),
    port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)),
    secure: v.optional(v.boolean(), true),
    user: v.optional(v.string()),
    passFile: v.optional(v.string()),
    from: v.string(),
  }),
  /** Where the keys lie under which Key A is kept. */
  vault: v.optional(vaultSettings, { kind: 'embedded' }),
  /** Where they go, while they move: only to what the organisations named. */
  moveTo: v.optional(v.strictObject({ vault: vaultSettings, name })),
  logLevel: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info'),
});
export type Config = v.InferOutput<typeof configSchema>;

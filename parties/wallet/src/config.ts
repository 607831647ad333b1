import * as v from 'valibot';

const url = v.pipe(v.string(), v.maxLength(512), v.url());
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(60));

/** A chain as a page anywhere may know it: the wallet serves the same list as `/chains.json`. */
export const chainSchema = v.strictObject({
  chainId: v.pipe(v.string(), v.regex(/^0x[1-9a-f][0-9a-f]{0,13}$/)),
  name,
  rpcUrl: url,
  explorerUrl: v.nullable(url),
  currency: v.strictObject({
    name,
    symbol: v.pipe(v.string(), v.minLength(1), v.maxLength(12)),
    decimals: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(36)),
  }),
});

/**
 * `/config.json`: the page's own roots. It is one of the release's files, so that whoever serves the page cannot change them
 * without changing the release. `deployment` is the deployment file as it stands; its rest is parsed by `deploymentSchema`
 * where it is used, so that the first screen need not load every message of the protocol.
 */
const configSchema = v.strictObject({
  v: v.literal(1),
  deployment: v.looseObject({
    id: v.string(),
    mode: v.picklist(['development', 'production']),
    issuers: v.array(v.looseObject({ url, audience: v.string() })),
    cloud: v.looseObject({ url }),
  }),
  /** How the deployment's issuers are called, in the order in which a person is offered them. */
  issuers: v.pipe(
    v.array(v.strictObject({ url, name, kind: v.picklist(['email', 'provider']) })),
    v.minLength(1),
    v.maxLength(16),
  ),
  chains: v.pipe(v.array(chainSchema), v.minLength(1), v.maxLength(64)),
  /** SHA-256, hex, of the index of ERC-7730 descriptors at `/descriptors/HASH.json`; null: there is none. */
  descriptors: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});
export type Config = v.InferOutput<typeof configSchema>;

/** Parses what `/config.json` holds. Throws an Error that names the first wrong member. */
export function readConfig(json: unknown): Config {
  const config = v.parse(configSchema, json);
  const known = new Set(config.deployment.issuers.map((issuer) => issuer.url));
  const foreign = config.issuers.find((issuer) => !known.has(issuer.url));
  if (foreign !== undefined) throw new Error(`issuers: ${foreign.url} is not one of the deployment's`);
  return config;
}

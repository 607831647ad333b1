import { deploymentSchema } from '@symbolon/protocol';
import type { ChainList } from '@symbolon/protocol/dapp';
import * as v from 'valibot';
import { type Config, chainSchema, readConfig } from '../src/config.ts';
import { BuildError } from './errors.ts';

const url = v.pipe(v.string(), v.maxLength(512), v.url());

const issuer = v.strictObject({
  /** Exactly as in the deployment file. */
  url,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(60)),
  kind: v.picklist(['email', 'provider']),
  /** Addresses of other hosts at which it answers pages: token endpoint, keys (Google's are on two further ones). */
  connect: v.optional(v.pipe(v.array(url), v.maxLength(8)), []),
});

/** What the operator decides about the page. `deployment` is the deployment file's content, as it is. */
const inputSchema = v.strictObject({
  deployment: v.unknown(),
  issuers: v.pipe(v.array(issuer), v.minLength(1), v.maxLength(16)),
  chains: v.pipe(v.array(chainSchema), v.minLength(1), v.maxLength(64)),
});
export type PageInput = v.InferInput<typeof inputSchema>;

/** The page's roots and the origins it may talk to. */
export interface PageConfig {
  /** Bytes of `/config.json` and `/chains.json`. */
  config: string;
  chains: string;
  connect: string[];
}

/**
 * Reads the operator's input: what becomes part of the release, so that whoever serves it can't change it. `descriptors`: hex
 * SHA-256 of the index of descriptors, or null. Throws BuildError `input-invalid`.
 */
export function pageConfig(input: unknown, descriptors: string | null): PageConfig {
  const { issuers, chains, deployment: roots } = parse(inputSchema, input, 'the input');
  const deployment = parse(deploymentSchema, roots, 'deployment');
  const named = issuers.map(({ url: at, name, kind }) => ({ url: at, name, kind }));
  const config = asThePageReads({ v: 1, deployment: roots, issuers: named, chains, descriptors });
  const list: ChainList = { chains, relayUrl: new URL(deployment.cloud.url).origin };
  const urls = [
    deployment.kms.url,
    deployment.cloud.url,
    deployment.signer.url,
    ...issuers.flatMap((one) => [one.url, ...one.connect]),
    ...chains.map(({ rpcUrl }) => rpcUrl),
  ];
  if (deployment.mode === 'production' && urls.some((one) => !one.startsWith('https:'))) {
    throw invalid('in production every address is https');
  }
  return {
    config: JSON.stringify(config),
    chains: JSON.stringify(list),
    connect: [...new Set(urls.map((one) => new URL(one).origin))].sort(),
  };
}

function asThePageReads(config: unknown): Config {
  try {
    return readConfig(config);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

function parse<const S extends v.GenericSchema>(schema: S, value: unknown, name: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw invalid(`${[name, v.getDotPath(issue)].filter(Boolean).join('.')}: ${issue.message}`);
}

const invalid = (what: string) =>
  new BuildError(
    'input-invalid',
    `The page's configuration is not right: ${what}.`,
    'Correct the file and build again.',
  );

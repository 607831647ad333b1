import { type AbiParameter, encodeFunctionData, parseAbiItem } from 'viem';
import { buildIndex } from './buildIndex.ts';
import type { Hex } from './bytes.ts';
import { explain, type Request } from './explain.ts';
import type { Explanation } from './explanation.ts';
import { indexedRegistry } from './indexed.ts';
import type { JsonObject } from './json.ts';
import type { Registry } from './registry.ts';
import type { Sources } from './sources.ts';

/** What tests share: small descriptors, calls made by an independent encoder, and sources that know three things. */
export const contract = '0x1111111111111111111111111111111111111111';
export const other = '0x2222222222222222222222222222222222222222';
export const usdc = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
export const sender = '0x3333333333333333333333333333333333333333';

export const sources: Sources = {
  token: async (chainId, address) =>
    address === usdc.toLowerCase()
      ? { name: 'USD Coin', symbol: chainId === 1 ? 'USDC' : 'USDC.e', decimals: 6 }
      : null,
  chain: async (chainId) =>
    chainId === 1 ? { name: 'Ethereum Mainnet', currency: { symbol: 'ETH', decimals: 18 } } : null,
};

/** A descriptor of schema version 2, bound to `contract` on chain 1 unless said otherwise. */
export function describing(formats: JsonObject, rest: JsonObject = {}): JsonObject {
  return {
    $schema: 'https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json',
    context: { contract: { deployments: [{ chainId: 1, address: contract }] } },
    metadata: { owner: 'Example' },
    ...rest,
    display: { definitions: {}, ...(rest['display'] as JsonObject | undefined), formats },
  };
}

/** A registry of these descriptors, in files of these names or of their numbers. */
export async function registryOf(...files: (JsonObject | { path: string; json: JsonObject })[]): Promise<Registry> {
  const { index, descriptors } = await buildIndex(
    files.map((file, i) =>
      'path' in file ? (file as { path: string; json: JsonObject }) : { path: `${i}.json`, json: file },
    ),
  );
  return indexedRegistry(index, async (id) => descriptors.get(id) ?? null);
}

/** A call of `contract` on chain 1, encoded by viem. `signature` as Solidity writes it: `f(uint256 a)`. */
export function calling(signature: string, args: readonly unknown[], over: Partial<Request> = {}): Request {
  const item: unknown = parseAbiItem(`function ${signature}`);
  const { name, inputs } = item as { name: string; inputs: AbiParameter[] };
  const data = encodeFunctionData({
    abi: [{ type: 'function', name, inputs, outputs: [], stateMutability: 'payable' }],
    args,
  });
  return { kind: 'call', chainId: 1, from: sender, to: contract, data, value: 0n, ...over } as Request;
}

/** What one field of one function shows. */
export async function shown(
  type: string,
  value: unknown,
  field: JsonObject,
  rest: JsonObject = {},
  more: Sources = {},
): Promise<Explanation['fields']> {
  const registry = await registryOf(
    describing({ [`f(${type} x)`]: { intent: 'F', fields: [{ path: 'x', label: 'X', ...field }] } }, rest),
  );
  const explanation = await explain(calling(`f(${type} x)`, [value]), { ...sources, ...more }, registry);
  return explanation.fields;
}

/** The text of the only field. */
export async function text(...of: Parameters<typeof shown>): Promise<string | undefined> {
  const fields = await shown(...of);
  return fields.length === 1 ? fields[0]?.value : undefined;
}

/** An address whose bytes all are `digit`. */
export function address(digit: string): Hex {
  return `0x${digit.repeat(40)}`;
}

import { keccakText, toHex } from './bytes.ts';
import { isUnbound } from './descriptor/bind.ts';
import { type Deployment, type Descriptor, parseDescriptor } from './descriptor/descriptor.ts';
import { mergeIncludes } from './descriptor/includes.ts';
import { type ClearSigningCode, ClearSigningError } from './errors.ts';
import type { Index } from './indexed.ts';
import { isObject, own, text } from './json.ts';
import { type DescriptorId, descriptorId } from './registry.ts';

/** A descriptor file; `path` counts from the registry's root, with `/` between its parts. */
export interface DescriptorFile {
  path: string;
  json: unknown;
}

/** An index and the self-contained JSON text of every descriptor in it. */
export interface BuiltIndex {
  index: Index;
  descriptors: Map<DescriptorId, string>;
  /** Files that are no usable descriptor, and why. Files that only others include are not among them. */
  refused: { path: string; code: ClearSigningCode; message: string }[];
}

/** Builds the index of a registry's files; the same files in any order yield the same index. */
export async function buildIndex(files: readonly DescriptorFile[]): Promise<BuiltIndex> {
  const byPath = new Map(files.map((file) => [file.path, file.json]));
  const index: Index = { v: 1, ids: [], contracts: {}, messages: {}, factories: {}, domains: {}, standards: {} };
  const built: BuiltIndex = { index, descriptors: new Map(), refused: [] };
  for (const path of [...byPath.keys()].sort()) {
    try {
      const merged = mergeIncludes(byPath.get(path), path, (include, from) => readInclude(byPath, include, from));
      if (own(merged, 'context') === undefined) continue;
      const json = JSON.stringify(merged);
      const id = await descriptorId(json);
      const descriptor = parseDescriptor(id, merged);
      const standard = standardOf(path);
      // An unbound descriptor that is no standard's is only there to be included: it would apply to everything.
      if (built.descriptors.has(id) || (isUnbound(descriptor.binding) && standard === null)) continue;
      built.descriptors.set(id, json);
      add(index, index.ids.push(id) - 1, descriptor, standard ?? '');
    } catch (error) {
      if (!(error instanceof ClearSigningError)) throw error;
      built.refused.push({ path, code: error.code, message: error.message });
    }
  }
  return built;
}

function readInclude(
  files: ReadonlyMap<string, unknown>,
  include: string,
  from: string,
): { json: unknown; path: string } {
  const base = 'registry://root/';
  const path = URL.canParse(include, base + from) ? decodeURI(new URL(include, base + from).href) : '';
  const json = path.startsWith(base) ? files.get(path.slice(base.length)) : undefined;
  if (json === undefined)
    throw new ClearSigningError('descriptor-invalid', `includes a file that is not there: ${include}`);
  return { json, path: path.slice(base.length) };
}

function add(index: Index, i: number, descriptor: Descriptor, standard: string): void {
  const { binding } = descriptor;
  if (isUnbound(binding)) {
    addStandard(index, i, descriptor, standard);
  } else if (binding.kind === 'contract') {
    addDeployments(index.contracts, binding.deployments ?? [], i);
    for (const { chainId } of binding.factory?.deployments ?? []) addOnce(index.factories, String(chainId), i);
  } else if (binding.deployments !== null) addDeployments(index.messages, binding.deployments, i);
  else addOnce(index.domains, text(own(binding.domain, 'name')) ?? '', i);
}

/** "erc20" of `ercs/calldata-erc20-tokens.json`. */
function standardOf(path: string): string | null {
  return /(?:^|\/)ercs\/[^/]*\b(erc[0-9]+[A-Za-z]*)[^/]*$/.exec(path)?.[1] ?? null;
}

function addStandard(index: Index, i: number, descriptor: Descriptor, standard: string): void {
  const keys = [
    ...descriptor.functions.keys(),
    ...[...descriptor.messages.keys()].map((key) => toHex(keccakText(key))),
  ];
  for (const key of keys) {
    const entries = index.standards[key] ?? [];
    index.standards[key] = [...entries, { descriptor: i, standard }];
  }
}

function addDeployments(record: Index['contracts'], deployments: readonly Deployment[], i: number): void {
  for (const { chainId, address } of deployments) {
    const onChain = record[String(chainId)] ?? {};
    addOnce(onChain, address, i);
    record[String(chainId)] = onChain;
  }
}

function addOnce(record: Record<string, number[]>, key: string, i: number): void {
  const list = isObject(record) && Object.hasOwn(record, key) ? (record[key] ?? []) : [];
  if (!list.includes(i)) record[key] = [...list, i];
}

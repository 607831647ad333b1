import { readFileSync } from 'node:fs';
import { parseTransaction } from 'viem';
import { buildIndex } from '../buildIndex.ts';
import { fromHex, type Hex } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { explain, type Request } from '../explain.ts';
import type { ExplainedField, Explanation } from '../explanation.ts';
import { indexedRegistry } from '../indexed.ts';
import { isObject, type JsonObject, own, text } from '../json.ts';
import type { DescriptorId, Registry } from '../registry.ts';
import type { Sources } from '../sources.ts';
import { indexOf, neighbours, readNamed, snapshot } from './files.ts';
import { testSources } from './sources.ts';

/** What a wallet shows, in the shape that test files expect it in. */
export interface Rendered {
  intent: string;
  owner?: string;
  fields: { label: string; value: string | Rendered }[];
  interpolatedIntent?: string;
}

/** One line of output. `description` is null where the file as a whole could not be used. */
export type Line =
  | ({ file: string; description: string | null } & Rendered)
  | { file: string; description: string | null; error: string };

/** Runs every case of a test file (the registry's `testsv2` form); what fails is a line as well. Never throws. */
export async function runFile(file: string): Promise<Line[]> {
  try {
    const json = parseExactly(readFileSync(file, 'utf8'));
    const descriptor = isObject(json) ? text(own(json, 'descriptor')) : undefined;
    const tests = isObject(json) ? own(json, 'tests') : undefined;
    if (!isObject(json) || descriptor === undefined || !Array.isArray(tests))
      throw unusable('no descriptor or no tests');
    const lines: Line[] = [];
    // Each case says for itself when the descriptor can't be had.
    const suite = openSuite(file, descriptor, own(json, 'dataProvider'));
    for (const test of tests) lines.push(await runCase(file, test, suite));
    return lines;
  } catch (error) {
    return [{ file, description: null, error: said(error) }];
  }
}

/** JSON with integers beyond 2^53 as their digits: test files write amounts as bare numbers now and then. */
function parseExactly(json: string): unknown {
  const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?[0-9]+$/.test(context?.source ?? '')
      ? context?.source
      : value;
  return JSON.parse(json, exact);
}

interface Suite {
  named: DescriptorId;
  /** The standard that the named descriptor is of; null for one that is bound to contracts. */
  standard: string | null;
  sources: Sources;
  registry: Registry;
}

async function openSuite(file: string, descriptor: string, dataProvider: unknown): Promise<Suite> {
  const { path, json } = readNamed(file, descriptor);
  const single = await buildIndex([{ path, json }]);
  const [named] = single.descriptors.keys();
  if (named === undefined) {
    const refused = single.refused[0];
    throw new ClearSigningError(refused?.code ?? 'descriptor-invalid', refused?.message ?? 'no context');
  }
  const indexes = [single, await neighbours(path), await indexOf(snapshot)].filter((each) => each !== null);
  const registries = indexes.map(({ index, descriptors }) =>
    indexedRegistry(index, async (id) => descriptors.get(id) ?? null),
  );
  const standard = Object.values(single.index.standards)[0]?.[0]?.standard ?? null;
  return { named, standard, sources: testSources(dataProvider), registry: inOrder(registries) };
}

/** Several registries as one: what the first knows comes first. */
function inOrder(registries: readonly Registry[]): Registry {
  return {
    contracts: (chainId, address) => registries.flatMap((each) => each.contracts(chainId, address)),
    factories: (chainId) => registries.flatMap((each) => each.factories(chainId)),
    messages: (chainId, address) => registries.flatMap((each) => each.messages(chainId, address)),
    domains: (name) => registries.flatMap((each) => each.domains(name)),
    standards: (key) => registries.flatMap((each) => each.standards(key)),
    async load(id) {
      for (const each of registries) {
        const json = await each.load(id);
        if (json !== null) return json;
      }
      return null;
    },
  };
}

async function runCase(file: string, test: unknown, opening: Promise<Suite>): Promise<Line> {
  const description = isObject(test) ? (text(own(test, 'description')) ?? null) : null;
  try {
    const { named, standard, sources, registry } = await opening;
    const request = requestOf(isObject(test) ? test : {});
    const explanation = await explain(request, vouching(sources, standard, request), registry);
    if (explanation.descriptor !== named) {
      throw new ClearSigningError('no-descriptor', 'the named descriptor is not bound to this request');
    }
    return { file, description, ...render(explanation) };
  } catch (error) {
    return { file, description, error: said(error) };
  }
}

/** A test of a standard's descriptor says by that alone that its target is of the standard. */
function vouching(sources: Sources, standard: string | null, request: Request): Sources {
  const target = request.kind === 'call' ? request.to : verifyingContract(request.typedData.domain);
  return {
    ...sources,
    implements: async (chainId, address, asked) =>
      (asked === standard && address === target?.toLowerCase()) ||
      (await sources.implements?.(chainId, address, asked)) === true,
  };
}

function verifyingContract(domain: unknown): string | undefined {
  return isObject(domain) ? text(own(domain, 'verifyingContract')) : undefined;
}

function requestOf(test: JsonObject): Request {
  const from = text(own(test, 'from'));
  const signer = from === undefined ? null : hex(from);
  const data = own(test, 'data');
  if (isObject(data)) {
    const typedData = {
      types: own(data, 'types'),
      primaryType: own(data, 'primaryType'),
      domain: own(data, 'domain'),
      message: own(data, 'message'),
    };
    return { kind: 'message', from: signer, typedData };
  }
  const { chainId, to, value = 0n, data: calldata = '0x' } = transactionOf(hex(text(own(test, 'rawTx')) ?? ''));
  if (chainId === undefined || to === undefined || to === null) throw unusable('a transaction without chainId or to');
  return { kind: 'call', chainId, from: signer, to: hex(to), value, data: hex(calldata) };
}

function transactionOf(raw: Hex): ReturnType<typeof parseTransaction> {
  try {
    return parseTransaction(raw);
  } catch {
    throw unusable('rawTx is no transaction');
  }
}

function hex(digits: string): Hex {
  if (fromHex(digits) === null) throw unusable('not hexadecimal');
  return digits as Hex;
}

function render(explanation: Explanation): Rendered {
  const { intent, owner, interpolatedIntent } = explanation;
  return {
    intent,
    ...(owner === null ? {} : { owner }),
    fields: explanation.fields.map((field: ExplainedField) => ({
      label: field.label,
      value: field.call === undefined ? field.value : render(field.call),
    })),
    ...(interpolatedIntent === undefined ? {} : { interpolatedIntent }),
  };
}

function unusable(message: string): Error {
  return new Error(`test-malformed: ${message}`);
}

function said(error: unknown): string {
  if (error instanceof ClearSigningError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

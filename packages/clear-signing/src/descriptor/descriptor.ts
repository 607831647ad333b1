import { type FunctionFragment, parseFragment } from '../abi/fragment.ts';
import { type Hex, parseAddress, toHex } from '../bytes.ts';
import { ClearSigningError } from '../errors.ts';
import { isObject, type JsonObject, own, text } from '../json.ts';

/** Where a contract is deployed; `address` in lower case. */
export interface Deployment {
  chainId: number;
  address: Hex;
}

/** What the request must be for a descriptor to apply. Null and empty parts constrain nothing. */
export type Binding =
  | {
      kind: 'contract';
      deployments: Deployment[] | null;
      factory: { deployments: Deployment[]; deployEvent: string } | null;
    }
  | { kind: 'eip712'; deployments: Deployment[] | null; domain: JsonObject; domainSeparator: Hex | null };

/** A `display.formats` entry; its fields are parsed only once it is the one that applies. */
export interface Format {
  /** The key as the file has it. */
  key: string;
  body: JsonObject;
}

/** A descriptor with its includes merged. */
export interface Descriptor {
  /** SHA-256 of its JSON text, hexadecimal. */
  id: string;
  /** The whole file: `$.` paths lead into it. */
  file: JsonObject;
  binding: Binding;
  owner: string | null;
  contractName: string | null;
  url: string | null;
  functions: ReadonlyMap<Hex, Format & { fragment: FunctionFragment }>;
  /** By `encodeType`, without white space that does not count. */
  messages: ReadonlyMap<string, Format>;
}

const major = 2;

/**
 * Reads a descriptor whose includes are merged (ERC-7730, schema version 2).
 *
 * @throws ClearSigningError `descriptor-invalid`, `descriptor-version`
 */
export function parseDescriptor(id: string, file: unknown): Descriptor {
  if (!isObject(file)) throw invalid('not an object');
  checkVersion(own(file, '$schema'));
  if (own(file, 'includes') !== undefined) throw invalid('includes that were not merged');
  const binding = parseBinding(own(file, 'context'));
  const metadata = objectAt(file, 'metadata');
  const formats = Object.entries(objectAt(objectAt(file, 'display'), 'formats')).map(([key, body]) => {
    if (!isObject(body)) throw invalid('a format that is no object');
    return { key, body };
  });
  return {
    id,
    file,
    binding,
    owner: text(own(metadata, 'owner')) ?? null,
    contractName: text(own(metadata, 'contractName')) ?? null,
    url: text(own(objectAt(metadata, 'info'), 'url')) ?? null,
    functions: binding.kind === 'contract' ? functionsOf(formats) : new Map(),
    messages: binding.kind === 'eip712' ? messagesOf(formats) : new Map(),
  };
}

/** The file's naming is only a convention, but the schema it names is the one thing that says a version at all. */
function checkVersion(schema: unknown): void {
  const version = /erc7730-v([0-9]+)(?:[.-][^/]*)?\.schema\.json$/.exec(text(schema) ?? '');
  if (version === null || Number(version[1]) !== major) {
    throw new ClearSigningError('descriptor-version', 'not a descriptor of schema version 2');
  }
}

function functionsOf(formats: readonly Format[]): Map<Hex, Format & { fragment: FunctionFragment }> {
  const functions = new Map<Hex, Format & { fragment: FunctionFragment }>();
  for (const format of formats) {
    const fragment = fragmentOf(format.key);
    if (fragment === null) continue;
    if (functions.has(fragment.selector)) throw invalid(`two formats for ${fragment.signature.slice(0, 80)}`);
    functions.set(fragment.selector, { ...format, fragment });
  }
  return functions;
}

/** A key that is no function of canonical types can match no selector; that is no reason to lose the others. */
function fragmentOf(key: string): FunctionFragment | null {
  try {
    return parseFragment(key);
  } catch (error) {
    if (error instanceof ClearSigningError) return null;
    throw error;
  }
}

function messagesOf(formats: readonly Format[]): Map<string, Format> {
  const messages = new Map<string, Format>();
  for (const format of formats) {
    const encodedType = trimKey(format.key);
    if (messages.has(encodedType)) throw invalid(`two formats for ${encodedType.slice(0, 80)}`);
    messages.set(encodedType, format);
  }
  return messages;
}

/** A `display.formats` key without the white space around commas and parentheses. */
export function trimKey(key: string): string {
  return key.trim().replace(/\s*([(),])\s*/g, '$1');
}

function parseBinding(context: unknown): Binding {
  if (!isObject(context)) throw invalid('no context');
  const contract = own(context, 'contract');
  const eip712 = own(context, 'eip712');
  if (isObject(contract) === isObject(eip712)) throw invalid('not exactly one of contract and eip712');
  if (isObject(contract)) {
    const factory = own(contract, 'factory');
    return {
      kind: 'contract',
      deployments: parseDeployments(own(contract, 'deployments')),
      factory: factory === undefined ? null : parseFactory(factory),
    };
  }
  const domain = isObject(eip712) ? own(eip712, 'domain') : undefined;
  const separator = isObject(eip712) ? own(eip712, 'domainSeparator') : undefined;
  if (separator !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(text(separator) ?? '')) throw invalid('a domainSeparator');
  if (domain !== undefined && !isObject(domain)) throw invalid('a domain that is no object');
  return {
    kind: 'eip712',
    deployments: isObject(eip712) ? parseDeployments(own(eip712, 'deployments')) : null,
    domain: domain ?? {},
    domainSeparator: separator === undefined ? null : (`0x${text(separator)?.slice(2).toLowerCase()}` as Hex),
  };
}

function parseFactory(factory: unknown): { deployments: Deployment[]; deployEvent: string } {
  const deployments = isObject(factory) ? parseDeployments(own(factory, 'deployments')) : null;
  const deployEvent = isObject(factory) ? text(own(factory, 'deployEvent')) : undefined;
  if (deployments === null || deployEvent === undefined) throw invalid('a factory without deployments or event');
  return { deployments, deployEvent };
}

function parseDeployments(list: unknown): Deployment[] | null {
  if (list === undefined) return null;
  if (!Array.isArray(list)) throw invalid('deployments that are no list');
  return list.map((entry: unknown) => {
    const chainId = isObject(entry) ? own(entry, 'chainId') : undefined;
    const address = isObject(entry) ? parseAddress(own(entry, 'address')) : null;
    if (typeof chainId !== 'number' || !Number.isSafeInteger(chainId) || address === null)
      throw invalid('a deployment');
    return { chainId, address: toHex(address) };
  });
}

function objectAt(parent: JsonObject, key: string): JsonObject {
  const child = own(parent, key);
  if (child === undefined) return {};
  if (!isObject(child)) throw invalid(`${key} is no object`);
  return child;
}

function invalid(message: string): ClearSigningError {
  return new ClearSigningError('descriptor-invalid', message);
}

import type { Hex } from './bytes.ts';
import { type Descriptor, parseDescriptor } from './descriptor/descriptor.ts';
import { ClearSigningError } from './errors.ts';
import { ask } from './sources.ts';

/** An id is the SHA-256 of a descriptor's JSON text, 64 hexadecimal digits. */
export type DescriptorId = string;

/** The descriptor of a standard, for contracts known to implement it. */
export interface StandardEntry {
  id: DescriptorId;
  /** As its file in `ercs/` is named: "erc20", "erc721"... */
  standard: string;
}

/** Which descriptors may apply; the engine checks for itself whether one does. Addresses are in lower case. */
export interface Registry {
  contracts(chainId: number, address: Hex): readonly DescriptorId[];
  /** Descriptors bound to what factories on this chain deploy. */
  factories(chainId: number): readonly DescriptorId[];
  messages(chainId: number, verifyingContract: Hex): readonly DescriptorId[];
  /** Descriptors bound to no contract but to a domain of this name, or of any name. */
  domains(name: string | null): readonly DescriptorId[];
  /** By a function's selector, or the Keccak-256 of a message's `encodeType`. */
  standards(key: Hex): readonly StandardEntry[];
  /** The JSON text of a descriptor, includes merged; null where it can't be had. */
  load(id: DescriptorId): Promise<string | null>;
}

/**
 * Loads a descriptor and checks that it is the one that was meant: it may come from a host that nobody trusts.
 *
 * @throws ClearSigningError `no-descriptor`, `descriptor-hash`, `descriptor-invalid`, `descriptor-version`
 */
export async function loadDescriptor(registry: Registry, id: DescriptorId): Promise<Descriptor> {
  const json = await ask(() => registry.load(id));
  if (json === null) throw new ClearSigningError('no-descriptor', 'the descriptor can not be had');
  if ((await descriptorId(json)) !== id)
    throw new ClearSigningError('descriptor-hash', 'not the descriptor of the index');
  return parseDescriptor(id, parseJson(json));
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ClearSigningError('descriptor-invalid', 'no JSON');
  }
}

/** The id of a descriptor's JSON text. */
export async function descriptorId(json: string): Promise<DescriptorId> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(json));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

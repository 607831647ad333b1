import { decodeArguments } from './abi/decode.ts';
import { fromHex, type Hex, keccakText, parseAddress, toHex } from './bytes.ts';
import { bindsCall, bindsMessage, isUnbound } from './descriptor/bind.ts';
import type { Descriptor, Format } from './descriptor/descriptor.ts';
import { ClearSigningError } from './errors.ts';
import type { Explanation } from './explanation.ts';
import { limits } from './limits.ts';
import { type DescriptorId, loadDescriptor, type Registry } from './registry.ts';
import type { Call, Container, Context } from './render/context.ts';
import { renderFormat } from './render/format.ts';
import { ask, type Sources } from './sources.ts';
import { parseTypedData, type TypedData, type TypedDataInput } from './typedData/typedData.ts';

/** What a person is asked to sign: a transaction's call, or EIP-712 data. `from` null: not known. */
export type Request =
  | { kind: 'call'; chainId: number; from: Hex | null; to: Hex; data: Hex; value: bigint }
  | { kind: 'message'; from: Hex | null; typedData: TypedDataInput };

/** One explanation's own state: how deep it is and how much it has shown and read. */
interface Run {
  sources: Sources;
  registry: Registry;
  depth: number;
  spent: { fields: number; bytes: number };
}

/**
 * Says a request in the words of the descriptor that is bound to it (ERC-7730).
 *
 * @throws ClearSigningError whenever that can't be done in full; the caller then shows the request as one it can't read
 */
export async function explain(request: Request, sources: Sources, registry: Registry): Promise<Explanation> {
  const run: Run = { sources, registry, depth: 0, spent: { fields: 0, bytes: 0 } };
  if (request.kind === 'message') return explainMessage(run, request.from, parseTypedData(request.typedData));
  const data = fromHex(request.data);
  const to = parseAddress(request.to);
  if (data === null || to === null) throw new ClearSigningError('calldata-malformed', 'no bytes, or no address');
  const from = parseAddress(request.from);
  return explainCall(run, { chainId: request.chainId, from, to, value: request.value, data });
}

/** Several calls in one sentence, as EIP-5792 batches are shown; null where any of them has none. */
export function joinSentences(explanations: readonly Explanation[]): string | null {
  const sentences = explanations.map((explanation) => explanation.interpolatedIntent);
  return sentences.length === 0 || sentences.includes(undefined) ? null : sentences.join(' and ');
}

async function explainCall(run: Run, call: Call): Promise<Explanation> {
  const { chainId, to, data } = call;
  if (chainId === null || to === null || data.length < 4)
    throw new ClearSigningError('no-descriptor', 'no function call');
  // Calls lie inside one another, so honest ones add up to no more than the data once for each level.
  run.spent.bytes += data.length;
  if (run.spent.bytes > (limits.calls + 1) * limits.dataBytes)
    throw new ClearSigningError('too-large', 'too many calls');
  const selector = toHex(data.subarray(0, 4));
  const { descriptor, format } = await findFunction(run, chainId, toHex(to), selector);
  const members = decodeArguments(format.fragment.inputs, data.subarray(4));
  return renderFormat(contextOf(run, descriptor, { kind: 'tuple', members }, call), format);
}

async function explainMessage(run: Run, from: Hex | null, message: TypedData): Promise<Explanation> {
  const { descriptor, format } = await findMessage(run, message);
  const container: Container = {
    chainId: message.chainId,
    from: parseAddress(from),
    to: message.verifyingContract,
    value: 0n,
  };
  return renderFormat(contextOf(run, descriptor, { kind: 'tuple', members: message.message }, container), format);
}

function contextOf(run: Run, descriptor: Descriptor, data: Context['data'], container: Container): Context {
  return {
    descriptor,
    data,
    container,
    sources: run.sources,
    explainCall: (call) => explainInner({ ...run, depth: run.depth + 1 }, call),
    countField: () => {
      run.spent.fields += 1;
      if (run.spent.fields > limits.fields) throw new ClearSigningError('too-large', 'more fields than anyone reads');
    },
  };
}

/** A call inside a call may stay unexplained; but what a descriptor refuses, or what has no end, is refused as a whole. */
async function explainInner(run: Run, call: Call): Promise<Explanation | null> {
  if (run.depth > limits.calls) return null;
  try {
    return await explainCall(run, call);
  } catch (error) {
    if (!(error instanceof ClearSigningError) || error.code === 'value-refused' || error.code === 'too-large')
      throw error;
    return null;
  }
}

async function findFunction(
  run: Run,
  chainId: number,
  to: Hex,
  selector: Hex,
): Promise<{ descriptor: Descriptor; format: NonNullable<ReturnType<Descriptor['functions']['get']>> }> {
  const { registry, sources } = run;
  const found = await firstThat(run, await callCandidates(run, chainId, to), 'unknown-function', async (descriptor) => {
    if (!(await bindsCall(descriptor.binding, chainId, to, sources))) return null;
    return descriptor.functions.get(selector);
  });
  if (found.hit !== null) return found.hit;
  for (const { id, standard } of registry.standards(selector)) {
    if ((await ask(() => sources.implements?.(chainId, to, standard))) !== true) continue;
    const descriptor = await loadDescriptor(registry, id);
    const format = isUnbound(descriptor.binding) ? descriptor.functions.get(selector) : undefined;
    if (format !== undefined) return { descriptor, format };
  }
  throw found.miss;
}

async function findMessage(run: Run, message: TypedData): Promise<{ descriptor: Descriptor; format: Format }> {
  const { registry, sources } = run;
  const { encodedType, chainId, verifyingContract } = message;
  const found = await firstThat(run, await messageCandidates(run, message), 'unknown-message', async (descriptor) => {
    if (isUnbound(descriptor.binding) || !(await bindsMessage(descriptor.binding, message, sources))) return null;
    return descriptor.messages.get(encodedType);
  });
  if (found.hit !== null) return found.hit;
  for (const { id, standard } of registry.standards(toHex(keccakText(encodedType)))) {
    if (chainId === null || verifyingContract === null) break;
    if ((await ask(() => sources.implements?.(chainId, toHex(verifyingContract), standard))) !== true) continue;
    const descriptor = await loadDescriptor(registry, id);
    const format = isUnbound(descriptor.binding) ? descriptor.messages.get(encodedType) : undefined;
    if (format !== undefined) return { descriptor, format };
  }
  throw found.miss;
}

async function callCandidates({ registry, sources }: Run, chainId: number, to: Hex): Promise<DescriptorId[]> {
  const direct = registry.contracts(chainId, to);
  const factories = registry.factories(chainId);
  const implementation = direct.length > 0 ? null : await ask(() => sources.implementation?.(chainId, to));
  const behind = implementation === null ? [] : registry.contracts(chainId, lower(implementation));
  return [...direct, ...behind, ...factories];
}

async function messageCandidates({ registry, sources }: Run, message: TypedData): Promise<DescriptorId[]> {
  const name = message.domain.get('name');
  const byDomain = registry.domains(name?.kind === 'string' ? name.value : null);
  if (message.chainId === null || message.verifyingContract === null) return [...byDomain];
  const { chainId } = message;
  const address = toHex(message.verifyingContract);
  const direct = registry.messages(chainId, address);
  const implementation = direct.length > 0 ? null : await ask(() => sources.implementation?.(chainId, address));
  const behind = implementation === null ? [] : registry.messages(chainId, lower(implementation));
  return [...direct, ...behind, ...byDomain];
}

/**
 * The first descriptor whose format `pick` hands out: null where the descriptor is not bound to the request, undefined
 * where it is bound but does not describe it. One that is broken does not stand in another's way.
 */
async function firstThat<F>(
  { registry }: Run,
  ids: readonly DescriptorId[],
  unknown: 'unknown-function' | 'unknown-message',
  pick: (descriptor: Descriptor) => Promise<F | null | undefined>,
): Promise<{ hit: { descriptor: Descriptor; format: F } | null; miss: ClearSigningError }> {
  let miss = new ClearSigningError('no-descriptor', 'no descriptor is bound to this request');
  for (const id of new Set(ids)) {
    try {
      const descriptor = await loadDescriptor(registry, id);
      const format = await pick(descriptor);
      if (format !== null && format !== undefined) return { hit: { descriptor, format }, miss };
      if (format === undefined && miss.code === 'no-descriptor') {
        miss = new ClearSigningError(unknown, 'the descriptor does not describe this one');
      }
    } catch (error) {
      if (!(error instanceof ClearSigningError)) throw error;
      miss = error;
    }
  }
  return { hit: null, miss };
}

function lower(address: Hex): Hex {
  return `0x${address.slice(2).toLowerCase()}`;
}

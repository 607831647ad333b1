import { equalsConstant } from '../abi/value.ts';
import { type Hex, toHex } from '../bytes.ts';
import { ask, type Sources } from '../sources.ts';
import type { TypedData } from '../typedData/typedData.ts';
import type { Binding, Deployment } from './descriptor.ts';

/** Whether a descriptor says nothing of where it applies, as those of standards do. */
export function isUnbound(binding: Binding): boolean {
  if ((binding.deployments?.length ?? 0) > 0) return false;
  if (binding.kind === 'contract') return binding.factory === null;
  return binding.domainSeparator === null && Object.keys(binding.domain).length === 0;
}

/** Whether a call's target is one of the descriptor's deployments, a proxy of one, or made by one of its factories. */
export async function bindsCall(binding: Binding, chainId: number, to: Hex, sources: Sources): Promise<boolean> {
  if (binding.kind !== 'contract') return false;
  if (await isDeployedAt(binding.deployments ?? [], chainId, to, sources)) return true;
  if (binding.factory === null) return false;
  const { deployEvent, deployments } = binding.factory;
  const factories = deployments.filter((factory) => factory.chainId === chainId).map((factory) => factory.address);
  if (factories.length === 0) return false;
  return (await ask(() => sources.deployedBy?.(chainId, to, factories, deployEvent))) === true;
}

/** Whether a message's domain fulfils every constraint of the descriptor. */
export async function bindsMessage(binding: Binding, message: TypedData, sources: Sources): Promise<boolean> {
  if (binding.kind !== 'eip712') return false;
  for (const [name, constant] of Object.entries(binding.domain)) {
    const value = message.domain.get(name);
    if (value === undefined || !equalsConstant(value, constant)) return false;
  }
  if (binding.domainSeparator !== null && binding.domainSeparator !== message.domainSeparator) return false;
  if (binding.deployments === null) return true;
  const { chainId, verifyingContract } = message;
  if (chainId === null || verifyingContract === null) return false;
  return isDeployedAt(binding.deployments, chainId, toHex(verifyingContract), sources);
}

async function isDeployedAt(
  deployments: readonly Deployment[],
  chainId: number,
  address: Hex,
  sources: Sources,
): Promise<boolean> {
  const onChain = deployments.filter((deployment) => deployment.chainId === chainId);
  if (onChain.some((deployment) => deployment.address === address)) return true;
  if (onChain.length === 0) return false;
  const implementation = await ask(() => sources.implementation?.(chainId, address));
  return implementation !== null && onChain.some((deployment) => deployment.address === implementation.toLowerCase());
}

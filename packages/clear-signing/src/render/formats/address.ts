import { addressOf } from '../../abi/value.ts';
import { checksumAddress, toHex } from '../../bytes.ts';
import { ask } from '../../sources.ts';
import { interoperableText, parseInteroperable } from '../../text/interoperable.ts';
import type { Context } from '../context.ts';
import { isOneOf, type Params } from '../resolve.ts';
import { type Formatter, raw, type Shown } from './shown.ts';

/** `addressName`: a trusted name, else the address. */
export const addressName: Formatter = async (value, params, context) => {
  const address = addressOf(value);
  if (address === null) return raw(value, 'wrong-format');
  const sender = senderOf(address, params, context);
  if (sender !== null) return sender;
  const { name, ...shown } = await named(address, context.container.chainId, params, context);
  return { ...shown, value: name ?? checksumAddress(address) };
};

/** `interoperableAddressName`: an ERC-7930 address by its chain and a trusted name, else its own text form. */
export const interoperableAddressName: Formatter = async (value, params, context) => {
  const parsed = value.kind === 'bytes' ? parseInteroperable(value.value) : null;
  if (parsed === null) return raw(value, 'wrong-format');
  if (parsed.evm === null) return { value: interoperableText(parsed, null) };
  const sender = senderOf(parsed.evm.address, params, context);
  if (sender !== null) return sender;
  const { name, ...shown } = await named(parsed.evm.address, parsed.evm.chainId, params, context);
  return { ...shown, value: interoperableText(parsed, name) };
};

/** An address that the descriptor says stands for the sender; the sender's own is then the one to be shown beside it. */
function senderOf(address: Uint8Array, params: Params, context: Context): Shown | null {
  if (!isOneOf(address, params.constant('senderAddress'))) return null;
  return { value: 'Sender', address: checksumAddress(context.container.from ?? address) };
}

/** Only the named sources may name it, in their order; without any, the person's own names and then ENS. */
async function named(
  address: Uint8Array,
  chainId: number | null,
  params: Params,
  { sources }: Context,
): Promise<Omit<Shown, 'value'> & { name: string | null }> {
  const spelt = checksumAddress(address);
  if (chainId === null) return { name: null, address: spelt };
  const types = strings(params.constant('types'));
  const wanted = params.constant('sources') === undefined ? ['local', 'ens'] : strings(params.constant('sources'));
  for (const source of wanted) {
    const found = await ask(() => sources.addressName?.(chainId, toHex(address), source, types));
    if (found === null || found.name === '') continue;
    // A name that the person trusts for one kind of account must not vouch for another.
    if (found.matches === false) return { name: null, address: spelt, warnings: ['wrong-address-type'] };
    return { name: found.name, address: spelt };
  }
  return { name: null, address: spelt };
}

function strings(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}

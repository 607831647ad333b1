import { addressOf, bytesOf, integerOf, type Value } from '../../abi/value.ts';
import { checksumAddress, concat, fromHex, toHex } from '../../bytes.ts';
import type { Call, Context } from '../context.ts';
import type { Params } from '../resolve.ts';
import { chainOf, nativeAmount } from './chain.ts';
import { type Formatter, raw, type Shown } from './shown.ts';

/** `calldata`: a call inside the call, explained by the descriptor of the contract it goes to; else its bytes. */
export const calldata: Formatter = async (value, params, context) => {
  const data = value.kind === 'bytes' ? value.value : null;
  if (data === null) return raw(value, 'wrong-format');
  const call = innerCall(data, params, context);
  if (call === null || call.to === null) return { value: toHex(data), warnings: ['unknown-call'] };
  const shown: Shown = { value: toHex(data), address: checksumAddress(call.to) };
  const amount = params.value('amount');
  if (amount !== null && call.value !== null) {
    shown.amount = (await nativeAmount(amount, call.value, call.chainId, context)).value;
  }
  // Without any data nothing is called, and address and amount say it all.
  if (call.data.length === 0) return shown;
  const explained = await context.explainCall(call);
  return explained === null ? { ...shown, warnings: ['unknown-call'] } : { ...shown, call: explained };
};

function innerCall(data: Uint8Array, params: Params, context: Context): Call | null {
  const to = addressAt(params, 'callee');
  const selector = params.has('selector') ? selectorOf(params.value('selector')) : new Uint8Array(0);
  if (to === null || selector === null) return null;
  return {
    to,
    data: concat([selector, data]),
    chainId: chainOf(params, context),
    from: params.has('spender') ? addressAt(params, 'spender') : context.container.from,
    value: amountOf(params, to, context),
  };
}

/** The bytes to be put before data that does not have its own selector; null where the parameter is no selector. */
function selectorOf(selector: Value | null): Uint8Array | null {
  const bytes = selector?.kind === 'string' ? fromHex(selector.value) : selector && bytesOf(selector);
  return bytes?.length === 4 ? bytes : null;
}

/** Where the descriptor names no amount: a contract that calls itself keeps what came with the call, of others nothing is known. */
function amountOf(params: Params, to: Uint8Array, { container }: Context): bigint | null {
  const amount = params.value('amount');
  if (params.has('amount')) return amount && integerOf(amount);
  return container.to !== null && toHex(container.to) === toHex(to) ? container.value : null;
}

function addressAt(params: Params, name: string): Uint8Array | null {
  const value = params.value(name);
  return value && addressOf(value);
}

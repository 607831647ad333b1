import { equalsConstant, integerOf } from '../../abi/value.ts';
import { isObject, own } from '../../json.ts';
import { ask } from '../../sources.ts';
import { dateText, decimalText, durationText, prefixedText } from '../../text/numbers.ts';
import { isDecimals } from './chain.ts';
import { type Formatter, raw } from './shown.ts';

/** `date`: a Unix time, or a block's. What is beyond every calendar ("never expires") stays a number. */
export const date: Formatter = async (value, params, context) => {
  const integer = integerOf(value);
  const encoding = params.constant('encoding');
  if (integer === null || integer < 0n) return raw(value, 'wrong-format');
  if (encoding === 'timestamp') {
    const text = dateText(integer);
    return text === null ? raw(value) : { value: text };
  }
  if (encoding !== 'blockheight') return raw(value, 'wrong-format');
  const chain = context.container.chainId;
  const seconds = chain === null ? null : await ask(() => context.sources.blockTime?.(chain, integer));
  const text = seconds !== null && Number.isSafeInteger(seconds) ? dateText(BigInt(seconds)) : null;
  return text === null ? raw(value, 'unknown-block') : { value: text };
};

/** `duration`: seconds as hours, minutes, seconds. */
export const duration: Formatter = (value) => {
  const integer = integerOf(value);
  return integer === null || integer < 0n ? raw(value, 'wrong-format') : { value: durationText(integer) };
};

/** `unit`: a number and the unit it is in. */
export const unit: Formatter = (value, params) => {
  const integer = integerOf(value);
  const base = params.constant('base');
  const decimals = params.constant('decimals') ?? 0;
  if (integer === null || typeof base !== 'string' || !isDecimals(decimals)) return raw(value, 'wrong-format');
  const number = params.constant('prefix') === true ? prefixedText(integer, decimals) : decimalText(integer, decimals);
  return { value: number + base };
};

/** `enum`: the words of the descriptor for a value. */
export const enumeration: Formatter = (value, params) => {
  const words = params.constant('$ref');
  if (!isObject(words)) return raw(value, 'wrong-format');
  const integer = integerOf(value);
  const key = Object.keys(words).find(
    (name) => equalsConstant(value, name) || (integer !== null && name === integer.toString()),
  );
  const word = key === undefined ? undefined : own(words, key);
  return typeof word === 'string' ? { value: word } : raw(value, 'unknown-value');
};

import { asFields } from './fields.ts';

/**
 * An integer as JSON of wallets and libraries writes it, or null: a number that JavaScript holds exactly, a bigint, decimal
 * text, 0x hex, or what JSON.stringify makes of an ethers 5 BigNumber.
 */
export function integerFromJson(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : null;
  // 80 characters hold every 256-bit integer; BigInt() of longer text takes quadratic time.
  if (typeof value === 'string' && value.length <= 80) {
    if (/^-?\d+$/.test(value) || /^0x[0-9a-fA-F]+$/.test(value)) return BigInt(value);
    return null;
  }
  const fields = asFields(value);
  return fields?.type === 'BigNumber' && typeof fields.hex === 'string' ? integerFromJson(fields.hex) : null;
}

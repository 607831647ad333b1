/** `value / 10^decimals` exactly, without trailing zeros. */
export function decimalText(value: bigint, decimals: number): string {
  const sign = value < 0n ? '-' : '';
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

/** Powers of 1000 from 10^-30 to 10^30; between 1 and 1000 there is none. */
const prefixes = [
  'q',
  'r',
  'y',
  'z',
  'a',
  'f',
  'p',
  'n',
  'µ',
  'm',
  '',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Z',
  'Y',
  'R',
  'Q',
];

/** `value / 10^decimals` as a number from 1 to below 1000 and an SI prefix: `36k`. Beyond the prefixes the number grows. */
export function prefixedText(value: bigint, decimals: number): string {
  if (value === 0n) return '0';
  const magnitude = (value < 0n ? -value : value).toString().length - 1 - decimals;
  const power = Math.max(-10, Math.min(10, Math.floor(magnitude / 3)));
  const shift = decimals + 3 * power;
  const number = shift >= 0 ? decimalText(value, shift) : decimalText(value * 10n ** BigInt(-shift), 0);
  return number + (prefixes[power + 10] ?? '');
}

/** Unix seconds as `2024-02-29 08:27:12Z` (RFC 3339 with a space); null beyond the year 9999, where that form ends. */
export function dateText(seconds: bigint): string | null {
  if (seconds < 0n || seconds > 253402300799n) return null;
  return new Date(Number(seconds) * 1000).toISOString().replace('T', ' ').replace('.000Z', 'Z');
}

/** Seconds as `HH:MM:SS`; hours grow beyond two digits. */
export function durationText(seconds: bigint): string {
  const two = (n: bigint): string => n.toString().padStart(2, '0');
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
}

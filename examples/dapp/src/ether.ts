/** 18 decimals: wei as a decimal number, exact. */
export function formatEther(wei: bigint): string {
  const digits = wei.toString().padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -18) : `${digits.slice(0, -18)}.${fraction}`;
}

/** Wei of a decimal number of ether. Throws RangeError for anything else, or for more than 18 decimals. */
export function parseEther(text: string): bigint {
  const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text.trim()) ?? [];
  if (whole === '') throw new RangeError(`${text} is not an amount of ether`);
  return BigInt(whole + fraction.padEnd(18, '0'));
}

/**
 * Text that strangers wrote, fit for a screen: nothing in it moves a cursor, hides or reorders what stands beside it, and it is
 * no longer than `length` characters.
 */
export function plainText(text: string, length: number): string {
  const shown = text.toWellFormed().replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
  return shown.length <= length ? shown : `${shown.slice(0, length - 1)}…`;
}

/** As {@link plainText}, over lines. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      line
        .toWellFormed()
        .replace(/\t/g, '  ')
        .replace(/\r$/, '')
        .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped),
    )
    .join('\n');
}

const escaped = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** An amount of `decimals` in its unit, exact. */
export function unitsText(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

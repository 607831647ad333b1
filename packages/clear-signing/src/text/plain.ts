/**
 * Text by strangers with every character made visible that would hide, reorder or imitate what stands around it:
 * controls, direction marks and overrides, zero-width characters, tags. Line breaks and tabs stay.
 */
export function plain(text: string): string {
  // Most text, long hexadecimal above all, needs no closer look.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(deceptive, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Variation selectors and joiners stay where emoji have them. */
const deceptive =
  /(?![\n\r\t]|\ufe0e|\ufe0f|(?<=\p{Extended_Pictographic}\ufe0f?)\u200d(?=\p{Extended_Pictographic}))[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

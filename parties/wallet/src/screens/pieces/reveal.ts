/**
 * Characters that change how a text looks without being seen: controls, direction overrides, zero-width spaces, tags. Joiners
 * (U+200C, U+200D) and direction marks stay: scripts and emoji need them, and a mark cannot reorder what is isolated.
 */
const unseen =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\u{e0000}-\u{e0fff}]/gu;

/** Makes such characters visible as `[U+202E]`; line breaks and tabs stay. */
export function reveal(text: string): string {
  return text.replace(unseen, (one) => ('\n\t'.includes(one) ? one : `[U+${codePoint(one)}]`));
}

function codePoint(one: string): string {
  return (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

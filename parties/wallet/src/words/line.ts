import type { ComponentChildren } from 'preact';

/** Something that a sentence says: an amount, a name, an address. It keeps its own mark-up and direction. */
export type Piece = ComponentChildren;

/** A sentence with pieces in it, in the order of its language. */
export type Line = Piece[];

/** Template tag: words of the language with pieces in their places. */
export function line(words: TemplateStringsArray, ...pieces: Piece[]): Line {
  return words.flatMap((text, at) => (at < pieces.length ? [text, pieces[at]] : [text]));
}

/** The form for a number, by the rules of the language (Intl.PluralRules). */
export function plural(
  language: string,
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string {
  return forms[new Intl.PluralRules(language).select(count)] ?? forms.other;
}

/** A stranger's words inside plain text (a label or title): whatever their direction, they do not reorder what is around them. */
export function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

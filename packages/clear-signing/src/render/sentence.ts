import { parsePath, spellPath } from '../descriptor/path.ts';
import type { SentencePart } from '../explanation.ts';
import { limits } from '../limits.ts';
import { plain } from '../text/plain.ts';
import type { Line } from './fields.ts';

/**
 * A descriptor's `interpolatedIntent` with the values in it (ERC-7730, "Value interpolation"). Each value stands there
 * exactly as in its field.
 *
 * @returns null, for the caller to fall back to the intent, where any placeholder is no path of a field that is always
 * shown, a value is no single line of text, or the whole is too long
 */
export function interpolate(template: string, lines: readonly Line[]): SentencePart[] | null {
  const parts: SentencePart[] = [];
  for (const token of template.match(/\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]/g) ?? []) {
    if (token === '{' || token === '}') return null;
    if (token === '{{' || token === '}}') parts.push({ kind: 'text', text: token.charAt(0) });
    else if (!token.startsWith('{')) parts.push({ kind: 'text', text: plain(token) });
    else {
      const value = valueAt(token.slice(1, -1).trim(), lines);
      if (value === null) return null;
      parts.push({ kind: 'value', text: value });
    }
  }
  const length = parts.reduce((sum, part) => sum + part.text.length, 0);
  return length > limits.sentence ? null : joined(parts);
}

/** The sentence as one string. */
export function sentenceText(parts: readonly SentencePart[]): string {
  return parts.map((part) => part.text).join('');
}

function valueAt(placeholder: string, lines: readonly Line[]): string | null {
  const path = spelled(placeholder);
  if (path === null) return null;
  // A path names every element that its field shows, or, with the place in each array, one of them.
  const all = lines.filter((line) => line.path === path || arrayOf(line.path) === path);
  const first = all[0] ?? lines.find((line) => line.place === path);
  if (first === undefined || first.spec.visible.rule !== 'always') return null;
  const meant = all.length === 0 ? [first] : all.filter((line) => line.spec === first.spec);
  // A line break in a value could start a sentence of its own; a call is none.
  if (meant.some(({ field }) => field.call !== undefined || /[\r\n\t]/.test(field.value))) return null;
  if (meant.some(({ field }) => field.warnings?.includes('wrong-format'))) return null;
  return meant.map(({ field }) => field.value).join(', ');
}

function spelled(placeholder: string): string | null {
  try {
    return spellPath(parsePath(placeholder));
  } catch {
    return null;
  }
}

function arrayOf(path: string | null): string | null {
  return path?.endsWith('.[]') ? path.slice(0, -3) : null;
}

function joined(parts: readonly SentencePart[]): SentencePart[] {
  const merged: SentencePart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last?.kind === 'text' && part.kind === 'text') last.text += part.text;
    else merged.push({ ...part });
  }
  return merged;
}

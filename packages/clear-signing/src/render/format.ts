import type { Format } from '../descriptor/descriptor.ts';
import { parseFields } from '../descriptor/fields.ts';
import type { ExplainedField, Explanation } from '../explanation.ts';
import { isObject, own, text } from '../json.ts';
import { plain } from '../text/plain.ts';
import type { Context } from './context.ts';
import { renderFields } from './fields.ts';
import { interpolate, sentenceText } from './sentence.ts';

/**
 * A function call or message in the words of its format.
 *
 * @throws ClearSigningError as renderFields and parseFields do
 */
export async function renderFormat(context: Context, format: Format): Promise<Explanation> {
  const { id, file, owner, contractName, url } = context.descriptor;
  const lines = await renderFields(context, parseFields(file, own(format.body, 'fields')));
  const template = text(own(format.body, 'interpolatedIntent'));
  const sentence = template === undefined ? null : interpolate(template, lines);
  return {
    descriptor: id,
    intent: plain(intentOf(format)),
    ...(sentence === null ? {} : { interpolatedIntent: sentenceText(sentence), sentence }),
    owner: owner && plain(owner),
    contractName: contractName && plain(contractName),
    url: url && plain(url),
    fields: lines.map((line) => withPlainLabels(line.field)),
  };
}

/** An intent of several parts reads "label: text, label: text"; without any, the function's or message's own name stands. */
function intentOf(format: Format): string {
  const intent = own(format.body, 'intent');
  if (typeof intent === 'string') return intent;
  if (isObject(intent)) {
    return Object.entries(intent)
      .filter((part): part is [string, string] => typeof part[1] === 'string')
      .map(([label, words]) => `${label}: ${words}`)
      .join(', ');
  }
  return format.key.slice(0, format.key.indexOf('(')).trim();
}

/** Whoever poisons a registry writes labels too. */
function withPlainLabels(field: ExplainedField): ExplainedField {
  const labelled = { ...field, label: plain(field.label) };
  if (field.groups !== undefined) labelled.groups = field.groups.map(plain);
  if (field.separator !== undefined) labelled.separator = plain(field.separator);
  return labelled;
}

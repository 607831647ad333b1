import type { Context } from 'hono';
import * as v from 'valibot';
import { Refused } from './refusal.ts';

export const MAX_BODY_BYTES = 4096;

/**
 * Reads a step's fields from a JSON object or an HTML form.
 * @throws {Refused} `unsupported-media-type`, `malformed-body` or `bad-field`
 */
export async function readFields<Fields>(c: Context, schema: v.GenericSchema<unknown, Fields>): Promise<Fields> {
  const body = await readBody(c);
  // To a schema a list is an object too, one without fields.
  const result = v.safeParse(schema, Array.isArray(body) ? null : body);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? 'body';
  throw new Refused(422, 'bad-field', `${field}: ${issue.message}`, 'Correct it and try again.');
}

async function readBody(c: Context): Promise<unknown> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  const text = await readText(c);
  switch (type) {
    case 'application/json':
      return parseJson(text);
    case 'application/x-www-form-urlencoded':
      return parseForm(text);
    case undefined:
      if (text === '') return {};
  }
  const hint = 'Send application/json or application/x-www-form-urlencoded.';
  throw new Refused(415, 'unsupported-media-type', 'This kind of body is not understood here.', hint);
}

async function readText(c: Context): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await c.req.arrayBuffer());
  } catch (error) {
    throw malformed(error);
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // JSON.parse keeps the last of two equal keys; whoever else reads the body might keep the first.
    const keys = keysOf(text);
    if (new Set(keys).size !== keys.length) throw new SyntaxError('a field given twice');
    return value;
  } catch (error) {
    throw malformed(error);
  }
}

/** Every key of well-formed JSON: the strings that a colon follows. */
function keysOf(text: string): unknown[] {
  const strings = text.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)/g);
  return [...strings].filter(([, , colon]) => colon === ':').map(([, literal = '']) => JSON.parse(literal));
}

function parseForm(text: string): unknown {
  const pairs = [...new URLSearchParams(text)];
  if (new Set(pairs.map(([name]) => name)).size !== pairs.length) throw malformed('a field given twice');
  return Object.fromEntries(pairs);
}

function malformed(cause: unknown): Refused {
  return new Refused(400, 'malformed-body', 'The body cannot be read.', 'Send one JSON object or one form.', { cause });
}
